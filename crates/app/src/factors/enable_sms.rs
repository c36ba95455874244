//! Turning on codes by SMS: a code is sent to the number, and giving it back makes the number a factor.

use store::factors::second_factor;
use store::factors::sms_code::{self, Purpose};

use super::check::take_sms;
use super::enable_totp::{end_unproved, first_codes};
use super::keep::prove_with_factor;
use super::send_code::{number, send_code};
use super::{Proof, asker, credentials_changed, reauthenticate, wrong_code};
use crate::devices::OtherDevices;
use crate::{Activities, App, Caller, ChangeError, attempts, facts, mail};

/// What was typed.
#[derive(Clone, Debug)]
pub struct EnableSms {
    /// The number codes are to be sent to.
    pub phone: String,
    /// What shows that it is the owner who asks.
    pub proof: Proof,
}

/// Sends a code to the number.
pub async fn request_enable_sms(app: &App, caller: &Caller, typed: EnableSms) -> Result<(), ChangeError> {
    let phone = number(&typed.phone)?;
    prove_with_factor(app, &caller.person.id, &typed.proof).await?;
    reauthenticate(app, caller, &typed.proof).await?;
    let (account, _) = asker(app, caller).await?;
    let tx = app.begin().await?;
    let asked = facts::about(app, caller, "user.sms_code_requested", &account.person());
    Ok(send_code(app, tx, &account, &phone, (Purpose::SetUp, asked)).await?)
}

/// Makes the number a factor that the code was sent to. Returns recovery codes to show once if there were none.
pub async fn enable_sms(
    app: &App,
    caller: &Caller,
    code: &str,
    others: OtherDevices,
) -> Result<Vec<String>, ChangeError> {
    let (account, known_device) = asker(app, caller).await?;
    let mut tx = app.begin().await?;
    if sms_code::waiting(&mut tx, &account.id, Purpose::SetUp, app.now())
        .await?
        .is_none()
    {
        return Err(ChangeError::conflict(
            "The code is older than 5 minutes. Have another one sent.",
        ));
    }
    let attempt = attempts::reserve_code(app, &mut tx, &account, known_device.as_deref()).await?;
    let phone = match attempt.was_locked() {
        true => None,
        false => take_sms(app, &mut tx, &account.id, Purpose::SetUp, code).await?,
    };
    let Some(phone) = phone else {
        return Err(wrong_code(app, caller, tx, &account, &attempt).await?);
    };
    attempt.give_back(app, &mut tx, &account.id).await?;
    second_factor::set_phone(&mut tx, &account.id, &phone, app.now()).await?;
    credentials_changed(&mut tx, &account.id).await?;
    let mut enabled = facts::about(app, caller, "user.two_factor_enabled", &account.person());
    enabled.metadata.insert("method".to_owned(), "SMS".to_owned());
    let mut activities = Activities::from(enabled);
    let codes = first_codes(app, &mut tx, &account).await?;
    if !codes.is_empty() {
        activities.push(facts::about(
            app,
            caller,
            "user.recovery_codes_shown",
            &account.person(),
        ));
    }
    activities.extend(end_unproved(app, &mut tx, caller, &account, others).await?);
    let letter = mail::letters::second_factor_changed(&account, "codes by SMS were turned on");
    mail::write(app, &mut tx, letter).await?;
    tx.commit(activities).await?;
    Ok(codes)
}
