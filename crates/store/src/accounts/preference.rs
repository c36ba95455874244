//! What a person chose for their pages: JSON by name.

use crate::row::text;
use crate::{Read, StoreError, Tx};

/// The value of this name.
pub async fn get(read: &mut Read, account_id: &str, name: &str) -> Result<Option<String>, StoreError> {
    let row = sqlx::query("SELECT value FROM account_preference WHERE account_id = $1 AND name = $2");
    row.bind(account_id)
        .bind(name)
        .fetch_optional(read.conn())
        .await?
        .as_ref()
        .map(|row| text(row, "value"))
        .transpose()
}

/// Sets it, or removes it.
pub async fn set(tx: &mut Tx, account_id: &str, name: &str, value: Option<&str>) -> Result<(), StoreError> {
    let query = match value {
        Some(_) => {
            "INSERT INTO account_preference (account_id, name, value) VALUES ($1, $2, $3) \
             ON CONFLICT (account_id, name) DO UPDATE SET value = excluded.value"
        }
        None => "DELETE FROM account_preference WHERE account_id = $1 AND name = $2",
    };
    let query = sqlx::query(query).bind(account_id).bind(name);
    match value {
        Some(value) => query.bind(value).execute(tx.conn()).await?,
        None => query.execute(tx.conn()).await?,
    };
    Ok(())
}
