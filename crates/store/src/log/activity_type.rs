//! The tables `activity_type` and `reported_type`: since when this installation records each type itself, and since
//! when others report it.

use std::collections::BTreeMap;

use activity::Time;
use sqlx::{AnyConnection, Row as _};

/// Every type recorded here and since when.
///
/// # Errors
/// Whatever the database refuses.
pub async fn list(conn: &mut AnyConnection) -> Result<BTreeMap<String, Time>, sqlx::Error> {
    let rows = sqlx::query("SELECT code, recorded_since FROM activity_type")
        .fetch_all(conn)
        .await?;
    rows.iter()
        .map(|row| Ok((row.try_get(0)?, Time(row.try_get(1)?))))
        .collect()
}

/// Notes that `code` is recorded since `since`, unless it was earlier.
///
/// # Errors
/// Whatever the database refuses.
pub async fn ensure(conn: &mut AnyConnection, code: &str, since: Time) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO activity_type (code, recorded_since) VALUES ($1, $2) ON CONFLICT (code) DO NOTHING")
        .bind(code)
        .bind(since.0)
        .execute(conn)
        .await?;
    Ok(())
}

/// Every type reported from outside and since when.
///
/// # Errors
/// Whatever the database refuses.
pub async fn reported(conn: &mut AnyConnection) -> Result<BTreeMap<String, Time>, sqlx::Error> {
    let rows = sqlx::query("SELECT code, reported_since FROM reported_type")
        .fetch_all(conn)
        .await?;
    rows.iter()
        .map(|row| Ok((row.try_get(0)?, Time(row.try_get(1)?))))
        .collect()
}

/// Notes that `code` is reported since `since`, unless it was earlier.
///
/// # Errors
/// Whatever the database refuses.
pub async fn ensure_reported(conn: &mut AnyConnection, code: &str, since: Time) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO reported_type (code, reported_since) VALUES ($1, $2) ON CONFLICT (code) DO NOTHING")
        .bind(code)
        .bind(since.0)
        .execute(conn)
        .await?;
    Ok(())
}
