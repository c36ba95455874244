//! Where a typed beginning may match an account. Owns the table, not how a name is cut into it.

use sqlx::AssertSqlSafe;

use super::account::AccountKeys;
use crate::sql::{in_shapes, rows};
use crate::{StoreError, Tx};

/// Replaces the words of an account.
pub async fn replace(tx: &mut Tx, account_id: &str, keys: &AccountKeys, words: &[String]) -> Result<(), StoreError> {
    let all = sqlx::query("DELETE FROM account_word WHERE account_id = $1");
    all.bind(account_id).execute(tx.conn()).await?;
    for chunk in in_shapes(words) {
        let sql = format!(
            "INSERT INTO account_word (word, account_id, name_key) VALUES {} ON CONFLICT DO NOTHING",
            rows(chunk.len(), 3)
        );
        let query = chunk.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, word| {
            query.bind(word).bind(account_id).bind(&keys.name)
        });
        query.execute(tx.conn()).await?;
    }
    Ok(())
}
