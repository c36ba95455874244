//! Setting up a second factor in the middle of a log-in, where the account must have one and has none.

use activity::{Facts, Reason};
use store::accounts::account::AccountRow;
use store::factors::challenge::Purpose;
use store::factors::{second_factor, sms_code};
use thiserror::Error;

use super::challenge::{self, Challenged};
use super::{Admission, SignedIn, admit, refusal_of_second_step, refuse};
use crate::devices::{EndReason, Keep, OtherDevices};
use crate::error::unavailable;
use crate::factors::{confirmed, credentials_changed, first_codes, has_any, take_sms, totp};
use crate::{App, ChangeError, Tx, Unavailable, Visitor, attempts, facts, mail};

/// What is set up, and the code that confirms it.
#[derive(Clone, Debug)]
pub enum SetUp {
    /// An authenticator app.
    Totp {
        /// The key that was offered.
        key: String,
        /// A code of the app that was given it.
        code: String,
    },
    /// The number a code was sent to.
    Sms {
        /// That code.
        code: String,
    },
}

/// The factor is set up and its owner is in.
#[derive(Clone, Debug)]
pub struct SetUpDone {
    /// The log-in.
    pub signed_in: SignedIn,
    /// To show once.
    pub recovery_codes: Vec<String>,
}

/// Why it was not set up.
#[derive(Debug, Error)]
pub enum SetUpRefused {
    /// The code does not confirm it, or the account is locked or may not log in.
    #[error("The code is not right. Check the time of your phone and type the newest code.")]
    Wrong,
    /// There is no such half-finished log-in any more.
    #[error("This log-in took too long or was finished already. Log in again.")]
    Expired,
    /// A part this needs does not answer.
    #[error(transparent)]
    Unavailable(Unavailable),
}

unavailable!(SetUpRefused);

/// Sets the factor up and finishes the log-in. A wrong code counts as a failed attempt.
pub async fn set_up_at_log_in(
    app: &App,
    visitor: &Visitor,
    token: &str,
    set_up: SetUp,
    others: OtherDevices,
) -> Result<SetUpDone, SetUpRefused> {
    let mut tx = app.begin().await?;
    let found = challenge::find(app, visitor, &mut tx, token, Purpose::SetUp).await?;
    let Some(Challenged { account, row }) = found else {
        return Err(SetUpRefused::Expired);
    };
    // Somebody who knows the password must not put a factor of theirs beside the owner's.
    if has_any(&mut tx, &account.id).await? {
        return Err(SetUpRefused::Expired);
    }
    let attempt = attempts::reserve_code(app, &mut tx, &account, row.known_device_id.as_deref()).await?;
    let refused = refusal_of_second_step(&mut tx, &account, &attempt, visitor.origin.ip).await?;
    let right = refused.is_none() && keep(app, &mut tx, &account, &set_up).await?;
    if !right {
        let reason = refused.unwrap_or(Reason::WrongCode);
        refuse(app, visitor, tx, &account, &attempt, reason).await?;
        return Err(SetUpRefused::Wrong);
    }
    if !challenge::use_up(&mut tx, token).await? {
        return Err(SetUpRefused::Expired);
    }
    let (method, changed) = in_words(&set_up);
    credentials_changed(&mut tx, &account.id).await?;
    let recovery_codes = first_codes(app, &mut tx, &account).await?;
    let known = row.known_device_id.as_deref();
    let keep = known.map_or(Keep::Nothing, Keep::Known);
    let reason = EndReason::SecondFactorChanged;
    let mut before = activities(app, visitor, &account, method);
    before.extend(others.settle(app, &mut tx, &account, keep, reason).await?);
    let admission = Admission {
        known_device: row.known_device_id,
        second_factor: Some(method),
        remember: false,
        before,
    };
    mail::write(app, &mut tx, mail::letters::second_factor_changed(&account, changed)).await?;
    Ok(SetUpDone {
        signed_in: admit(app, visitor, tx, &account, admission).await?,
        recovery_codes,
    })
}

async fn keep(app: &App, tx: &mut Tx, account: &AccountRow, set_up: &SetUp) -> Result<bool, Unavailable> {
    match set_up {
        SetUp::Totp { key, code } => match confirmed(app, key, code) {
            Ok((secret, step)) => {
                totp::keep(app, tx, &account.id, (&secret, step)).await?;
                Ok(true)
            }
            Err(ChangeError::Unavailable(cause)) => Err(cause),
            Err(_) => Ok(false),
        },
        SetUp::Sms { code } => {
            let phone = take_sms(app, tx, &account.id, sms_code::Purpose::SetUp, code).await?;
            if let Some(phone) = &phone {
                second_factor::set_phone(tx, &account.id, phone, app.now()).await?;
            }
            Ok(phone.is_some())
        }
    }
}

fn in_words(set_up: &SetUp) -> (&'static str, &'static str) {
    match set_up {
        SetUp::Totp { .. } => ("authenticator app", "an authenticator app was set up"),
        SetUp::Sms { .. } => ("SMS", "codes by SMS were turned on"),
    }
}

fn activities(app: &App, visitor: &Visitor, account: &AccountRow, method: &str) -> Vec<Facts> {
    let person = account.person();
    let mut enabled = facts::by_visitor(app, visitor, "user.two_factor_enabled", &person);
    enabled.metadata.insert("method".to_owned(), method.to_owned());
    vec![
        enabled,
        facts::by_visitor(app, visitor, "user.recovery_codes_shown", &person),
    ]
}
