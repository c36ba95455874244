//! Which key wraps the secrets of this installation. The key itself is kept outside the database.

use activity::Time;
use sqlx::{AnyConnection, Error, Row as _};

/// The id of the key; `None` while nothing was wrapped.
pub async fn get(conn: &mut AnyConnection) -> Result<Option<Vec<u8>>, Error> {
    let row = sqlx::query("SELECT key_id FROM secret_key WHERE one = 1")
        .fetch_optional(conn)
        .await?;
    row.map(|row| row.try_get("key_id")).transpose()
}

/// Names the key that wraps from now on.
pub async fn set(conn: &mut AnyConnection, key_id: &[u8], now: Time) -> Result<(), Error> {
    let one = sqlx::query(
        "INSERT INTO secret_key (one, key_id, since) VALUES (1, $1, $2) \
         ON CONFLICT (one) DO UPDATE SET key_id = excluded.key_id, since = excluded.since",
    );
    one.bind(key_id).bind(now.0).execute(conn).await?;
    Ok(())
}
