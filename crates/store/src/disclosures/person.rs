//! Rows of `disclosure_person`: how many of a person's rows a disclosure gave.

use std::collections::BTreeMap;

use sqlx::AssertSqlSafe;

use crate::sql::{in_shapes, rows};
use crate::{StoreError, Tx};

/// Rows of somebody that a disclosure gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given<'a> {
    /// The disclosure's id.
    pub disclosure_id: &'a str,
    /// Whose rows.
    pub person_id: &'a str,
    /// How many.
    pub rows: i64,
    /// When, in microseconds since 1970.
    pub at: i64,
}

/// Adds rows of these people to what a disclosure gave.
pub async fn add_people(
    tx: &mut Tx,
    disclosure_id: &str,
    people: &BTreeMap<String, i64>,
    at: i64,
) -> Result<(), StoreError> {
    let given = people.iter().map(|(person_id, rows)| Given {
        disclosure_id,
        person_id,
        rows: *rows,
        at,
    });
    add_given(tx, &given.collect::<Vec<_>>()).await
}

/// Adds rows to what disclosures gave, none of which may name the same person twice.
pub async fn add_given(tx: &mut Tx, given: &[Given<'_>]) -> Result<(), StoreError> {
    for chunk in in_shapes(given) {
        let values = rows(chunk.len(), 5);
        let sql = format!(
            "INSERT INTO disclosure_person (person_id, disclosure_id, row_count, first_at, last_at) VALUES {values} \
             ON CONFLICT (person_id, disclosure_id) DO UPDATE SET \
             row_count = disclosure_person.row_count + excluded.row_count, last_at = excluded.last_at"
        );
        let query = chunk.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, given| {
            query
                .bind(given.person_id)
                .bind(given.disclosure_id)
                .bind(given.rows)
                .bind(given.at)
                .bind(given.at)
        });
        query.execute(tx.conn()).await?;
    }
    Ok(())
}
