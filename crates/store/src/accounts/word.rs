//! Where a typed beginning may match an account. Owns the table, not how a name is cut into it.

use super::account::AccountKeys;
use crate::{StoreError, Tx};

/// Replaces the words of an account.
pub async fn replace(tx: &mut Tx, account_id: &str, keys: &AccountKeys, words: &[String]) -> Result<(), StoreError> {
    let all = sqlx::query("DELETE FROM account_word WHERE account_id = $1");
    all.bind(account_id).execute(tx.conn()).await?;
    for word in words {
        let one = "INSERT INTO account_word (word, account_id, name_key) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        sqlx::query(one)
            .bind(word)
            .bind(account_id)
            .bind(&keys.name)
            .execute(tx.conn())
            .await?;
    }
    Ok(())
}
