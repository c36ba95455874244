//! How an export ends, once. That only the holder of its job says so is checked by `jobs::finish` in the same transaction.

use super::table::{State, job};
use crate::{StoreError, Tx, jobs};

/// How an export ended.
#[derive(Clone, Debug)]
pub struct Finish {
    /// When.
    pub at: i64,
    /// Rows written.
    pub rows: i64,
    /// Bytes written.
    pub bytes: i64,
    /// Digest of the file; absent if it was given up.
    pub sha256: Option<String>,
    /// Name of the kept file.
    pub file: Option<String>,
    /// Bytes of the signed manifest beside it, if there is one.
    pub manifest_bytes: Option<i64>,
    /// Bytes of the proofs of its rows beside it, if there are any.
    pub proof_bytes: Option<i64>,
    /// Until when it is kept; `None` if until another one takes its place.
    pub expires_at: Option<i64>,
    /// Size of the log and moment it is complete through.
    pub through: Option<(i64, i64)>,
    /// Why it was given up; for somebody who called it off, see [`State::Cancelled`].
    pub error: Option<String>,
}

/// Ends an export, well or not; `false` if it has ended already or is gone.
pub async fn finish(tx: &mut Tx, id: &str, end: &Finish) -> Result<bool, StoreError> {
    let state = if end.error.is_none() {
        State::Done
    } else {
        State::Failed
    };
    let done = sqlx::query(
        "UPDATE export SET state = $2, finished_at = $3, written = $4, bytes = $5, sha256 = $6, file = $7, \
         through_size = $8, through_at = $9, error = $10, expires_at = $11, manifest_bytes = $12, proof_bytes = $13 \
         WHERE id = $1 AND state IN ('queued', 'running')",
    )
    .bind(id)
    .bind(state.word())
    .bind(end.at)
    .bind(end.rows)
    .bind(end.bytes)
    .bind(end.sha256.as_deref())
    .bind(end.file.as_deref())
    .bind(end.through.map(|through| through.0))
    .bind(end.through.map(|through| through.1))
    .bind(end.error.as_deref())
    .bind(end.expires_at)
    .bind(end.manifest_bytes)
    .bind(end.proof_bytes)
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Calls off an export that has not ended, and removes the job that makes it, so that its maker changes nothing any
/// more; `false` if it has ended already or is gone.
pub async fn cancel(tx: &mut Tx, id: &str, at: i64) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE export SET state = $2, finished_at = $3, \
         written = COALESCE((SELECT done FROM job WHERE name = 'export:' || $1), written), \
         bytes = COALESCE((SELECT bytes FROM job WHERE name = 'export:' || $1), bytes) \
         WHERE id = $1 AND state IN ('queued', 'running')",
    );
    let done = done.bind(id).bind(State::Cancelled.word()).bind(at);
    let is_ended = done.execute(tx.conn()).await?.rows_affected() > 0;
    if is_ended {
        jobs::delete(tx, &job(id)).await?;
    }
    Ok(is_ended)
}
