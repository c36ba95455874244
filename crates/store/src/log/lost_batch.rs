//! The table `lost_batch`: hot batches that could not be read when they were to be sealed. Kept byte for byte: what cannot be
//! read now may be repaired one day.

use activity::Time;
use sqlx::{Row as _, any::AnyRow};

use super::{HotBatch, bytes32, signed, unsigned};
use crate::{Read, StoreError, Tx};

/// A row of `lost_batch`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostBatch {
    /// Seq of the first activity that is in no volume.
    pub from: u64,
    /// The seq after the last.
    pub end: u64,
    /// Seq of the first activity of the batch.
    pub first_seq: u64,
    /// Root of the tree right after the batch, as its row said.
    pub root: [u8; 32],
    /// The leaves of the whole batch, in the log engine's encoding.
    pub leaves: Option<Vec<u8>>,
    /// What was wrong.
    pub why: String,
}

/// A stretch that is lost.
#[derive(Clone, Copy, Debug)]
pub struct Losing<'a> {
    /// Seq of its first activity.
    pub from: u64,
    /// The seq after its last.
    pub end: u64,
    /// The leaves of the whole batch, which hold.
    pub leaves: &'a [u8],
    /// What is wrong.
    pub why: &'a str,
    /// When this was found.
    pub at: Time,
}

/// Keeps the hot batch that ends with this stretch as it is, but for its leaves. The row of `hot_batch` stays.
///
/// # Errors
/// Whatever the database refuses.
pub async fn keep(tx: &mut Tx, of: Losing<'_>) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO lost_batch (from_seq, end_seq, first_seq, count, recorded_at, root, facts, sum, leaves, why, found_at)
         SELECT $1, $2, first_seq, count, recorded_at, root, facts, sum, $5, $3, $4 FROM hot_batch
         WHERE first_seq = (SELECT MAX(first_seq) FROM hot_batch WHERE first_seq <= $1)",
    )
    .bind(signed(of.from))
    .bind(signed(of.end))
    .bind(of.why)
    .bind(of.at.0)
    .bind(of.leaves)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// All of them, oldest first.
///
/// # Errors
/// Whatever the database refuses.
pub async fn list(read: &mut Read) -> Result<Vec<LostBatch>, StoreError> {
    let select = "SELECT from_seq, end_seq, first_seq, root, leaves, why FROM lost_batch ORDER BY from_seq";
    let rows = sqlx::query(select).fetch_all(read.conn()).await?;
    let lost = |row: &AnyRow| {
        Ok(LostBatch {
            from: unsigned(row.try_get(0)?, "from_seq")?,
            end: unsigned(row.try_get(1)?, "end_seq")?,
            first_seq: unsigned(row.try_get(2)?, "first_seq")?,
            root: bytes32(&row.try_get::<Vec<u8>, _>(3)?, "root")?,
            leaves: row.try_get(4)?,
            why: row.try_get(5)?,
        })
    };
    rows.iter().map(lost).collect()
}

/// Those that begin below this seq, as the hot batches that they were, with where the stretch of each begins.
///
/// # Errors
/// Whatever the database refuses.
pub async fn contents(read: &mut Read, below: u64) -> Result<Vec<(u64, HotBatch)>, StoreError> {
    let select = "SELECT from_seq, first_seq, count, recorded_at, root, facts, leaves FROM lost_batch
        WHERE first_seq < $1 ORDER BY from_seq";
    let rows = sqlx::query(select).bind(signed(below)).fetch_all(read.conn()).await?;
    let batch = |row: &AnyRow| {
        let batch = HotBatch {
            first_seq: unsigned(row.try_get(1)?, "first_seq")?,
            count: unsigned(row.try_get(2)?, "count")?,
            recorded_at: Time(row.try_get(3)?),
            root: bytes32(&row.try_get::<Vec<u8>, _>(4)?, "root")?,
            facts: row.try_get(5)?,
            leaves: row.try_get(6)?,
        };
        Ok((unsigned(row.try_get(0)?, "from_seq")?, batch))
    };
    rows.iter().map(batch).collect()
}

/// Destroys the activities of the one whose stretch begins there; its leaves stay.
///
/// # Errors
/// Whatever the database refuses.
pub async fn destroy(tx: &mut Tx, from: u64) -> Result<(), StoreError> {
    sqlx::query("UPDATE lost_batch SET facts = $1, sum = NULL WHERE from_seq = $2")
        .bind(Vec::new())
        .bind(signed(from))
        .execute(tx.conn())
        .await?;
    Ok(())
}
