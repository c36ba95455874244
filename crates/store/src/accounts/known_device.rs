//! Browsers somebody logged in with before. Their attempts are counted in `attempt`.

use activity::Time;

use crate::row::text;
use crate::{Read, StoreError, Tx};

/// The id of this account's known device with this token in this application; `None` for the web manager.
pub async fn find(
    read: &mut Read,
    (account_id, application_id): (&str, Option<&str>),
    token_hash: &[u8],
) -> Result<Option<String>, StoreError> {
    // The account is part of the condition: a token of one person opens no bucket of another. So is the application:
    // what one keeps for its devices opens nothing in the web manager.
    let row = sqlx::query(
        "SELECT id FROM known_device WHERE token_hash = $1 AND account_id = $2 AND COALESCE(application_id, '') = $3",
    );
    let row = row
        .bind(token_hash)
        .bind(account_id)
        .bind(application_id.unwrap_or_default());
    let row = row.fetch_optional(read.conn()).await?;
    row.as_ref().map(|row| text(row, "id")).transpose()
}

/// Remembers a new one.
pub async fn insert(
    tx: &mut Tx,
    (account_id, application_id): (&str, Option<&str>),
    id: &str,
    token_hash: &[u8],
    now: Time,
) -> Result<(), StoreError> {
    let one = sqlx::query(
        "INSERT INTO known_device (id, account_id, token_hash, created_at, last_used_at, application_id) \
         VALUES ($1, $2, $3, $4, $4, $5)",
    );
    one.bind(id)
        .bind(account_id)
        .bind(token_hash)
        .bind(now.0)
        .bind(application_id)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Gives it another token, at a log-in.
pub async fn rotate(tx: &mut Tx, id: &str, token_hash: &[u8], now: Time) -> Result<(), StoreError> {
    let one = sqlx::query("UPDATE known_device SET token_hash = $2, last_used_at = $3 WHERE id = $1");
    one.bind(id).bind(token_hash).bind(now.0).execute(tx.conn()).await?;
    Ok(())
}

/// Forgets all of an account but the `keep` used last.
pub async fn trim(tx: &mut Tx, account_id: &str, keep: u32) -> Result<(), StoreError> {
    let rest = sqlx::query(
        "DELETE FROM known_device WHERE account_id = $1 AND id NOT IN (SELECT id FROM known_device \
         WHERE account_id = $1 ORDER BY last_used_at DESC, id DESC LIMIT $2)",
    );
    rest.bind(account_id).bind(i64::from(keep)).execute(tx.conn()).await?;
    Ok(())
}

/// Forgets one of an account's: what it remembered, and its bucket.
pub async fn forget(tx: &mut Tx, account_id: &str, id: &str) -> Result<(), StoreError> {
    let one = sqlx::query("DELETE FROM known_device WHERE id = $1 AND account_id = $2");
    one.bind(id).bind(account_id).execute(tx.conn()).await?;
    Ok(())
}

/// Forgets all of an account but `keep`.
pub async fn forget_all_but(tx: &mut Tx, account_id: &str, keep: Option<&str>) -> Result<(), StoreError> {
    let others = sqlx::query("DELETE FROM known_device WHERE account_id = $1 AND id <> $2");
    others
        .bind(account_id)
        .bind(keep.unwrap_or_default())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Does not ask this browser for the second factor until then.
pub async fn remember(tx: &mut Tx, id: &str, until: Time) -> Result<(), StoreError> {
    let one = sqlx::query("UPDATE known_device SET remembered_until = $2 WHERE id = $1");
    one.bind(id).bind(until.0).execute(tx.conn()).await?;
    Ok(())
}

/// Whether this account's browser need not be asked for the second factor now.
pub async fn is_remembered(read: &mut Read, account_id: &str, id: &str, now: Time) -> Result<bool, StoreError> {
    let row = sqlx::query("SELECT id FROM known_device WHERE id = $1 AND account_id = $2 AND remembered_until > $3");
    let row = row
        .bind(id)
        .bind(account_id)
        .bind(now.0)
        .fetch_optional(read.conn())
        .await?;
    Ok(row.is_some())
}

/// Asks every browser of an account for the second factor again, after any change of a credential.
pub async fn forget_remembered(tx: &mut Tx, account_id: &str) -> Result<(), StoreError> {
    let all = sqlx::query(
        "UPDATE known_device SET remembered_until = NULL WHERE account_id = $1 AND remembered_until IS NOT NULL",
    );
    all.bind(account_id).execute(tx.conn()).await?;
    Ok(())
}
