//! Codes that were sent by SMS, and how many may be.

use crate::row::text;
use crate::{Read, StoreError, Tx};
use activity::Time;

/// What a code can be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Logging in.
    LogIn,
    /// Confirming a telephone number.
    SetUp,
    /// A change of the account.
    Confirm,
}

impl Purpose {
    const fn code(self) -> &'static str {
        match self {
            Self::LogIn => "log_in",
            Self::SetUp => "set_up",
            Self::Confirm => "confirm",
        }
    }
}

/// A code to keep.
#[derive(Clone, Debug)]
pub struct SmsCodeRow {
    /// Whose it is.
    pub account_id: String,
    /// What it can be used for.
    pub purpose: Purpose,
    /// The number it is sent to.
    pub phone: String,
    /// When it is sent.
    pub created_at: Time,
    /// From when it is refused.
    pub expires_at: Time,
}

/// How often an account may be sent a code.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// The present moment.
    pub now: Time,
    /// The newest one must have been sent before this.
    pub last_before: Time,
    /// Days since 1970.
    pub day: i64,
    /// At most so many a day.
    pub per_day: u32,
}

/// Counts one more code of an account; `false` if it is too soon or too many. Condition and count are one statement,
/// so that any number of requests at once send no more.
pub async fn count(tx: &mut Tx, account_id: &str, pace: Pace) -> Result<bool, StoreError> {
    super::second_factor::ensure(tx, account_id).await?;
    let done = sqlx::query(
        "UPDATE second_factor SET sms_sent_at = $2, sms_sent = CASE WHEN sms_day = $3 THEN sms_sent + 1 ELSE 1 END, \
         sms_day = $3 WHERE account_id = $1 AND (sms_sent_at IS NULL OR sms_sent_at <= $4) \
         AND (sms_day <> $3 OR sms_sent < $5)",
    );
    let done = done
        .bind(account_id)
        .bind(pace.now.0)
        .bind(pace.day)
        .bind(pace.last_before.0)
        .bind(i64::from(pace.per_day));
    Ok(done.execute(tx.conn()).await?.rows_affected() > 0)
}

/// Keeps a code under its hash, in the place of the one before.
pub async fn replace(tx: &mut Tx, code: &SmsCodeRow, code_hash: &[u8]) -> Result<(), StoreError> {
    let one = sqlx::query(
        "INSERT INTO sms_code (account_id, purpose, phone, code_hash, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (account_id, purpose) DO UPDATE SET phone = excluded.phone, \
         code_hash = excluded.code_hash, created_at = excluded.created_at, expires_at = excluded.expires_at",
    );
    one.bind(&code.account_id)
        .bind(code.purpose.code())
        .bind(&code.phone)
        .bind(code_hash)
        .bind(code.created_at.0)
        .bind(code.expires_at.0)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Uses a code up and returns the number it was sent to. The row is deleted by the statement that finds it, so that
/// one code given many times at once is right once.
pub async fn take(
    tx: &mut Tx,
    account_id: &str,
    purpose: Purpose,
    code_hash: &[u8],
    now: Time,
) -> Result<Option<String>, StoreError> {
    let row = sqlx::query(
        "DELETE FROM sms_code WHERE account_id = $1 AND purpose = $2 AND code_hash = $3 AND expires_at > $4 \
         RETURNING phone",
    );
    let row = row.bind(account_id).bind(purpose.code()).bind(code_hash).bind(now.0);
    let row = row.fetch_optional(tx.conn()).await?;
    row.map(|row| text(&row, "phone")).transpose()
}

/// The number a code that waits was sent to.
pub async fn waiting(
    read: &mut Read,
    account_id: &str,
    purpose: Purpose,
    now: Time,
) -> Result<Option<String>, StoreError> {
    let row = sqlx::query("SELECT phone FROM sms_code WHERE account_id = $1 AND purpose = $2 AND expires_at > $3");
    let row = row.bind(account_id).bind(purpose.code()).bind(now.0);
    let row = row.fetch_optional(read.conn()).await?;
    row.map(|row| text(&row, "phone")).transpose()
}

/// Removes those of an account.
pub async fn delete_all(tx: &mut Tx, account_id: &str) -> Result<(), StoreError> {
    let all = sqlx::query("DELETE FROM sms_code WHERE account_id = $1").bind(account_id);
    all.execute(tx.conn()).await?;
    Ok(())
}
