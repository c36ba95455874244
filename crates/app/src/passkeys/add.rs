//! The second step of adding a passkey: the browser made one.

use store::accounts::account;
use store::passkeys::PasskeyRow;
use store::passkeys::ceremony::{self, Purpose};
use webauthn_rs::prelude::{Passkey as Credential, PasskeyRegistration, RegisterPublicKeyCredential};

use super::Answered;
use super::begin_add::full;
use super::model::{MOST, name_of, target};
use super::site::site;
use crate::devices::OtherDevices;
use crate::factors::{credentials_changed, end_unproved, first_codes};
use crate::ids::{Prefix, new_id};
use crate::tokens::token_hash;
use crate::{Activities, App, Caller, ChangeError, Unavailable, facts, mail};

/// A passkey to add.
#[derive(Clone, Debug)]
pub struct AddPasskey {
    /// What its owner calls it; empty for what the device is called.
    pub name: String,
    /// What the browser answered.
    pub answered: Answered,
    /// What becomes of the account's other devices, which no passkey was asked of.
    pub others: OtherDevices,
}

/// Bytes of the longest answer: several times what authenticators send.
const ANSWER_MAX: usize = 64 * 1024;

/// Adds it. From then on a password alone does not log in any more; remembered devices are asked again. Returns recovery
/// codes to show once if there were none.
pub async fn add(app: &App, caller: &Caller, new: AddPasskey) -> Result<Vec<String>, ChangeError> {
    let name = match new.name.trim() {
        "" => caller.origin.device.clone().unwrap_or_else(|| "Passkey".to_owned()),
        typed => name_of(typed)?,
    };
    let mut tx = app.begin().await?;
    let token = token_hash(&new.answered.token);
    let ceremony = ceremony::take(&mut tx, Purpose::Add, &token, app.now()).await?;
    let Some(ceremony) = ceremony.filter(|row| row.account_id.as_deref() == Some(caller.person.id.as_str())) else {
        return Err(ChangeError::conflict("Adding the passkey took too long. Begin again."));
    };
    account::hold(&mut tx, &caller.person.id).await?;
    let account = account::get(&mut tx, &caller.person.id)
        .await?
        .ok_or(ChangeError::NotFound)?;
    if store::passkeys::of(&mut tx, &account.id).await?.len() >= MOST {
        return Err(full());
    }
    let credential = registered(app, &ceremony.state, &new.answered.credential)?;
    let row = PasskeyRow {
        id: new_id(app, Prefix::Passkey),
        account_id: account.id.clone(),
        credential_id: credential.cred_id().to_vec(),
        name,
        counter: counter_of(&credential)?,
        credential: serde_json::to_string(&credential).map_err(Unavailable::new)?,
        created_at: app.now(),
        last_used_at: None,
    };
    if !store::passkeys::insert(&mut tx, &row).await? {
        return Err(ChangeError::conflict("This passkey was added already."));
    }
    credentials_changed(&mut tx, &account.id).await?;
    mail::write(app, &mut tx, mail::letters::passkey_added(app, &account, &row.name)).await?;
    let mut added = facts::about(app, caller, "user.passkey_added", &account.person());
    added.targets = vec![target(&row.id, &row.name)];
    let mut activities = Activities::from(added);
    let codes = first_codes(app, &mut tx, &account).await?;
    if !codes.is_empty() {
        activities.push(facts::about(
            app,
            caller,
            "user.recovery_codes_shown",
            &account.person(),
        ));
    }
    activities.extend(end_unproved(app, &mut tx, caller, &account, new.others).await?);
    tx.commit(activities).await?;
    Ok(codes)
}

/// The passkey in the browser's answer, if it answers this question.
fn registered(app: &App, state: &str, credential: &str) -> Result<Credential, ChangeError> {
    let refused = || ChangeError::conflict("What the browser sent is no passkey for this site. Begin again.");
    let site = site(app)?.ok_or_else(refused)?;
    if credential.len() > ANSWER_MAX {
        return Err(refused());
    }
    let state: PasskeyRegistration = serde_json::from_str(state).map_err(Unavailable::new)?;
    let credential: RegisterPublicKeyCredential = serde_json::from_str(credential).map_err(|_| refused())?;
    site.finish_passkey_registration(&credential, &state).map_err(|error| {
        tracing::info!(%error, "a new passkey was refused");
        refused()
    })
}

/// The counter is within the credential, which keeps it to itself; its JSON does not.
fn counter_of(credential: &Credential) -> Result<u32, Unavailable> {
    let json = serde_json::to_value(credential).map_err(Unavailable::new)?;
    let counter = json["cred"]["counter"].as_u64();
    Ok(counter
        .and_then(|counter| u32::try_from(counter).ok())
        .unwrap_or_default())
}
