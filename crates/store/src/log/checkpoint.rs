//! The table `checkpoint`: what was signed of the log, the newest and the last of each hour.

use activity::Time;
use sqlx::{Row as _, any::AnyRow};

use super::{signed, unsigned};
use crate::{Read, StoreError, Tx};

const HOUR: i64 = 3_600 * Time::SECOND;

/// A row of `checkpoint`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The size of the log that it is of.
    pub size: u64,
    /// When it was made.
    pub made_at: Time,
    /// The signed note.
    pub note: String,
}

/// Keeps a checkpoint, and lets go of those before it of the same hour.
///
/// # Errors
/// Whatever the database refuses.
pub async fn keep(tx: &mut Tx, new: &Kept) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM checkpoint WHERE size < $1 AND made_at >= $2")
        .bind(signed(new.size))
        .bind(new.made_at.0 / HOUR * HOUR)
        .execute(tx.conn())
        .await?;
    let insert = "INSERT INTO checkpoint (size, made_at, note) VALUES ($1, $2, $3)
        ON CONFLICT (size) DO UPDATE SET note = $3";
    sqlx::query(insert)
        .bind(signed(new.size))
        .bind(new.made_at.0)
        .bind(&*new.note)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Takes this note for that of the checkpoint of this size, if one is kept.
///
/// # Errors
/// Whatever the database refuses.
pub async fn replace_note(tx: &mut Tx, size: u64, note: &str) -> Result<(), StoreError> {
    sqlx::query("UPDATE checkpoint SET note = $2 WHERE size = $1")
        .bind(signed(size))
        .bind(note)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The one of this size, if it is kept.
///
/// # Errors
/// Whatever the database refuses.
pub async fn of_size(read: &mut Read, size: u64) -> Result<Option<Kept>, StoreError> {
    let newest = list(read, size.saturating_add(1), 1).await?.pop();
    Ok(newest.filter(|kept| kept.size == size))
}

/// So many of those of less than `below`, the largest first.
///
/// # Errors
/// Whatever the database refuses.
pub async fn list(read: &mut Read, below: u64, limit: u32) -> Result<Vec<Kept>, StoreError> {
    let select = "SELECT size, made_at, note FROM checkpoint WHERE size < $1 ORDER BY size DESC LIMIT $2";
    let rows = sqlx::query(select)
        .bind(signed(below.min(i64::MAX.unsigned_abs())))
        .bind(i64::from(limit))
        .fetch_all(read.conn())
        .await?;
    let kept = |row: &AnyRow| {
        Ok(Kept {
            size: unsigned(row.try_get(0)?, "size")?,
            made_at: Time(row.try_get(1)?),
            note: row.try_get(2)?,
        })
    };
    rows.iter().map(kept).collect()
}
