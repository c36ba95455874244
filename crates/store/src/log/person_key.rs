//! The table `person_key`: the secret of each person named in the log.

use std::collections::HashMap;

use sqlx::{AssertSqlSafe, Row as _};

use super::bytes32;
use super::many::{chunks, placeholders};
use crate::sql::rows;
use crate::{Read, StoreError, Tx};

/// The keys of those of `people` who have one.
///
/// # Errors
/// Whatever the database refuses.
pub async fn load(read: &mut Read, people: &[&str]) -> Result<HashMap<String, [u8; 32]>, StoreError> {
    let mut keys = HashMap::with_capacity(people.len());
    for chunk in chunks(people) {
        let sql = format!(
            "SELECT person_id, key FROM person_key WHERE person_id IN ({})",
            placeholders(chunk.len())
        );
        let query = chunk
            .iter()
            .fold(sqlx::query(AssertSqlSafe(sql)), |query, person| query.bind(**person));
        for row in query.fetch_all(read.conn()).await? {
            keys.insert(row.try_get(0)?, bytes32(&row.try_get::<Vec<u8>, _>(1)?, "key")?);
        }
    }
    Ok(keys)
}

/// Gives each of these people the key proposed for them, unless they have one.
///
/// # Errors
/// Whatever the database refuses.
pub async fn ensure(tx: &mut Tx, proposed: &[(&str, [u8; 32])]) -> Result<(), StoreError> {
    for chunk in chunks(proposed) {
        let values = rows(chunk.len(), 2);
        let sql = format!("INSERT INTO person_key (person_id, key) VALUES {values} ON CONFLICT (person_id) DO NOTHING");
        let query = sqlx::query(AssertSqlSafe(sql));
        let query = chunk
            .iter()
            .fold(query, |query, (person, key)| query.bind(*person).bind(key.to_vec()));
        query.execute(tx.conn()).await?;
    }
    Ok(())
}
