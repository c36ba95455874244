//! Rows of `disclosure_person`: how many of a person's rows a disclosure gave.

use std::collections::BTreeMap;

use sqlx::AssertSqlSafe;

use crate::sql::{in_shapes, rows};
use crate::{StoreError, Tx};

/// Adds rows of these people to what a disclosure gave.
pub async fn add_people(
    tx: &mut Tx,
    disclosure_id: &str,
    people: &BTreeMap<String, i64>,
    at: i64,
) -> Result<(), StoreError> {
    let people: Vec<_> = people.iter().collect();
    for chunk in in_shapes(&people) {
        let values = rows(chunk.len(), 5);
        let sql = format!(
            "INSERT INTO disclosure_person (person_id, disclosure_id, row_count, first_at, last_at) VALUES {values} \
             ON CONFLICT (person_id, disclosure_id) DO UPDATE SET \
             row_count = disclosure_person.row_count + excluded.row_count, last_at = excluded.last_at"
        );
        let query = chunk
            .iter()
            .fold(sqlx::query(AssertSqlSafe(sql)), |query, (person, count)| {
                query
                    .bind(person.as_str())
                    .bind(disclosure_id)
                    .bind(**count)
                    .bind(at)
                    .bind(at)
            });
        query.execute(tx.conn()).await?;
    }
    Ok(())
}
