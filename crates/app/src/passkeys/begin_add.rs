//! The first step of adding a passkey: the owner proves who they are, and the browser is asked to make one.

use serde_json::json;
use store::passkeys::ceremony::Purpose;
use webauthn_rs::prelude::CredentialID;

use super::Ceremony;
use super::model::{MOST, keep};
use super::site::{handle, site};
use crate::factors::{Proof, asker, prove_with_factor, reauthenticate};
use crate::{App, Caller, ChangeError, Quiet, Unavailable};

/// Asks for a new passkey of the caller. A wrong proof counts as a failed attempt; an account with codes proves it with
/// one, so that a password alone adds nothing beside the second factor.
pub async fn begin_add(app: &App, caller: &Caller, proof: &Proof) -> Result<Ceremony, ChangeError> {
    let Some(site) = site(app)? else {
        return Err(ChangeError::conflict("Passkeys cannot be used at this address."));
    };
    let (account, _) = asker(app, caller).await?;
    prove_with_factor(app, &account.id, proof).await?;
    reauthenticate(app, caller, proof).await?;
    let mut tx = app.begin().await?;
    let known = store::passkeys::of(&mut tx, &account.id).await?;
    if known.len() >= MOST {
        return Err(full());
    }
    let known = known
        .into_iter()
        .map(|passkey| CredentialID::from(passkey.credential_id));
    let person = account.person();
    let (question, state) = site
        .start_passkey_registration(
            handle(&account.id),
            &person.username,
            &person.name,
            Some(known.collect()),
        )
        .map_err(Unavailable::new)?;
    let mut options = serde_json::to_value(&question.public_key).map_err(Unavailable::new)?;
    // One that the authenticator finds by itself can be used without typing a name.
    options["authenticatorSelection"]["residentKey"] = json!("preferred");
    let token = keep(app, &mut tx, (Purpose::Add, Some(&account.id)), &state).await?;
    tx.commit_quietly(Quiet::PasskeyAsked).await?;
    Ok(Ceremony { token, options })
}

pub(super) fn full() -> ChangeError {
    ChangeError::conflict(format!(
        "Your account has {MOST} passkeys, which is the most. Remove one that you do not use."
    ))
}
