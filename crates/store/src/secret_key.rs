//! Which key wraps the secrets of this installation. The key itself is kept outside the database.

use activity::Time;
use sqlx::Row as _;

use crate::{Read, StoreError, Tx};

/// The id of the key; `None` while nothing was wrapped.
pub async fn get(read: &mut Read) -> Result<Option<Vec<u8>>, StoreError> {
    let row = sqlx::query("SELECT key_id FROM secret_key WHERE one = 1")
        .fetch_optional(read.conn())
        .await?;
    Ok(row.map(|row| row.try_get("key_id")).transpose()?)
}

/// Names the key that wraps from now on.
pub async fn set(tx: &mut Tx, key_id: &[u8], now: Time) -> Result<(), StoreError> {
    let one = sqlx::query(
        "INSERT INTO secret_key (one, key_id, since) VALUES (1, $1, $2) \
         ON CONFLICT (one) DO UPDATE SET key_id = excluded.key_id, since = excluded.since",
    );
    one.bind(key_id).bind(now.0).execute(tx.conn()).await?;
    Ok(())
}
