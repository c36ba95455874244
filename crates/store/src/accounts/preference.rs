//! What a person chose for their pages: JSON by name.

use sqlx::{AnyConnection, Error};

use crate::row::text;

/// The value of this name.
pub async fn get(conn: &mut AnyConnection, account_id: &str, name: &str) -> Result<Option<String>, Error> {
    let row = sqlx::query("SELECT value FROM account_preference WHERE account_id = $1 AND name = $2");
    row.bind(account_id)
        .bind(name)
        .fetch_optional(conn)
        .await?
        .as_ref()
        .map(|row| text(row, "value"))
        .transpose()
}

/// Sets it, or removes it.
pub async fn set(conn: &mut AnyConnection, account_id: &str, name: &str, value: Option<&str>) -> Result<(), Error> {
    let query = match value {
        Some(_) => {
            "INSERT INTO account_preference (account_id, name, value) VALUES ($1, $2, $3) \
             ON CONFLICT (account_id, name) DO UPDATE SET value = excluded.value"
        }
        None => "DELETE FROM account_preference WHERE account_id = $1 AND name = $2",
    };
    let query = sqlx::query(query).bind(account_id).bind(name);
    match value {
        Some(value) => query.bind(value).execute(conn).await?,
        None => query.execute(conn).await?,
    };
    Ok(())
}
