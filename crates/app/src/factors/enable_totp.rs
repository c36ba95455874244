//! Turning on the authenticator app.

use activity::Facts;
use store::accounts::account::AccountRow;
use store::factors::recovery_code;

use super::keep::prove_with_factor;
use super::{Proof, asker, credentials_changed, has_any, reauthenticate, recovery, totp};
use crate::devices::{EndReason, Keep, OtherDevices};
use crate::{Activities, App, Caller, ChangeError, Tx, Unavailable, facts, mail};

/// What was typed.
#[derive(Clone, Debug)]
pub struct EnableTotp {
    /// The key that was offered.
    pub key: String,
    /// A code of the app that was given it.
    pub code: String,
    /// What shows that it is the owner who asks.
    pub proof: Proof,
    /// What becomes of the account's other devices, which no code was asked of.
    pub others: OtherDevices,
}

/// Sets the app up, or another in its place. Returns recovery codes to show once if there were none.
pub async fn enable_totp(app: &App, caller: &Caller, typed: EnableTotp) -> Result<Vec<String>, ChangeError> {
    let (secret, step) = confirmed(app, &typed.key, &typed.code)?;
    prove_with_factor(app, &caller.person.id, &typed.proof).await?;
    reauthenticate(app, caller, &typed.proof).await?;
    let (account, _) = asker(app, caller).await?;
    let mut tx = app.begin().await?;
    totp::keep(app, &mut tx, &account.id, (&secret, step)).await?;
    credentials_changed(&mut tx, &account.id).await?;
    let mut enabled = facts::about(app, caller, "user.two_factor_enabled", &account.person());
    enabled
        .metadata
        .insert("method".to_owned(), "authenticator app".to_owned());
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
    activities.extend(end_unproved(app, &mut tx, caller, &account, typed.others).await?);
    let letter = mail::letters::second_factor_changed(&account, "an authenticator app was set up");
    mail::write(app, &mut tx, letter).await?;
    tx.commit(activities).await?;
    Ok(codes)
}

/// Ends the devices that were signed in without the factor that was set up just now, unless they are to stay.
pub(crate) async fn end_unproved(
    app: &App,
    tx: &mut Tx,
    caller: &Caller,
    account: &AccountRow,
    others: OtherDevices,
) -> Result<Option<Facts>, Unavailable> {
    let reason = EndReason::SecondFactorChanged;
    others
        .settle(app, tx, account, Keep::device(caller.via.device_id()), reason)
        .await
}

/// The secret with this key and the step of this code of it.
pub(crate) fn confirmed(app: &App, key: &str, code: &str) -> Result<(Vec<u8>, i64), ChangeError> {
    let text = "This key is not one that was shown here. Begin again.";
    let secret = totp::secret_of(key).ok_or_else(|| ChangeError::invalid("key", text))?;
    let text = "The code is not the one the app shows now. Check the time of your phone and type the newest code.";
    let step = totp::step(&secret, code, app.now()).ok_or_else(|| ChangeError::invalid("app_code", text))?;
    Ok((secret, step))
}

/// Recovery codes for an account that has a factor and none of them yet; empty if it has some.
pub(crate) async fn first_codes(app: &App, tx: &mut Tx, account: &AccountRow) -> Result<Vec<String>, Unavailable> {
    let needed = has_any(tx, &account.id).await? && recovery_code::count(tx, &account.id).await? == 0;
    match needed {
        true => recovery::replace(app, tx, &account.id).await,
        false => Ok(Vec::new()),
    }
}
