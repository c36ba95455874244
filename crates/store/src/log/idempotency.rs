//! The table `idempotency`: what was answered to requests that carried an `Idempotency-Key`.

use std::ops::Range;

use activity::Time;
use sqlx::Row as _;

use super::bytes32;
use crate::{Read, StoreError, Tx};

/// An answer given before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remembered {
    /// Digest of the request it was given to.
    pub fingerprint: [u8; 32],
    /// The answer, in the log engine's encoding.
    pub result: Vec<u8>,
}

/// The answer given to `key` before, unless it has expired at `now`.
///
/// # Errors
/// Whatever the database refuses.
pub async fn find(read: &mut Read, scope: &str, key: &str, now: Time) -> Result<Option<Remembered>, StoreError> {
    let row =
        sqlx::query("SELECT fingerprint, result FROM idempotency WHERE scope = $1 AND key = $2 AND expires_at > $3")
            .bind(scope)
            .bind(key)
            .bind(now.0)
            .fetch_optional(read.conn())
            .await?;
    let remembered = |row: sqlx::any::AnyRow| {
        let fingerprint = bytes32(&row.try_get::<Vec<u8>, _>(0)?, "fingerprint")?;
        Ok(Remembered {
            fingerprint,
            result: row.try_get(1)?,
        })
    };
    row.map(remembered).transpose()
}

/// Remembers an answer until `expires_at`. Returns whether it did: `false` means that another node answered the same
/// key in the meantime, and this transaction must not commit.
///
/// # Errors
/// Whatever the database refuses.
pub async fn remember(
    tx: &mut Tx,
    scope: &str,
    key: &str,
    remembered: &Remembered,
    within: &Range<Time>,
) -> Result<bool, StoreError> {
    // The WHERE lets an expired answer be replaced and never a living one.
    let done = sqlx::query(
        "INSERT INTO idempotency (scope, key, fingerprint, result, expires_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (scope, key) DO UPDATE
         SET fingerprint = excluded.fingerprint, result = excluded.result, expires_at = excluded.expires_at
         WHERE idempotency.expires_at <= $6",
    )
    .bind(scope)
    .bind(key)
    .bind(remembered.fingerprint.to_vec())
    .bind(remembered.result.as_slice())
    .bind(within.end.0)
    .bind(within.start.0)
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Forgets what has expired at `now`.
///
/// # Errors
/// Whatever the database refuses.
pub async fn forget_expired(tx: &mut Tx, now: Time) -> Result<u64, StoreError> {
    let done = sqlx::query("DELETE FROM idempotency WHERE expires_at <= $1")
        .bind(now.0)
        .execute(tx.conn())
        .await?;
    Ok(done.rows_affected())
}
