//! Rows of `export_person`: whose rows a kept file holds.

use std::collections::BTreeMap;

use sqlx::{AnyConnection, AssertSqlSafe, Error, Row as _};

use crate::sql::{in_shapes, rows};

/// Keeps how many rows of each of these people the file of this export holds.
pub async fn keep_people(
    conn: &mut AnyConnection,
    export_id: &str,
    people: &BTreeMap<String, i64>,
) -> Result<(), Error> {
    let people: Vec<_> = people.iter().collect();
    for chunk in in_shapes(&people) {
        let values = rows(chunk.len(), 3);
        let sql = format!("INSERT INTO export_person (export_id, person_id, row_count) VALUES {values}");
        let query = chunk
            .iter()
            .fold(sqlx::query(AssertSqlSafe(sql)), |query, (person, count)| {
                query.bind(export_id).bind(person.as_str()).bind(**count)
            });
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

/// How many rows of whom the file of this export holds.
pub async fn people(conn: &mut AnyConnection, export_id: &str) -> Result<BTreeMap<String, i64>, Error> {
    let found = sqlx::query("SELECT person_id, row_count FROM export_person WHERE export_id = $1");
    let found = found.bind(export_id).fetch_all(conn).await?;
    found.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}
