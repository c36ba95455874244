//! Whose rows a kept file holds: the column `people` of `export`.

use sqlx::{AnyConnection, Error, Row as _};

/// Keeps how many rows of whom the file of this export holds, as a JSON object by id.
pub async fn keep_people(conn: &mut AnyConnection, export_id: &str, people: &str) -> Result<(), Error> {
    let done = sqlx::query("UPDATE export SET people = $2 WHERE id = $1");
    done.bind(export_id).bind(people).execute(conn).await?;
    Ok(())
}

/// How many rows of whom the file of this export holds, as it was kept.
pub async fn people(conn: &mut AnyConnection, export_id: &str) -> Result<Option<String>, Error> {
    let found = sqlx::query("SELECT people FROM export WHERE id = $1");
    let found = found.bind(export_id).fetch_optional(conn).await?;
    found.map_or(Ok(None), |row| row.try_get(0))
}
