//! New e-mail addresses that wait to be confirmed from there, under the hash of the mailed token.

use activity::Time;

use super::link::Validity;
use crate::row::{number, text, time};
use crate::{Read, StoreError, Tx};

/// A change that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailChangeRow {
    /// Whose address it is to be.
    pub account_id: String,
    /// The new address as it was typed.
    pub email: String,
    /// The key of the address it replaces.
    pub old_email_key: String,
    /// When it was asked for, and from when it is refused.
    pub validity: Validity,
}

/// Keeps one; it makes every earlier one of the account void. Those that have expired go.
pub async fn insert(tx: &mut Tx, change: &EmailChangeRow, token_hash: &[u8]) -> Result<(), StoreError> {
    let expired = sqlx::query("DELETE FROM email_change WHERE expires_at <= $1");
    expired.bind(change.validity.created_at.0).execute(tx.conn()).await?;
    void_all(tx, &change.account_id).await?;
    let one = sqlx::query(
        "INSERT INTO email_change (token_hash, account_id, email, old_email_key, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6)",
    );
    one.bind(token_hash)
        .bind(&change.account_id)
        .bind(&change.email)
        .bind(&change.old_email_key)
        .bind(change.validity.created_at.0)
        .bind(change.validity.expires_at.0)
        .execute(tx.conn())
        .await?;
    Ok(())
}

// What can still be confirmed: not void, not expired, and the account's address is the one it was asked for.
const PENDING: &str = "SELECT c.account_id, c.email, c.old_email_key, c.created_at, c.expires_at \
     FROM email_change c JOIN account a ON a.id = c.account_id AND a.email_key = c.old_email_key \
     WHERE c.token_hash = $1 AND c.is_void = 0 AND c.expires_at > $2";

/// The one with this token, if it can still be confirmed.
pub async fn peek(read: &mut Read, token_hash: &[u8], now: Time) -> Result<Option<EmailChangeRow>, StoreError> {
    let row = sqlx::query(PENDING).bind(token_hash).bind(now.0);
    row.fetch_optional(read.conn()).await?.as_ref().map(change).transpose()
}

/// The one an account waits for.
pub async fn pending(read: &mut Read, account_id: &str, now: Time) -> Result<Option<EmailChangeRow>, StoreError> {
    let row = sqlx::query(
        "SELECT c.account_id, c.email, c.old_email_key, c.created_at, c.expires_at \
         FROM email_change c JOIN account a ON a.id = c.account_id AND a.email_key = c.old_email_key \
         WHERE c.account_id = $1 AND c.is_void = 0 AND c.expires_at > $2 ORDER BY c.created_at DESC LIMIT 1",
    );
    let row = row.bind(account_id).bind(now.0);
    row.fetch_optional(read.conn()).await?.as_ref().map(change).transpose()
}

/// Uses one up and returns it. The row is deleted by the statement that finds it, so that of two confirmations at once
/// one finds nothing; an address that was changed meanwhile makes it void by the same condition.
pub async fn take(tx: &mut Tx, token_hash: &[u8], now: Time) -> Result<Option<EmailChangeRow>, StoreError> {
    let row = sqlx::query(
        "DELETE FROM email_change WHERE token_hash = $1 AND is_void = 0 AND expires_at > $2 \
         AND old_email_key = (SELECT a.email_key FROM account a WHERE a.id = email_change.account_id) \
         RETURNING account_id, email, old_email_key, created_at, expires_at",
    );
    let row = row.bind(token_hash).bind(now.0);
    row.fetch_optional(tx.conn()).await?.as_ref().map(change).transpose()
}

/// Makes all of an account's void; `false` if none was waiting.
pub async fn void_all(tx: &mut Tx, account_id: &str) -> Result<bool, StoreError> {
    let all = sqlx::query("UPDATE email_change SET is_void = 1 WHERE account_id = $1 AND is_void = 0");
    Ok(all.bind(account_id).execute(tx.conn()).await?.rows_affected() > 0)
}

/// How many an account asked for after `since`.
pub async fn count_since(read: &mut Read, account_id: &str, since: Time) -> Result<u64, StoreError> {
    let row = sqlx::query("SELECT COUNT(*) AS n FROM email_change WHERE account_id = $1 AND created_at > $2");
    number(&row.bind(account_id).bind(since.0).fetch_one(read.conn()).await?, "n")
}

fn change(row: &sqlx::any::AnyRow) -> Result<EmailChangeRow, StoreError> {
    Ok(EmailChangeRow {
        account_id: text(row, "account_id")?,
        email: text(row, "email")?,
        old_email_key: text(row, "old_email_key")?,
        validity: Validity {
            created_at: time(row, "created_at")?,
            expires_at: time(row, "expires_at")?,
        },
    })
}
