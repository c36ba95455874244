//! Whose rows a kept file holds: the column `people` of `export`.

use sqlx::Row as _;

use crate::{Read, StoreError, Tx};

/// Keeps how many rows of whom the file of this export holds, as a JSON object by id.
pub async fn keep_people(tx: &mut Tx, export_id: &str, people: &str) -> Result<(), StoreError> {
    let done = sqlx::query("UPDATE export SET people = $2 WHERE id = $1");
    done.bind(export_id).bind(people).execute(tx.conn()).await?;
    Ok(())
}

/// How many rows of whom the file of this export holds, as it was kept.
pub async fn people(read: &mut Read, export_id: &str) -> Result<Option<String>, StoreError> {
    let found = sqlx::query("SELECT people FROM export WHERE id = $1");
    let found = found.bind(export_id).fetch_optional(read.conn()).await?;
    found.map_or(Ok(None), |row| Ok(row.try_get(0)?))
}
