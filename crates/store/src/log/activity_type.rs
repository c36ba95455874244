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
    dated(conn, "SELECT code, recorded_since FROM activity_type").await
}

/// Notes that `code` is recorded since `since`, unless it was earlier.
///
/// # Errors
/// Whatever the database refuses.
pub async fn ensure(conn: &mut AnyConnection, code: &str, since: Time) -> Result<(), sqlx::Error> {
    let insert = "INSERT INTO activity_type (code, recorded_since) VALUES ($1, $2) ON CONFLICT (code) DO NOTHING";
    date(conn, insert, code, since).await
}

/// Every type reported from outside and since when.
///
/// # Errors
/// Whatever the database refuses.
pub async fn reported(conn: &mut AnyConnection) -> Result<BTreeMap<String, Time>, sqlx::Error> {
    dated(conn, "SELECT code, reported_since FROM reported_type").await
}

/// Notes that `code` is reported since `since`, unless it was earlier.
///
/// # Errors
/// Whatever the database refuses.
pub async fn ensure_reported(conn: &mut AnyConnection, code: &str, since: Time) -> Result<(), sqlx::Error> {
    let insert = "INSERT INTO reported_type (code, reported_since) VALUES ($1, $2) ON CONFLICT (code) DO NOTHING";
    date(conn, insert, code, since).await
}

async fn dated(conn: &mut AnyConnection, select: &'static str) -> Result<BTreeMap<String, Time>, sqlx::Error> {
    let rows = sqlx::query(select).fetch_all(conn).await?;
    rows.iter()
        .map(|row| Ok((row.try_get(0)?, Time(row.try_get(1)?))))
        .collect()
}

async fn date(conn: &mut AnyConnection, insert: &'static str, code: &str, since: Time) -> Result<(), sqlx::Error> {
    sqlx::query(insert).bind(code).bind(since.0).execute(conn).await?;
    Ok(())
}
