//! Leases on rows of `export`. Guarantee: after a row was claimed anew, its former holder changes nothing any more,
//! because every statement here names the fence it was claimed with; and of two that claim at once only one sees the
//! lease lapsed, because the outer WHERE looks again once the row is locked.

use super::table::{ExportRow, State, columns, stored};
use crate::{StoreError, Tx};

type Result<T> = std::result::Result<T, StoreError>;

/// Claims the oldest kept file that nobody works on, until `until`.
pub async fn claim(tx: &mut Tx, now: i64, until: i64) -> Result<Option<ExportRow>> {
    let row = sqlx::query(concat!(
        "UPDATE export SET state = 'running', lease_until = $2, fence = fence + 1, written = 0, bytes = 0 \
         WHERE id = (SELECT id FROM export WHERE state IN ('queued', 'running') AND kind = 'user_csv' \
         AND lease_until <= $1 ORDER BY id LIMIT 1) AND lease_until <= $1 RETURNING ",
        columns!()
    ))
    .bind(now)
    .bind(until)
    .fetch_optional(tx.conn())
    .await?;
    row.as_ref().map(stored).transpose()
}

/// Claims a streamed export whose reader and writer are gone, so that it can be given up.
pub async fn claim_lapsed_view(tx: &mut Tx, now: i64, until: i64) -> Result<Option<ExportRow>> {
    let row = sqlx::query(concat!(
        "UPDATE export SET lease_until = $2, fence = fence + 1 \
         WHERE id = (SELECT id FROM export WHERE state IN ('queued', 'running') AND kind <> 'user_csv' \
         AND lease_until <= $1 ORDER BY id LIMIT 1) AND lease_until <= $1 RETURNING ",
        columns!()
    ))
    .bind(now)
    .bind(until)
    .fetch_optional(tx.conn())
    .await?;
    row.as_ref().map(stored).transpose()
}

/// Lets every lease lapse. Only for whoever knows that no other process holds one.
pub async fn release_all(tx: &mut Tx) -> Result<()> {
    sqlx::query("UPDATE export SET lease_until = 0 WHERE state IN ('queued', 'running')")
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// How much is written, in a lease's renewal.
#[derive(Clone, Copy, Debug, Default)]
pub struct Written {
    /// Rows expected.
    pub expected: i64,
    /// Rows written.
    pub rows: i64,
    /// Bytes written.
    pub bytes: i64,
}

/// Renews a lease and says how much is written; `false` if the lease was lost.
pub async fn renew(tx: &mut Tx, id: &str, fence: i64, until: i64, written: Written) -> Result<bool> {
    let done = sqlx::query(
        "UPDATE export SET lease_until = $3, expected = $4, written = $5, bytes = $6 \
         WHERE id = $1 AND fence = $2 AND state = 'running'",
    )
    .bind(id)
    .bind(fence)
    .bind(until)
    .bind(written.expected)
    .bind(written.rows)
    .bind(written.bytes)
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() > 0)
}

/// How an export ended.
#[derive(Clone, Debug)]
pub struct Finish {
    /// When.
    pub at: i64,
    /// How much was written.
    pub written: Written,
    /// Digest of the file; absent if it was given up.
    pub sha256: Option<String>,
    /// Name of the kept file.
    pub file: Option<String>,
    /// Size of the log and moment it is complete through.
    pub through: Option<(i64, i64)>,
    /// Why it was given up.
    pub error: Option<String>,
}

/// Ends an export, well or not; `false` if the lease was lost.
pub async fn finish(tx: &mut Tx, id: &str, fence: i64, end: &Finish) -> Result<bool> {
    let state = if end.error.is_none() {
        State::Done
    } else {
        State::Failed
    };
    let done = sqlx::query(
        "UPDATE export SET state = $3, finished_at = $4, expected = $5, written = $6, bytes = $7, sha256 = $8, \
         file = $9, through_size = $10, through_at = $11, error = $12 \
         WHERE id = $1 AND fence = $2 AND state = 'running'",
    )
    .bind(id)
    .bind(fence)
    .bind(state.word())
    .bind(end.at)
    .bind(end.written.expected)
    .bind(end.written.rows)
    .bind(end.written.bytes)
    .bind(end.sha256.as_deref())
    .bind(end.file.as_deref())
    .bind(end.through.map(|through| through.0))
    .bind(end.through.map(|through| through.1))
    .bind(end.error.as_deref())
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() > 0)
}
