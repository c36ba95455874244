//! Checking what an authenticator answered: the question was ours and is used up, the signature is the passkey's, its
//! owner was verified, and its counter moves on.

use store::passkeys::ceremony::{self, CeremonyRow, Purpose};
use store::passkeys::{self, PasskeyRow};
use webauthn_rs::prelude::{
    AuthenticationResult, DiscoverableAuthentication, DiscoverableKey, Passkey, PasskeyAuthentication,
    PublicKeyCredential,
};

use super::Answered;
use super::site::{handle, site};
use crate::tokens::token_hash;
use crate::{App, Tx, Unavailable};

/// Bytes of the longest answer: several times what authenticators send.
const ANSWER_MAX: usize = 16 * 1024;

/// An answer to a question of ours, not yet checked. The question is used up.
pub(super) struct Claim {
    credential: PublicKeyCredential,
    ceremony: CeremonyRow,
    /// The passkey it claims to be of.
    pub(super) passkey: PasskeyRow,
}

/// The claim in an answer; `None` if it is no answer to a question of ours, or of no passkey that is known.
pub(super) async fn claim(
    app: &App,
    tx: &mut Tx,
    purpose: Purpose,
    answered: &Answered,
) -> Result<Option<Claim>, Unavailable> {
    let Some(ceremony) = ceremony::take(tx, purpose, &token_hash(&answered.token), app.now()).await? else {
        return Ok(None);
    };
    if answered.credential.len() > ANSWER_MAX {
        return Ok(None);
    }
    let Ok(credential) = serde_json::from_str::<PublicKeyCredential>(&answered.credential) else {
        return Ok(None);
    };
    let passkey = passkeys::by_credential(tx, &credential.raw_id).await?;
    Ok(passkey.map(|passkey| Claim {
        credential,
        ceremony,
        passkey,
    }))
}

/// Checks a claim and writes the use down; `false` if anything about it is wrong.
pub(super) async fn verify(app: &App, tx: &mut Tx, claim: &Claim) -> Result<bool, Unavailable> {
    let Some(mut stored) = decoded::<Passkey>(&claim.passkey.credential)? else {
        return Ok(false);
    };
    let Some(result) = checked(app, claim, &stored)? else {
        return Ok(false);
    };
    // User verification is what makes a passkey two factors: what it is on, and a finger, a face or a PIN.
    if !result.user_verified() {
        return Ok(false);
    }
    stored.update_credential(&result);
    let json = serde_json::to_string(&stored).map_err(Unavailable::new)?;
    Ok(passkeys::used(tx, &claim.passkey.id, result.counter(), &json, app.now()).await?)
}

fn checked(app: &App, claim: &Claim, stored: &Passkey) -> Result<Option<AuthenticationResult>, Unavailable> {
    let Some(site) = site(app)? else { return Ok(None) };
    let owner = handle(&claim.passkey.account_id);
    let said = claim.credential.get_user_unique_id();
    let result = match claim.ceremony.purpose {
        Purpose::LogIn => {
            // Nobody said who they are: the authenticator must, and say the passkey's owner.
            if said != Some(owner.as_bytes()) {
                return Ok(None);
            }
            let Some(state) = decoded::<DiscoverableAuthentication>(&claim.ceremony.state)? else {
                return Ok(None);
            };
            site.finish_discoverable_authentication_v2(&claim.credential, state, DiscoverableKey::from(stored))
        }
        Purpose::SecondFactor | Purpose::Confirm => {
            let is_owners = claim.ceremony.account_id.as_deref() == Some(claim.passkey.account_id.as_str());
            if !is_owners || said.is_some_and(|said| said != owner.as_bytes()) {
                return Ok(None);
            }
            let Some(state) = decoded::<PasskeyAuthentication>(&claim.ceremony.state)? else {
                return Ok(None);
            };
            site.finish_passkey_authentication(&claim.credential, &state)
        }
        Purpose::Add => return Ok(None),
    };
    match result {
        Ok(result) => Ok(Some(result)),
        Err(error) => {
            tracing::info!(passkey = claim.passkey.id, %error, "an answer of a passkey was refused");
            Ok(None)
        }
    }
}

/// What was stored by an older version and cannot be read is as good as absent.
fn decoded<T: serde::de::DeserializeOwned>(json: &str) -> Result<Option<T>, Unavailable> {
    match serde_json::from_str(json) {
        Ok(value) => Ok(Some(value)),
        Err(error) => {
            tracing::warn!(%error, "a stored passkey or question cannot be read");
            Ok(None)
        }
    }
}
