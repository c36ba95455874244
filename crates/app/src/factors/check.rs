//! Checking a code and using it up in the same statement. Owns no counting of attempts: every caller counts before.

use activity::Facts;
use sha2::{Digest as _, Sha256};
use store::accounts::account::AccountRow;
use store::factors::sms_code::Purpose;
use store::factors::{recovery_code, second_factor, sms_code};

use super::{Answer, recovery, totp};
use crate::{App, Cell, Tx, Unavailable};

/// Whether this answer is right; a right one is used up. `purpose` is what a code by SMS must have been sent for.
pub(crate) async fn check(
    app: &App,
    tx: &mut Tx,
    account: &AccountRow,
    answer: &Answer,
    purpose: Purpose,
) -> Result<bool, Unavailable> {
    match answer {
        Answer::Totp(code) => check_totp(app, tx, &account.id, code).await,
        Answer::Sms(code) => {
            // Only the number that is a factor now: a code to another one is worth nothing.
            let phone = second_factor::get(tx, &account.id).await?.phone;
            let sent_to = take_sms(app, tx, &account.id, purpose, code).await?;
            Ok(sent_to.is_some() && sent_to == phone)
        }
        Answer::Recovery(code) => {
            let hash = recovery::hash(code);
            Ok(recovery_code::take(tx, &account.id, &hash).await?)
        }
    }
}

/// Checks a code that was typed without saying what it is of.
pub(crate) async fn check_any(
    app: &App,
    tx: &mut Tx,
    account: &AccountRow,
    code: &str,
    purpose: Purpose,
) -> Result<Option<Answer>, Unavailable> {
    let code = || code.to_owned();
    for answer in [Answer::Totp(code()), Answer::Sms(code()), Answer::Recovery(code())] {
        if check(app, tx, account, &answer, purpose).await? {
            return Ok(Some(answer));
        }
    }
    Ok(None)
}

async fn check_totp(app: &App, tx: &mut Tx, account_id: &str, code: &str) -> Result<bool, Unavailable> {
    let row = second_factor::get(tx, account_id).await?;
    let Some(sealed) = row.totp_secret else {
        return Ok(false);
    };
    let secret = match app.open(Cell::totp_secret(account_id), &sealed) {
        Ok(secret) => secret,
        // Its owner has other ways in: recovery codes, or an administrator who resets the factor.
        Err(error) => {
            tracing::warn!(account = account_id, %error, "the secret of an authenticator app cannot be unwrapped");
            return Ok(false);
        }
    };
    let Some(step) = totp::step(&secret, code, app.now()) else {
        return Ok(false);
    };
    Ok(second_factor::use_step(tx, account_id, &sealed, step).await?)
}

/// Uses up a code by SMS and returns the number it was sent to.
pub(crate) async fn take_sms(
    app: &App,
    tx: &mut Tx,
    account_id: &str,
    purpose: Purpose,
    code: &str,
) -> Result<Option<String>, Unavailable> {
    let hash = sms_hash(account_id, code);
    Ok(sms_code::take(tx, account_id, purpose, &hash, app.now()).await?)
}

/// What is stored of a code by SMS. It lives five minutes and an account has few guesses.
pub(super) fn sms_hash(account_id: &str, code: &str) -> [u8; 32] {
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).take(64).collect();
    Sha256::digest(format!("{account_id}/{digits}").as_bytes()).into()
}

/// Says in the facts how many recovery codes are left.
pub(crate) async fn add_codes_left(tx: &mut Tx, account_id: &str, facts: &mut Facts) -> Result<(), Unavailable> {
    let left = recovery_code::count(tx, account_id).await?;
    facts.metadata.insert("codes_left".to_owned(), left.to_string());
    Ok(())
}
