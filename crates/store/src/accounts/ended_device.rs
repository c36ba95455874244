//! Tokens of devices that were ended, with the reason, so that their next call is told why.

use activity::Time;

use crate::row::{text, time};
use crate::{Read, StoreError, Tx};

/// Why and when a device was ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndedRow {
    /// The reason's code, one of those the table allows.
    pub reason: String,
    /// When.
    pub ended_at: Time,
}

/// Keeps every token of this device, which is about to be deleted: its own, and its refresh tokens used or not.
pub async fn keep(tx: &mut Tx, device_id: &str, reason: &str, now: Time) -> Result<(), StoreError> {
    let own = sqlx::query(
        "INSERT INTO ended_device (token_hash, device_id, account_id, reason, ended_at) \
         SELECT token_hash, id, account_id, CAST($2 AS TEXT), CAST($3 AS BIGINT) FROM device WHERE id = $1 \
         ON CONFLICT (token_hash) DO NOTHING",
    );
    own.bind(device_id).bind(reason).bind(now.0).execute(tx.conn()).await?;
    let refresh = sqlx::query(
        "INSERT INTO ended_device (token_hash, device_id, account_id, reason, ended_at) \
         SELECT refresh_token.token_hash, device.id, device.account_id, CAST($2 AS TEXT), CAST($3 AS BIGINT) \
         FROM refresh_token JOIN device ON device.id = refresh_token.device_id WHERE device.id = $1 \
         ON CONFLICT (token_hash) DO NOTHING",
    );
    refresh
        .bind(device_id)
        .bind(reason)
        .bind(now.0)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Why the device with this token was ended; `None` if no such device is known to have been.
pub async fn by_token(read: &mut Read, token_hash: &[u8]) -> Result<Option<EndedRow>, StoreError> {
    let row = sqlx::query("SELECT reason, ended_at FROM ended_device WHERE token_hash = $1");
    let row = row.bind(token_hash).fetch_optional(read.conn()).await?;
    row.map(|row| {
        Ok(EndedRow {
            reason: text(&row, "reason")?,
            ended_at: time(&row, "ended_at")?,
        })
    })
    .transpose()
}

/// Why the device with this id was ended.
pub async fn by_device(read: &mut Read, device_id: &str) -> Result<Option<EndedRow>, StoreError> {
    let row = sqlx::query("SELECT reason, ended_at FROM ended_device WHERE device_id = $1 LIMIT 1");
    let row = row.bind(device_id).fetch_optional(read.conn()).await?;
    row.map(|row| {
        Ok(EndedRow {
            reason: text(&row, "reason")?,
            ended_at: time(&row, "ended_at")?,
        })
    })
    .transpose()
}

/// Forgets those ended before `before`.
pub async fn forget(tx: &mut Tx, before: Time) -> Result<(), StoreError> {
    let old = sqlx::query("DELETE FROM ended_device WHERE ended_at < $1");
    old.bind(before.0).execute(tx.conn()).await?;
    Ok(())
}
