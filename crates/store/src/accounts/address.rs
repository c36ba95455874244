//! The networks an account may log in from.

use crate::row::text;
use crate::{Read, StoreError, Tx};

/// The networks, as text; none means anywhere.
pub async fn of(read: &mut Read, account_id: &str) -> Result<Vec<String>, StoreError> {
    let rows = sqlx::query("SELECT network FROM account_address WHERE account_id = $1 ORDER BY network");
    rows.bind(account_id)
        .fetch_all(read.conn())
        .await?
        .iter()
        .map(|row| text(row, "network"))
        .collect()
}

/// Replaces them; an edit of the account.
pub async fn replace(tx: &mut Tx, account_id: &str, networks: &[String]) -> Result<(), StoreError> {
    let all = sqlx::query("DELETE FROM account_address WHERE account_id = $1");
    all.bind(account_id).execute(tx.conn()).await?;
    super::account::edit(tx, account_id, None).await?;
    for network in networks {
        let one = sqlx::query("INSERT INTO account_address (account_id, network) VALUES ($1, $2)");
        one.bind(account_id).bind(network).execute(tx.conn()).await?;
    }
    Ok(())
}
