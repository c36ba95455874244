//! Refresh tokens of devices that are signed in to an application, under their hashes.

use activity::Time;

use crate::row::text;
use crate::{Read, StoreError, Tx};

/// Adds one.
pub async fn insert(tx: &mut Tx, device_id: &str, token_hash: &[u8], expires_at: Time) -> Result<(), StoreError> {
    let one = sqlx::query("INSERT INTO refresh_token (token_hash, device_id, expires_at) VALUES ($1, $2, $3)");
    one.bind(token_hash)
        .bind(device_id)
        .bind(expires_at.0)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Uses one up and returns its device; `None` if it is none, was used or has expired. The condition is part of the
/// statement, so of any number of calls with one token a single one gets it.
pub async fn take(tx: &mut Tx, token_hash: &[u8], now: Time) -> Result<Option<String>, StoreError> {
    let one = sqlx::query(
        "UPDATE refresh_token SET used = 1 WHERE token_hash = $1 AND used = 0 AND expires_at > $2 RETURNING device_id",
    );
    let row = one.bind(token_hash).bind(now.0).fetch_optional(tx.conn()).await?;
    row.as_ref().map(|row| text(row, "device_id")).transpose()
}

/// The device of a token that was used already.
pub async fn used(read: &mut Read, token_hash: &[u8]) -> Result<Option<String>, StoreError> {
    let one = sqlx::query("SELECT device_id FROM refresh_token WHERE token_hash = $1 AND used = 1");
    let row = one.bind(token_hash).fetch_optional(read.conn()).await?;
    row.as_ref().map(|row| text(row, "device_id")).transpose()
}

/// The device of a token, used or not.
pub async fn device_of(read: &mut Read, token_hash: &[u8]) -> Result<Option<String>, StoreError> {
    let one = sqlx::query("SELECT device_id FROM refresh_token WHERE token_hash = $1");
    let row = one.bind(token_hash).fetch_optional(read.conn()).await?;
    row.as_ref().map(|row| text(row, "device_id")).transpose()
}

/// Forgets those of a device that have expired, used or not: they open nothing any more. Of the others the `keep` that
/// expire last stay, however often a client refreshes.
pub async fn forget(tx: &mut Tx, device_id: &str, now: Time, keep: u32) -> Result<(), StoreError> {
    let old = sqlx::query(
        "DELETE FROM refresh_token WHERE device_id = $1 AND (expires_at <= $2 OR token_hash NOT IN (SELECT token_hash \
         FROM refresh_token WHERE device_id = $1 ORDER BY expires_at DESC, used, token_hash LIMIT $3))",
    );
    let old = old.bind(device_id).bind(now.0).bind(i64::from(keep));
    old.execute(tx.conn()).await?;
    Ok(())
}
