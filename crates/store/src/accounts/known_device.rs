//! Browsers somebody logged in with before. Their attempts are counted in `attempt`.

use activity::Time;
use sqlx::{AnyConnection, Error};

use super::text;

/// The id of this account's known device with this token.
pub async fn find(conn: &mut AnyConnection, account_id: &str, token_hash: &[u8]) -> Result<Option<String>, Error> {
    // The account is part of the condition: a token of one person opens no bucket of another.
    let row = sqlx::query("SELECT id FROM known_device WHERE token_hash = $1 AND account_id = $2");
    let row = row.bind(token_hash).bind(account_id).fetch_optional(conn).await?;
    row.as_ref().map(|row| text(row, "id")).transpose()
}

/// Remembers a new one.
pub async fn insert(
    conn: &mut AnyConnection,
    account_id: &str,
    id: &str,
    token_hash: &[u8],
    now: Time,
) -> Result<(), Error> {
    let one = sqlx::query(
        "INSERT INTO known_device (id, account_id, token_hash, created_at, last_used_at) VALUES ($1, $2, $3, $4, $4)",
    );
    one.bind(id)
        .bind(account_id)
        .bind(token_hash)
        .bind(now.0)
        .execute(conn)
        .await?;
    Ok(())
}

/// Gives it another token, at a log-in.
pub async fn rotate(conn: &mut AnyConnection, id: &str, token_hash: &[u8], now: Time) -> Result<(), Error> {
    let one = sqlx::query("UPDATE known_device SET token_hash = $2, last_used_at = $3 WHERE id = $1");
    one.bind(id).bind(token_hash).bind(now.0).execute(conn).await?;
    Ok(())
}

/// Forgets all of an account but the `keep` used last.
pub async fn trim(conn: &mut AnyConnection, account_id: &str, keep: u32) -> Result<(), Error> {
    let rest = sqlx::query(
        "DELETE FROM known_device WHERE account_id = $1 AND id NOT IN (SELECT id FROM known_device \
         WHERE account_id = $1 ORDER BY last_used_at DESC, id DESC LIMIT $2)",
    );
    rest.bind(account_id).bind(i64::from(keep)).execute(conn).await?;
    Ok(())
}
