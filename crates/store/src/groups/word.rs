//! Where a typed beginning may match a group. Owns the table, not how a name is cut into it.

use crate::{StoreError, Tx};

/// Replaces the words of a group.
pub async fn replace(tx: &mut Tx, group_id: &str, words: &[String]) -> Result<(), StoreError> {
    let all = sqlx::query("DELETE FROM group_word WHERE group_id = $1");
    all.bind(group_id).execute(tx.conn()).await?;
    for word in words {
        let one = sqlx::query("INSERT INTO group_word (word, group_id) VALUES ($1, $2) ON CONFLICT DO NOTHING");
        one.bind(word).bind(group_id).execute(tx.conn()).await?;
    }
    Ok(())
}
