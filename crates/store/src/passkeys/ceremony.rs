//! Challenges sent to browsers, under the hash of their token: short-lived, and used up by the answer.

use activity::Time;

use crate::row::{maybe_text, number, text, time};
use crate::{Read, StoreError, Tx};

/// What a challenge was made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Adding a passkey to an account.
    Add,
    /// Logging in with nothing else.
    LogIn,
    /// Logging in after the password.
    SecondFactor,
    /// Showing once more who asks, before a change that matters.
    Confirm,
}

impl Purpose {
    const fn code(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::LogIn => "log_in",
            Self::SecondFactor => "second_factor",
            Self::Confirm => "confirm",
        }
    }
}

/// A challenge that waits for its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CeremonyRow {
    /// What it is for.
    pub purpose: Purpose,
    /// Whose answer it must be; `None` while nobody has said who they are.
    pub account_id: Option<String>,
    /// What is needed to check the answer, as JSON.
    pub state: String,
    /// When it was made.
    pub created_at: Time,
    /// From when an answer is refused.
    pub expires_at: Time,
}

/// Keeps one. Of an account only the newest of a purpose waits, and those that have expired go.
pub async fn insert(tx: &mut Tx, ceremony: &CeremonyRow, token_hash: &[u8]) -> Result<(), StoreError> {
    let purpose = ceremony.purpose.code();
    let old = sqlx::query("DELETE FROM passkey_ceremony WHERE expires_at <= $1 OR (account_id = $2 AND purpose = $3)");
    let old = old.bind(ceremony.created_at.0).bind(&ceremony.account_id).bind(purpose);
    old.execute(tx.conn()).await?;
    let one = sqlx::query(
        "INSERT INTO passkey_ceremony (token_hash, purpose, account_id, state, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6)",
    );
    one.bind(token_hash)
        .bind(purpose)
        .bind(&ceremony.account_id)
        .bind(&ceremony.state)
        .bind(ceremony.created_at.0)
        .bind(ceremony.expires_at.0)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Uses one up and returns it. The row is deleted by the statement that finds it, so that of two answers at once one
/// finds nothing.
pub async fn take(
    tx: &mut Tx,
    purpose: Purpose,
    token_hash: &[u8],
    now: Time,
) -> Result<Option<CeremonyRow>, StoreError> {
    let row = sqlx::query(
        "DELETE FROM passkey_ceremony WHERE token_hash = $1 AND purpose = $2 AND expires_at > $3 \
         RETURNING account_id, state, created_at, expires_at",
    );
    let row = row
        .bind(token_hash)
        .bind(purpose.code())
        .bind(now.0)
        .fetch_optional(tx.conn())
        .await?;
    let ceremony = row.as_ref().map(|row| {
        Ok(CeremonyRow {
            purpose,
            account_id: maybe_text(row, "account_id")?,
            state: text(row, "state")?,
            created_at: time(row, "created_at")?,
            expires_at: time(row, "expires_at")?,
        })
    });
    ceremony.transpose()
}

/// How many wait that belong to nobody.
pub async fn count_anonymous(read: &mut Read) -> Result<u64, StoreError> {
    let row = sqlx::query("SELECT COUNT(*) AS n FROM passkey_ceremony WHERE account_id IS NULL")
        .fetch_one(read.conn())
        .await?;
    number(&row, "n")
}

/// Forgets all of an account's, when what it may do has changed.
pub async fn delete_all(tx: &mut Tx, account_id: &str) -> Result<(), StoreError> {
    let all = sqlx::query("DELETE FROM passkey_ceremony WHERE account_id = $1");
    all.bind(account_id).execute(tx.conn()).await?;
    Ok(())
}
