//! The tables of 0008_connections.sql, one module each. Owns their SQL text and rows; decides nothing.

use crate::{StoreError, Tx};

pub mod block;
pub mod connection;
pub mod list;
pub mod look_up;

/// Keeps the order of names true after the account was renamed.
pub async fn rename(tx: &mut Tx, account_id: &str, name_key: &str) -> Result<(), StoreError> {
    let renamed = [
        "UPDATE connection SET low_name_key = $2 WHERE low_id = $1 AND low_name_key <> $2",
        "UPDATE connection SET high_name_key = $2 WHERE high_id = $1 AND high_name_key <> $2",
        "UPDATE connection_block SET name_key = $2 WHERE blocked_id = $1 AND name_key <> $2",
    ];
    for sql in renamed {
        sqlx::query(sql)
            .bind(account_id)
            .bind(name_key)
            .execute(tx.conn())
            .await?;
    }
    Ok(())
}
