//! Asking a signed-in person to prove again that they are the owner, before a change that matters.

use activity::Reason;
use store::accounts::account::{self, AccountRow};
use store::accounts::device;
use store::factors::sms_code;

use super::Answer;
use crate::attempts::{self, Attempt, AttemptOrigin};
use crate::{App, Caller, ChangeError, Quiet, Tx, Unavailable, factors, facts};

/// What shows that it is the owner who asks.
#[derive(Clone, Debug)]
pub enum Proof {
    /// The password.
    Password(String),
    /// A code of the authenticator app, one sent by SMS, or a recovery code.
    Code(String),
}

/// Checks it. Wrong ones count as failed attempts, and lock in the end. A right password leaves what failed before:
/// otherwise whoever knows it could guess codes without end.
pub(crate) async fn reauthenticate(app: &App, caller: &Caller, proof: &Proof) -> Result<(), ChangeError> {
    let (account, known_device) = asker(app, caller).await?;
    match proof {
        Proof::Password(password) => check_password(app, caller, &account, known_device.as_deref(), password).await,
        Proof::Code(code) => check_code(app, caller, &account, known_device.as_deref(), code).await,
    }
}

/// The caller's account and the known device they are on; only somebody on a signed-in device can be asked.
pub(crate) async fn asker(app: &App, caller: &Caller) -> Result<(AccountRow, Option<String>), ChangeError> {
    let device_id = caller.via.device_id().ok_or(ChangeError::Forbidden)?;
    let mut read = app.store().read().await?;
    let account = account::get(&mut read, &caller.person.id)
        .await?
        .ok_or(ChangeError::NotFound)?;
    let device = device::get(&mut read, &account.id, device_id)
        .await?
        .ok_or(ChangeError::NotFound)?;
    Ok((account, device.known_device_id))
}

async fn check_password(
    app: &App,
    caller: &Caller,
    account: &AccountRow,
    known_device: Option<&str>,
    password: &str,
) -> Result<(), ChangeError> {
    let mut attempt = attempts::reserve(app, Some(account), AttemptOrigin::KnownDevice(known_device)).await?;
    let right = attempt.check(app, password).await?;
    let mut tx = app.begin().await?;
    if right {
        attempt.give_back(app, &mut tx, &account.id).await?;
        return Ok(tx.commit_quietly(Quiet::Counted).await?);
    }
    failed(app, caller, tx, account, (&attempt, Reason::WrongPassword)).await?;
    let text = "The password is not right, or there were too many attempts. Try again later.";
    Err(ChangeError::invalid("password", text))
}

async fn check_code(
    app: &App,
    caller: &Caller,
    account: &AccountRow,
    known_device: Option<&str>,
    code: &str,
) -> Result<(), ChangeError> {
    let mut tx = app.begin().await?;
    let attempt = attempts::reserve_code(app, &mut tx, account, known_device).await?;
    let right = match attempt.was_locked() {
        true => None,
        false => factors::check_any(app, &mut tx, account, code, sms_code::Purpose::Confirm).await?,
    };
    let Some(answer) = right else {
        return Err(wrong_code(app, caller, tx, account, &attempt).await?);
    };
    attempt.succeeded(&mut tx, &account.id).await?;
    if let Answer::Recovery(_) = answer {
        let mut used = facts::about(app, caller, "user.recovery_code_used", &account.person());
        factors::add_codes_left(&mut tx, &account.id, &mut used).await?;
        return Ok(tx.commit(used).await?);
    }
    Ok(tx.commit_quietly(Quiet::Counted).await?)
}

/// Leaves a wrong code counted, and says so.
pub(crate) async fn wrong_code(
    app: &App,
    caller: &Caller,
    tx: Tx,
    account: &AccountRow,
    attempt: &Attempt,
) -> Result<ChangeError, Unavailable> {
    failed(app, caller, tx, account, (attempt, Reason::WrongCode)).await?;
    let text = "The code is not right, was used already, or there were too many attempts. Wait for the next one.";
    Ok(ChangeError::invalid("code", text))
}

/// Leaves a wrong proof counted, for this reason.
pub(crate) async fn failed(
    app: &App,
    caller: &Caller,
    mut tx: Tx,
    account: &AccountRow,
    (attempt, reason): (&Attempt, Reason),
) -> Result<(), Unavailable> {
    let reason = if attempt.was_locked() {
        Reason::AccountLocked
    } else {
        reason
    };
    let failed = facts::about(app, caller, "user.reauthentication_failed", &account.person());
    let activities = attempt
        .failed(app, &mut tx, account, facts::failed(failed, reason))
        .await?;
    tx.commit(activities).await
}
