//! Whose key it is, checked at every request: what an administrator changes applies at once.

use activity::Time;
use store::accounts::{account, address, api_key};

use super::list::{reports, scopes};
use crate::caller::address_allowed;
use crate::tokens::token_hash;
use crate::{App, Caller, Origin, Quiet, Roles, Unavailable, Via, key_text};

/// How exact `last_used_at` is kept.
const USED_EVERY: i64 = 5 * 60 * Time::SECOND;

/// The caller with this key; `None` if it is none, was revoked, or its account was never activated or may not
/// log in, or not from here.
pub async fn authenticate(app: &App, token: &str, origin: Origin) -> Result<Option<Caller>, Unavailable> {
    if !key_text::is_well_formed(key_text::API, token) {
        return Ok(None);
    }
    let now = app.now();
    let mut read = app.store().read().await?;
    let Some(key) = api_key::by_token(&mut read, &token_hash(token)).await? else {
        return Ok(None);
    };
    let Some(account) = account::get(&mut read, &key.account_id).await? else {
        return Ok(None);
    };
    let networks = address::of(&mut read, &account.id).await?;
    let reports = reports(&mut read, &key).await?;
    drop(read);
    // Who never activated their account is not known to be its owner; a service account has no password to set.
    let activated = account.is_service || account.password_hash.is_some();
    // Nobody's key acts as another person, whatever became of the account since it was made.
    let acts_rightly = account.is_service || account.id == key.created_by;
    if !account.login_enabled || !activated || !acts_rightly || !address_allowed(&networks, origin.ip) {
        return Ok(None);
    }
    if key.last_used_at.is_none_or(|used| used.plus(USED_EVERY) <= now) {
        let mut tx = app.begin().await?;
        api_key::used(&mut tx, &key.id, now).await?;
        tx.commit_quietly(Quiet::Seen).await?;
    }
    let via = Via::ApiKey {
        scopes: scopes(&key),
        reports,
        id: key.id,
        name: key.name,
    };
    Ok(Some(Caller {
        person: account.person(),
        roles: Roles::of(&account),
        via,
        origin,
    }))
}
