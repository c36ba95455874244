//! Log-ins that wait for their second step, under the hash of their token.

use activity::Time;

use crate::row::{maybe_text, text, time};
use crate::{Read, StoreError, Tx};

/// What a half-finished log-in waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// For the second factor.
    SecondFactor,
    /// For a second factor to be set up.
    SetUp,
}

impl Purpose {
    const fn code(self) -> &'static str {
        match self {
            Self::SecondFactor => "second_factor",
            Self::SetUp => "set_up",
        }
    }
}

/// A half-finished log-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChallengeRow {
    /// Whose log-in it is.
    pub account_id: String,
    /// What it waits for.
    pub purpose: Purpose,
    /// The known device the password was typed on.
    pub known_device_id: Option<String>,
    /// The application it was typed in; `None` for the web manager.
    pub application_id: Option<String>,
    /// When the password was right.
    pub created_at: Time,
    /// From when it is refused.
    pub expires_at: Time,
}

/// Inserts one under the hash of its token.
pub async fn insert(tx: &mut Tx, challenge: &ChallengeRow, token_hash: &[u8]) -> Result<(), StoreError> {
    let one = sqlx::query(
        "INSERT INTO login_challenge (token_hash, account_id, purpose, known_device_id, application_id, created_at, \
         expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
    );
    one.bind(token_hash)
        .bind(&challenge.account_id)
        .bind(challenge.purpose.code())
        .bind(&challenge.known_device_id)
        .bind(&challenge.application_id)
        .bind(challenge.created_at.0)
        .bind(challenge.expires_at.0)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The one with this token, if it can still be answered.
pub async fn get(read: &mut Read, token_hash: &[u8], now: Time) -> Result<Option<ChallengeRow>, StoreError> {
    let row = sqlx::query(
        "SELECT account_id, purpose, known_device_id, application_id, created_at, expires_at FROM login_challenge \
         WHERE token_hash = $1 AND expires_at > $2",
    );
    let Some(row) = row.bind(token_hash).bind(now.0).fetch_optional(read.conn()).await? else {
        return Ok(None);
    };
    let purpose = text(&row, "purpose")?;
    Ok(Some(ChallengeRow {
        account_id: text(&row, "account_id")?,
        purpose: match purpose.as_str() {
            "set_up" => Purpose::SetUp,
            _ => Purpose::SecondFactor,
        },
        known_device_id: maybe_text(&row, "known_device_id")?,
        application_id: maybe_text(&row, "application_id")?,
        created_at: time(&row, "created_at")?,
        expires_at: time(&row, "expires_at")?,
    }))
}

/// Uses it up; `false` if it was used already. The row is deleted by the statement that finds it, so that of two
/// answers at once one lets nobody in.
pub async fn take(tx: &mut Tx, token_hash: &[u8]) -> Result<bool, StoreError> {
    let one = sqlx::query("DELETE FROM login_challenge WHERE token_hash = $1").bind(token_hash);
    Ok(one.execute(tx.conn()).await?.rows_affected() > 0)
}

/// Ends every half-finished log-in of an account.
pub async fn delete_challenges(tx: &mut Tx, account_id: &str) -> Result<(), StoreError> {
    let all = sqlx::query("DELETE FROM login_challenge WHERE account_id = $1").bind(account_id);
    all.execute(tx.conn()).await?;
    Ok(())
}

/// Removes those that have expired.
pub async fn delete_expired(tx: &mut Tx, now: Time) -> Result<(), StoreError> {
    let all = sqlx::query("DELETE FROM login_challenge WHERE expires_at <= $1").bind(now.0);
    all.execute(tx.conn()).await?;
    Ok(())
}
