//! What became of kept files: the columns `file` and `gone` of `export`. The file itself is its owner's to remove.

use sqlx::Row as _;

use super::table::Gone;
use crate::{Read, StoreError, Tx};

/// A file of an export, and whether it is still being made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The export.
    pub id: String,
    /// Name of the kept file.
    pub file: Option<String>,
    /// Whether it has ended, well or not.
    pub is_finished: bool,
}

/// Says that the file of an export is kept no longer; `false` if none was.
pub async fn let_go(tx: &mut Tx, id: &str, why: Gone, at: i64) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE export SET file = NULL, gone = $2, gone_at = $3 WHERE id = $1 AND file IS NOT NULL");
    let done = done.bind(id).bind(why.word()).bind(at).execute(tx.conn()).await?;
    Ok(done.rows_affected() > 0)
}

/// The same of all exports, as where the files did not come with the database; how many had one.
pub async fn let_all_go(tx: &mut Tx, why: Gone, at: i64) -> Result<u64, StoreError> {
    let done = sqlx::query("UPDATE export SET file = NULL, gone = $1, gone_at = $2 WHERE file IS NOT NULL");
    Ok(done.bind(why.word()).bind(at).execute(tx.conn()).await?.rows_affected())
}

/// The ids of exports whose files are kept no longer than until `now`, the oldest first.
pub async fn expired(read: &mut Read, now: i64, limit: i64) -> Result<Vec<String>, StoreError> {
    let ids = "SELECT id FROM export WHERE file IS NOT NULL AND expires_at <= $1 ORDER BY expires_at, id LIMIT $2";
    Ok(sqlx::query_scalar(ids)
        .bind(now)
        .bind(limit)
        .fetch_all(read.conn())
        .await?)
}

/// What is known of the exports with ids from `after` on, in order: whose files may lie in the directory.
pub async fn known(read: &mut Read, after: &str, limit: i64) -> Result<Vec<Known>, StoreError> {
    let rows = "SELECT id, file, finished_at FROM export WHERE id > $1 ORDER BY id LIMIT $2";
    let rows = sqlx::query(rows).bind(after).bind(limit).fetch_all(read.conn()).await?;
    rows.iter()
        .map(|row| {
            Ok(Known {
                id: row.try_get(0)?,
                file: row.try_get(1)?,
                is_finished: row.try_get::<Option<i64>, _>(2)?.is_some(),
            })
        })
        .collect()
}

/// Bytes of all kept files and of what lies beside them.
pub async fn kept_bytes(read: &mut Read) -> Result<u64, StoreError> {
    let sum = sqlx::query(
        "SELECT CAST(COALESCE(SUM(bytes + COALESCE(manifest_bytes, 0) + COALESCE(proof_bytes, 0)), 0) AS BIGINT) \
         FROM export WHERE file IS NOT NULL",
    );
    let bytes: i64 = sum.fetch_one(read.conn()).await?.try_get(0)?;
    Ok(u64::try_from(bytes).unwrap_or_default())
}

/// How many exports have not ended: in all, and of this requester.
pub async fn unfinished(read: &mut Read, requester_id: &str) -> Result<(u64, u64), StoreError> {
    let counts = sqlx::query(
        "SELECT COUNT(*), COALESCE(SUM(CASE WHEN requester_id = $1 THEN 1 ELSE 0 END), 0) FROM export \
         WHERE state IN ('queued', 'running')",
    );
    let row = counts.bind(requester_id).fetch_one(read.conn()).await?;
    let number = |n: i64| u64::try_from(n).unwrap_or_default();
    Ok((number(row.try_get(0)?), number(row.try_get(1)?)))
}

/// How many exports that have not ended were asked for before this one.
pub async fn before(read: &mut Read, id: &str) -> Result<u64, StoreError> {
    let count = sqlx::query("SELECT COUNT(*) FROM export WHERE state IN ('queued', 'running') AND id < $1");
    let n: i64 = count.bind(id).fetch_one(read.conn()).await?.try_get(0)?;
    Ok(u64::try_from(n).unwrap_or_default())
}
