//! The tables `activity_type` and `reported_type`: since when this installation records each type itself, and since
//! when others report it.

use std::collections::BTreeMap;

use activity::Time;
use sqlx::Row as _;

use crate::{Read, StoreError, Tx};

/// Every type recorded here and since when.
///
/// # Errors
/// Whatever the database refuses.
pub async fn list(read: &mut Read) -> Result<BTreeMap<String, Time>, StoreError> {
    dated(read, "SELECT code, recorded_since FROM activity_type").await
}

/// Notes that `code` is recorded since `since`, unless it was earlier.
///
/// # Errors
/// Whatever the database refuses.
pub async fn ensure(tx: &mut Tx, code: &str, since: Time) -> Result<(), StoreError> {
    let insert = "INSERT INTO activity_type (code, recorded_since) VALUES ($1, $2) ON CONFLICT (code) DO NOTHING";
    date(tx, insert, code, since).await
}

/// Every type reported from outside and since when.
///
/// # Errors
/// Whatever the database refuses.
pub async fn reported(read: &mut Read) -> Result<BTreeMap<String, Time>, StoreError> {
    dated(read, "SELECT code, reported_since FROM reported_type").await
}

/// Notes that `code` is reported since `since`, unless it was earlier.
///
/// # Errors
/// Whatever the database refuses.
pub async fn ensure_reported(tx: &mut Tx, code: &str, since: Time) -> Result<(), StoreError> {
    let insert = "INSERT INTO reported_type (code, reported_since) VALUES ($1, $2) ON CONFLICT (code) DO NOTHING";
    date(tx, insert, code, since).await
}

async fn dated(read: &mut Read, select: &'static str) -> Result<BTreeMap<String, Time>, StoreError> {
    let rows = sqlx::query(select).fetch_all(read.conn()).await?;
    rows.iter()
        .map(|row| Ok((row.try_get(0)?, Time(row.try_get(1)?))))
        .collect()
}

async fn date(tx: &mut Tx, insert: &'static str, code: &str, since: Time) -> Result<(), StoreError> {
    sqlx::query(insert).bind(code).bind(since.0).execute(tx.conn()).await?;
    Ok(())
}
