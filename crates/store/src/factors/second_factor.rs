//! What second factor an account has, and whether it must have one.

use activity::Time;
use sqlx::Row as _;

use crate::row::{flag, maybe_text, maybe_time};
use crate::{Read, StoreError, Tx};

/// The second factor of an account; all empty for one that has no row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecondFactorRow {
    /// Whether an administrator wants one.
    pub required: bool,
    /// Whether the password is too short to be the only factor.
    pub short_password: bool,
    /// The secret shared with the authenticator app, wrapped.
    pub totp_secret: Option<Vec<u8>>,
    /// When the app was set up.
    pub totp_since: Option<Time>,
    /// The telephone number codes are sent to.
    pub phone: Option<String>,
    /// When it was confirmed.
    pub sms_since: Option<Time>,
}

/// The row of this account.
pub async fn get(read: &mut Read, account_id: &str) -> Result<SecondFactorRow, StoreError> {
    let row = sqlx::query(
        "SELECT required, short_password, totp_secret, totp_since, phone, sms_since FROM second_factor \
         WHERE account_id = $1",
    );
    let Some(row) = row.bind(account_id).fetch_optional(read.conn()).await? else {
        return Ok(SecondFactorRow::default());
    };
    Ok(SecondFactorRow {
        required: flag(&row, "required")?,
        short_password: flag(&row, "short_password")?,
        totp_secret: row.try_get("totp_secret")?,
        totp_since: maybe_time(&row, "totp_since")?,
        phone: maybe_text(&row, "phone")?,
        sms_since: maybe_time(&row, "sms_since")?,
    })
}

/// Makes sure there is a row to change.
pub async fn ensure(tx: &mut Tx, account_id: &str) -> Result<(), StoreError> {
    let one = "INSERT INTO second_factor (account_id) VALUES ($1) ON CONFLICT (account_id) DO NOTHING";
    sqlx::query(one).bind(account_id).execute(tx.conn()).await?;
    Ok(())
}

/// Requires a second factor, or not; `false` if it was so already.
pub async fn set_required(tx: &mut Tx, account_id: &str, required: bool) -> Result<bool, StoreError> {
    crate::accounts::account::hold(tx, account_id).await?;
    ensure(tx, account_id).await?;
    let done = sqlx::query("UPDATE second_factor SET required = $2 WHERE account_id = $1 AND required <> $2");
    let done = done.bind(account_id).bind(i64::from(required));
    let changed = done.execute(tx.conn()).await?.rows_affected() > 0;
    if changed {
        crate::accounts::account::edit(tx, account_id, None).await?;
    }
    Ok(changed)
}

/// Notes whether the password is too short to be the only factor.
pub async fn set_short_password(tx: &mut Tx, account_id: &str, short: bool) -> Result<(), StoreError> {
    if short {
        ensure(tx, account_id).await?;
    }
    let done = sqlx::query("UPDATE second_factor SET short_password = $2 WHERE account_id = $1");
    done.bind(account_id).bind(i64::from(short)).execute(tx.conn()).await?;
    Ok(())
}

/// Sets the authenticator app with this wrapped secret; `step` is that of the code that confirmed it, which is used up by that.
pub async fn set_totp(tx: &mut Tx, account_id: &str, secret: &[u8], step: i64, now: Time) -> Result<(), StoreError> {
    ensure(tx, account_id).await?;
    let done = sqlx::query(
        "UPDATE second_factor SET totp_secret = $2, totp_last_step = $3, totp_since = $4 WHERE account_id = $1",
    );
    done.bind(account_id)
        .bind(secret)
        .bind(step)
        .bind(now.0)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Uses up the code of this step of the app with this secret, wrapped as it was read; `false` if it or a later one was used. The condition is
/// part of the statement, so that of any number of uses at once one is right.
pub async fn use_step(tx: &mut Tx, account_id: &str, secret: &[u8], step: i64) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE second_factor SET totp_last_step = $3 WHERE account_id = $1 AND totp_secret = $2 \
         AND totp_last_step < $3",
    );
    let done = done.bind(account_id).bind(secret).bind(step);
    Ok(done.execute(tx.conn()).await?.rows_affected() > 0)
}

/// Removes the authenticator app; `false` if there was none.
pub async fn remove_totp(tx: &mut Tx, account_id: &str) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE second_factor SET totp_secret = NULL, totp_since = NULL, totp_last_step = 0 \
         WHERE account_id = $1 AND totp_secret IS NOT NULL",
    );
    Ok(done.bind(account_id).execute(tx.conn()).await?.rows_affected() > 0)
}

/// Sets the telephone number codes are sent to.
pub async fn set_phone(tx: &mut Tx, account_id: &str, phone: &str, now: Time) -> Result<(), StoreError> {
    ensure(tx, account_id).await?;
    let done = sqlx::query("UPDATE second_factor SET phone = $2, sms_since = $3 WHERE account_id = $1");
    done.bind(account_id).bind(phone).bind(now.0).execute(tx.conn()).await?;
    Ok(())
}

/// Removes the telephone number; `false` if there was none.
pub async fn remove_phone(tx: &mut Tx, account_id: &str) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE second_factor SET phone = NULL, sms_since = NULL WHERE account_id = $1 AND phone IS NOT NULL",
    );
    Ok(done.bind(account_id).execute(tx.conn()).await?.rows_affected() > 0)
}
