//! The networks an account may log in from.

use sqlx::{AnyConnection, Error};

use crate::row::text;

/// The networks, as text; none means anywhere.
pub async fn of(conn: &mut AnyConnection, account_id: &str) -> Result<Vec<String>, Error> {
    let rows = sqlx::query("SELECT network FROM account_address WHERE account_id = $1 ORDER BY network");
    rows.bind(account_id)
        .fetch_all(conn)
        .await?
        .iter()
        .map(|row| text(row, "network"))
        .collect()
}

/// Replaces them; an edit of the account.
pub async fn replace(conn: &mut AnyConnection, account_id: &str, networks: &[String]) -> Result<(), Error> {
    let all = sqlx::query("DELETE FROM account_address WHERE account_id = $1");
    all.bind(account_id).execute(&mut *conn).await?;
    super::account::edit(&mut *conn, account_id, None).await?;
    for network in networks {
        let one = sqlx::query("INSERT INTO account_address (account_id, network) VALUES ($1, $2)");
        one.bind(account_id).bind(network).execute(&mut *conn).await?;
    }
    Ok(())
}
