//! Links that were mailed, under the hash of their token.

use activity::Time;

use crate::row::{number, text};
use crate::{Read, StoreError, Tx};

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Activates an account.
    Activation,
    /// Sets another password.
    Reset,
}

impl Purpose {
    const fn code(self) -> &'static str {
        match self {
            Self::Activation => "activation",
            Self::Reset => "reset",
        }
    }
}

/// When a link was made and until when it may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// When it was made.
    pub created_at: Time,
    /// From when it is refused.
    pub expires_at: Time,
}

/// Inserts a link.
pub async fn insert(
    tx: &mut Tx,
    account_id: &str,
    purpose: Purpose,
    token_hash: &[u8],
    validity: Validity,
) -> Result<(), StoreError> {
    let one = sqlx::query(
        "INSERT INTO account_link (token_hash, account_id, purpose, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)",
    );
    one.bind(token_hash)
        .bind(account_id)
        .bind(purpose.code())
        .bind(validity.created_at.0)
        .bind(validity.expires_at.0)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Whose it is, if it can still be used.
pub async fn peek(
    read: &mut Read,
    purpose: Purpose,
    token_hash: &[u8],
    now: Time,
) -> Result<Option<String>, StoreError> {
    let row =
        sqlx::query("SELECT account_id FROM account_link WHERE token_hash = $1 AND purpose = $2 AND expires_at > $3");
    let row = row
        .bind(token_hash)
        .bind(purpose.code())
        .bind(now.0)
        .fetch_optional(read.conn())
        .await?;
    row.as_ref().map(|row| text(row, "account_id")).transpose()
}

/// Uses it up and returns whose it was. The row is deleted by the statement that finds it, so that of two uses at
/// once one finds nothing.
pub async fn take(tx: &mut Tx, purpose: Purpose, token_hash: &[u8], now: Time) -> Result<Option<String>, StoreError> {
    let row = sqlx::query(
        "DELETE FROM account_link WHERE token_hash = $1 AND purpose = $2 AND expires_at > $3 RETURNING account_id",
    );
    let row = row
        .bind(token_hash)
        .bind(purpose.code())
        .bind(now.0)
        .fetch_optional(tx.conn())
        .await?;
    row.as_ref().map(|row| text(row, "account_id")).transpose()
}

/// Removes all of an account's with this purpose.
pub async fn delete_all(tx: &mut Tx, account_id: &str, purpose: Purpose) -> Result<(), StoreError> {
    let all = sqlx::query("DELETE FROM account_link WHERE account_id = $1 AND purpose = $2");
    all.bind(account_id).bind(purpose.code()).execute(tx.conn()).await?;
    Ok(())
}

/// How many of an account's were made after `since` and are unused.
pub async fn count_since(read: &mut Read, account_id: &str, purpose: Purpose, since: Time) -> Result<u64, StoreError> {
    let row = sqlx::query(
        "SELECT COUNT(*) AS n FROM account_link WHERE account_id = $1 AND purpose = $2 AND created_at > $3",
    );
    number(
        &row.bind(account_id)
            .bind(purpose.code())
            .bind(since.0)
            .fetch_one(read.conn())
            .await?,
        "n",
    )
}

/// Removes those that have expired.
pub async fn delete_expired(tx: &mut Tx, now: Time) -> Result<u64, StoreError> {
    let done = sqlx::query("DELETE FROM account_link WHERE expires_at <= $1").bind(now.0);
    Ok(done.execute(tx.conn()).await?.rows_affected())
}
