//! Whose key it is, checked at every request: what an administrator changes applies at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use activity::Time;
use store::accounts::account::AccountRow;
use store::accounts::api_key::ApiKeyRow;
use store::accounts::{account, address, api_key};

use super::list::{reports, scopes};
use crate::caller::address_allowed;
use crate::tokens::token_hash;
use crate::{App, Caller, Origin, Quiet, Reports, Roles, Unavailable, Via, key_text};

/// How exact `last_used_at` is kept.
const USED_EVERY: i64 = 5 * 60 * Time::SECOND;

/// A key, and all that decides what may be done with it.
#[derive(Debug)]
pub(crate) struct Known {
    key: ApiKeyRow,
    account: AccountRow,
    networks: Vec<String>,
    reports: Reports,
    /// Whether one of those who were told this has noted that the key is used.
    is_noted: AtomicBool,
}

impl Known {
    async fn read(app: &App, token_hash: &[u8]) -> Result<Option<Arc<Self>>, Unavailable> {
        let mut read = app.store().read().await?;
        let Some(key) = api_key::by_token(&mut read, token_hash).await? else {
            return Ok(None);
        };
        let Some(account) = account::get(&mut read, &key.account_id).await? else {
            return Ok(None);
        };
        let networks = address::of(&mut read, &account.id).await?;
        let reports = reports(&mut read, &key).await?;
        Ok(Some(Arc::new(Self {
            key,
            account,
            networks,
            reports,
            is_noted: AtomicBool::new(false),
        })))
    }
}

/// The caller with this key; `None` if it is none, was revoked, or its account was never activated or may not
/// log in, or not from here.
pub async fn authenticate(app: &App, token: &str, origin: Origin) -> Result<Option<Caller>, Unavailable> {
    if !key_text::is_well_formed(key_text::API, token) {
        return Ok(None);
    }
    let hash = token_hash(token);
    // Many requests with one key at a time are what a busy program sends.
    let known = app.keys().read(hash.to_vec(), || Known::read(app, &hash)).await?;
    let Some(known) = known else {
        return Ok(None);
    };
    let Known {
        key,
        account,
        networks,
        reports,
        is_noted,
    } = &*known;
    let now = app.now();
    // Who never activated their account is not known to be its owner; a service account has no password to set.
    let activated = account.is_service || account.password_hash.is_some();
    // Nobody's key acts as another person, whatever became of the account since it was made.
    let acts_rightly = account.is_service || account.id == key.created_by;
    if !account.login_enabled || !activated || !acts_rightly || !address_allowed(networks, origin.ip) {
        return Ok(None);
    }
    let is_due = key.last_used_at.is_none_or(|used| used.plus(USED_EVERY) <= now);
    if is_due && !is_noted.swap(true, Ordering::Relaxed) {
        let mut tx = app.begin().await?;
        api_key::used(&mut tx, &key.id, now).await?;
        tx.commit_quietly(Quiet::Seen).await?;
    }
    let via = Via::ApiKey {
        scopes: scopes(key),
        reports: reports.clone(),
        id: key.id.clone(),
        name: key.name.clone(),
    };
    Ok(Some(Caller {
        person: account.person(),
        roles: Roles::of(account),
        via,
        origin,
    }))
}
