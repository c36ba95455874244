//! What a change of a credential takes with it, and whether an account may be left without a second factor.

use store::accounts::known_device;
use store::factors::{challenge, second_factor, sms_code};
use store::{Read, groups};

use super::{Method, Proof, methods};
use crate::{App, ChangeError, Tx, Unavailable};

/// After any change of a credential: half-finished log-ins end, codes that were sent are worth nothing, and every
/// browser is asked for the second factor again.
pub(crate) async fn credentials_changed(tx: &mut Tx, account_id: &str) -> Result<(), Unavailable> {
    challenge::delete_challenges(tx, account_id).await?;
    sms_code::delete_all(tx, account_id).await?;
    Ok(known_device::forget_remembered(tx, account_id).await?)
}

/// Refuses a password as proof where a code can be given: whoever has only the password of an open browser must not
/// get round the second factor by setting up another.
pub(crate) async fn prove_with_factor(app: &App, account_id: &str, proof: &Proof) -> Result<(), ChangeError> {
    if matches!(proof, Proof::Code(_)) {
        return Ok(());
    }
    let methods = methods(&mut app.store().read().await?, account_id).await?;
    if methods.iter().all(|method| *method == Method::Passkey) {
        return Ok(());
    }
    let text = "Your account has a second factor: give a code of it, or a recovery code, in the place of the password.";
    Err(ChangeError::invalid("password", text))
}

/// Why an account may not be left without a second factor; a sentence that says what to do. `None` if it may.
pub(crate) async fn must_keep(read: &mut Read, account_id: &str) -> Result<Option<&'static str>, Unavailable> {
    let row = second_factor::get(read, account_id).await?;
    if row.required {
        return Ok(Some(
            "An administrator requires two-factor authentication for your account. Set up another way first.",
        ));
    }
    if groups::requires_second_factor(read, account_id).await? {
        return Ok(Some(
            "A group you are a member of requires two-factor authentication. Set up another way or leave the group first.",
        ));
    }
    Ok(row
        .short_password
        .then_some("Your password is too short to be all that protects your account. Change it to a longer one first."))
}
