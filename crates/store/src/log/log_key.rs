//! The table `log_key`: the public keys that checkpoints were and are signed with.

use activity::Time;
use sqlx::{Row as _, any::AnyRow};

use super::{signed, unsigned};
use crate::{Read, StoreError, Tx};

/// A row of `log_key`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogKey {
    /// The public key, as C2SP signed notes write it.
    pub vkey: String,
    /// The size of the log when it came.
    pub first_size: u64,
    /// When it came.
    pub added_at: Time,
    /// From when on it signs no more.
    pub until: Option<Time>,
}

/// Adds a key.
///
/// # Errors
/// Whatever the database refuses.
pub async fn insert(tx: &mut Tx, key: &LogKey) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO log_key (vkey, first_size, added_at, until) VALUES ($1, $2, $3, $4)")
        .bind(&*key.vkey)
        .bind(signed(key.first_size))
        .bind(key.added_at.0)
        .bind(key.until.map(|until| until.0))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Lets all keys but this one sign no longer than `until`.
///
/// # Errors
/// Whatever the database refuses.
pub async fn retire_others(tx: &mut Tx, vkey: &str, until: Time) -> Result<(), StoreError> {
    sqlx::query("UPDATE log_key SET until = $1 WHERE vkey <> $2 AND (until IS NULL OR until > $1)")
        .bind(until.0)
        .bind(vkey)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// All of them, in the order in which they came.
///
/// # Errors
/// Whatever the database refuses.
pub async fn list(read: &mut Read) -> Result<Vec<LogKey>, StoreError> {
    let select = "SELECT vkey, first_size, added_at, until FROM log_key ORDER BY added_at, vkey";
    let rows = sqlx::query(select).fetch_all(read.conn()).await?;
    let key = |row: &AnyRow| {
        Ok(LogKey {
            vkey: row.try_get(0)?,
            first_size: unsigned(row.try_get(1)?, "first_size")?,
            added_at: Time(row.try_get(2)?),
            until: row.try_get::<Option<i64>, _>(3)?.map(Time),
        })
    };
    rows.iter().map(key).collect()
}
