//! Rows of `disclosure_waiting`: activities of readers who may not append.

use sqlx::Row as _;

use crate::{Read, StoreError, Tx};

/// Leaves facts, as JSON, for whoever may append.
pub async fn insert_waiting(tx: &mut Tx, id: &str, facts: &str) -> Result<(), StoreError> {
    let done = sqlx::query("INSERT INTO disclosure_waiting (id, facts) VALUES ($1, $2)");
    done.bind(id).bind(facts).execute(tx.conn()).await?;
    Ok(())
}

/// Ids and facts of those that wait behind the id `after`, by id, at most `limit`.
pub async fn waiting(read: &mut Read, after: &str, limit: u32) -> Result<Vec<(String, String)>, StoreError> {
    let rows = sqlx::query("SELECT id, facts FROM disclosure_waiting WHERE id > $1 ORDER BY id LIMIT $2");
    let rows = rows.bind(after).bind(i64::from(limit)).fetch_all(read.conn()).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

/// Removes one that was appended; `false` if it was gone.
pub async fn remove_waiting(tx: &mut Tx, id: &str) -> Result<bool, StoreError> {
    let done = sqlx::query("DELETE FROM disclosure_waiting WHERE id = $1").bind(id);
    Ok(done.execute(tx.conn()).await?.rows_affected() > 0)
}

/// Says something else of one that waits.
pub async fn set_waiting(tx: &mut Tx, id: &str, facts: &str) -> Result<(), StoreError> {
    let update = sqlx::query("UPDATE disclosure_waiting SET facts = $2 WHERE id = $1").bind(id);
    update.bind(facts).execute(tx.conn()).await?;
    Ok(())
}
