//! The table `closed_gap`: stretches that cannot be read and were closed.

use std::ops::Range;

use activity::Time;
use sqlx::{Row as _, any::AnyRow};

use super::{signed, unsigned};
use crate::{Read, StoreError, Tx};

/// Closes a stretch, unless it is closed.
///
/// # Errors
/// Whatever the database refuses.
pub async fn insert(tx: &mut Tx, seqs: &Range<u64>, at: Time) -> Result<(), StoreError> {
    let insert = "INSERT INTO closed_gap (first_seq, end_seq, closed_at) VALUES ($1, $2, $3)
        ON CONFLICT (first_seq) DO UPDATE SET end_seq = $2, closed_at = $3 WHERE closed_gap.end_seq < $2";
    sqlx::query(insert)
        .bind(signed(seqs.start))
        .bind(signed(seqs.end))
        .bind(at.0)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// All of them, oldest first.
///
/// # Errors
/// Whatever the database refuses.
pub async fn list(read: &mut Read) -> Result<Vec<Range<u64>>, StoreError> {
    let rows = sqlx::query("SELECT first_seq, end_seq FROM closed_gap ORDER BY first_seq")
        .fetch_all(read.conn())
        .await?;
    let range = |row: &AnyRow| Ok(unsigned(row.try_get(0)?, "first_seq")?..unsigned(row.try_get(1)?, "end_seq")?);
    rows.iter().map(range).collect()
}
