//! Who blocks whom.

use activity::Time;
use sqlx::Row as _;

use super::connection::End;
use crate::{Read, StoreError, Tx};

/// `blocker_id` blocks `blocked`; `false` if it did so already.
pub async fn insert(tx: &mut Tx, blocker_id: &str, blocked: End<'_>, now: Time) -> Result<bool, StoreError> {
    let sql = "INSERT INTO connection_block (blocker_id, blocked_id, blocked_at, name_key) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (blocker_id, blocked_id) DO NOTHING";
    let done = sqlx::query(sql)
        .bind(blocker_id)
        .bind(blocked.id)
        .bind(now.0)
        .bind(blocked.name_key);
    Ok(done.execute(tx.conn()).await?.rows_affected() > 0)
}

/// `blocker_id` blocks `blocked_id` no more; `false` if it did not.
pub async fn delete(tx: &mut Tx, blocker_id: &str, blocked_id: &str) -> Result<bool, StoreError> {
    let sql = "DELETE FROM connection_block WHERE blocker_id = $1 AND blocked_id = $2";
    let done = sqlx::query(sql).bind(blocker_id).bind(blocked_id);
    Ok(done.execute(tx.conn()).await?.rows_affected() > 0)
}

/// Since when `id` blocks `other`, and whether `other` blocks `id`.
pub async fn between(read: &mut Read, id: &str, other: &str) -> Result<(Option<Time>, bool), StoreError> {
    let sql = "SELECT blocked_at FROM connection_block WHERE blocker_id = $1 AND blocked_id = $2";
    let by_id = sqlx::query(sql)
        .bind(id)
        .bind(other)
        .fetch_optional(read.conn())
        .await?;
    let by_other = sqlx::query(sql)
        .bind(other)
        .bind(id)
        .fetch_optional(read.conn())
        .await?;
    let since = by_id.map(|row| row.try_get("blocked_at").map(Time)).transpose()?;
    Ok((since, by_other.is_some()))
}
