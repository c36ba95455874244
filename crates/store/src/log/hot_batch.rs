//! The table `hot_batch`: activities that are not in a volume yet, many to a row.

use std::ops::Deref;

use activity::Time;
use sha2::{Digest as _, Sha256};
use sqlx::{Row as _, any::AnyRow};

use super::{bytes32, signed, unsigned};
use crate::{Read, StoreError, Tx};

/// A row of `hot_batch`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HotBatch {
    /// Seq of its first activity.
    pub first_seq: u64,
    /// How many activities.
    pub count: u64,
    /// When all of them were recorded.
    pub recorded_at: Time,
    /// Root of the tree right after the batch.
    pub root: [u8; 32],
    /// The activities' facts, in the log engine's encoding.
    pub facts: Vec<u8>,
    /// Their leaves, in the log engine's encoding; `None` in a row of an earlier version.
    pub leaves: Option<Vec<u8>>,
}

/// A row as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// What it says; where it ends is what the next one says, if this one is not sound.
    pub batch: HotBatch,
    /// Whether it is what was written.
    pub is_sound: bool,
}

impl Deref for Loaded {
    type Target = HotBatch;
    fn deref(&self) -> &HotBatch {
        &self.batch
    }
}

impl HotBatch {
    /// The seq after its last activity.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.first_seq + self.count
    }

    /// SHA-256 over all of it.
    fn sum(&self) -> [u8; 32] {
        let mut sum = Sha256::new();
        sum.update(self.first_seq.to_le_bytes());
        sum.update(self.count.to_le_bytes());
        sum.update(self.recorded_at.0.to_le_bytes());
        sum.update(self.root);
        sum.update(&self.facts);
        if let Some(leaves) = &self.leaves {
            sum.update(leaves);
            sum.update((leaves.len() as u64).to_le_bytes());
        }
        sum.finalize().into()
    }
}

/// Where a row ends, and the tree there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// Seq of its first activity.
    pub first_seq: u64,
    /// The seq after its last activity.
    pub seq: u64,
    /// Root of the tree of that size.
    pub root: [u8; 32],
    /// The leaves of its activities, in the log engine's encoding.
    pub leaves: Option<Vec<u8>>,
}

/// Adds a row.
///
/// # Errors
/// Whatever the database refuses.
pub async fn insert(tx: &mut Tx, batch: HotBatch) -> Result<(), StoreError> {
    let insert = "INSERT INTO hot_batch (first_seq, count, recorded_at, root, facts, leaves, sum) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let sum = batch.sum();
    sqlx::query(insert)
        .bind(signed(batch.first_seq))
        .bind(signed(batch.count))
        .bind(batch.recorded_at.0)
        .bind(batch.root.to_vec())
        .bind(batch.facts)
        .bind(batch.leaves)
        .bind(sum.to_vec())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Writes other facts and leaves in the place of those of the row that begins there.
///
/// # Errors
/// Whatever the database refuses.
pub async fn rewrite(tx: &mut Tx, batch: HotBatch) -> Result<(), StoreError> {
    let sum = batch.sum();
    sqlx::query("UPDATE hot_batch SET facts = $1, leaves = $2, sum = $3 WHERE first_seq = $4 AND count = $5")
        .bind(batch.facts)
        .bind(batch.leaves)
        .bind(sum.to_vec())
        .bind(signed(batch.first_seq))
        .bind(signed(batch.count))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The rows that hold anything of `from..to`, in order, at most `limit` of them.
///
/// # Errors
/// Whatever the database refuses.
pub async fn load(read: &mut Read, from: u64, to: u64, limit: u32) -> Result<Vec<Loaded>, StoreError> {
    // The row that holds `from` begins at or before it: the newest such row, found by the primary key.
    let rows = sqlx::query(
        "SELECT first_seq, count, recorded_at, root, facts, leaves, sum,
             COALESCE((SELECT MIN(first_seq) FROM hot_batch n WHERE n.first_seq > h.first_seq),
                 (SELECT size FROM log_head WHERE id = 1)) FROM hot_batch h
         WHERE first_seq >= COALESCE((SELECT MAX(first_seq) FROM hot_batch WHERE first_seq <= $1), 0)
           AND first_seq < $2
         ORDER BY first_seq LIMIT $3",
    )
    .bind(signed(from))
    .bind(signed(to))
    .bind(i64::from(limit))
    .fetch_all(read.conn())
    .await?;
    let mut batches = rows.iter().map(batch).collect::<Result<Vec<_>, _>>()?;
    batches.retain(|batch| batch.end() > from);
    Ok(batches)
}

/// Where the rows that hold anything of `from..to` end, in order, and the tree there.
///
/// # Errors
/// Whatever the database refuses.
pub async fn ends(read: &mut Read, from: u64, to: u64) -> Result<Vec<End>, StoreError> {
    let rows = sqlx::query(
        "SELECT COALESCE((SELECT MIN(first_seq) FROM hot_batch n WHERE n.first_seq > h.first_seq),
                 (SELECT size FROM log_head WHERE id = 1)), root, leaves, first_seq FROM hot_batch h
         WHERE first_seq >= COALESCE((SELECT MAX(first_seq) FROM hot_batch WHERE first_seq <= $1), 0)
           AND first_seq < $2
         ORDER BY first_seq",
    )
    .bind(signed(from))
    .bind(signed(to))
    .fetch_all(read.conn())
    .await?;
    let end = |row: &AnyRow| {
        Ok(End {
            seq: unsigned(row.try_get(0)?, "end")?,
            root: bytes32(&row.try_get::<Vec<u8>, _>(1)?, "root")?,
            leaves: row.try_get(2)?,
            first_seq: unsigned(row.try_get(3)?, "first_seq")?,
        })
    };
    rows.iter().map(end).collect()
}

/// When the oldest activity at or after `from` was recorded; `None` if nothing is hot.
///
/// # Errors
/// Whatever the database refuses.
pub async fn oldest(read: &mut Read, from: u64) -> Result<Option<Time>, StoreError> {
    let row = sqlx::query(
        "SELECT recorded_at FROM hot_batch
         WHERE first_seq >= COALESCE((SELECT MAX(first_seq) FROM hot_batch WHERE first_seq <= $1), 0)
           AND first_seq + count > $1
         ORDER BY first_seq LIMIT 1",
    )
    .bind(signed(from))
    .fetch_optional(read.conn())
    .await?;
    row.map(|row| Ok(Time(row.try_get(0)?))).transpose()
}

/// Deletes the rows of which everything is below `sealed`.
///
/// # Errors
/// Whatever the database refuses.
pub async fn delete_sealed(tx: &mut Tx, sealed: u64) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM hot_batch WHERE first_seq < $1 AND first_seq + count <= $1")
        .bind(signed(sealed))
        .execute(tx.conn())
        .await?;
    Ok(())
}

fn batch(row: &AnyRow) -> Result<Loaded, StoreError> {
    let mut batch = HotBatch {
        first_seq: unsigned(row.try_get(0)?, "first_seq")?,
        count: unsigned(row.try_get(1)?, "count")?,
        recorded_at: Time(row.try_get(2)?),
        root: bytes32(&row.try_get::<Vec<u8>, _>(3)?, "root")?,
        facts: row.try_get(4)?,
        leaves: row.try_get(5)?,
    };
    let sum: Option<Vec<u8>> = row.try_get(6)?;
    let is_sound = sum.is_none_or(|sum| sum == batch.sum());
    if !is_sound {
        // Its count may be what is wrong.
        let next = unsigned(row.try_get(7)?, "first_seq")?;
        batch.count = next.max(batch.first_seq + 1) - batch.first_seq;
    }
    Ok(Loaded { batch, is_sound })
}
