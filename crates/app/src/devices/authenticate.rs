//! Who a signed-in browser or client belongs to, checked at every request: what an administrator changes applies at
//! once.

use activity::{Named, Time};
use store::accounts::account::{self, AccountRow};
use store::accounts::device::{self, DeviceRow};
use store::accounts::{address, ended_device};
use store::{Read, applications};

use super::end::EndReason;
use crate::caller::address_allowed;
use crate::tokens::token_hash;
use crate::{App, Caller, Origin, Quiet, Roles, Unavailable, Via};

/// A browser that was not seen for so long must log in again.
const IDLE: i64 = 14 * Time::DAY;
/// How exact `last_seen_at` is kept.
const SEEN_EVERY: i64 = 5 * 60 * Time::SECOND;

/// Whose a device's token is.
#[derive(Clone, Debug)]
pub enum Identity {
    /// Somebody's who may go on.
    SignedIn(Box<Caller>),
    /// That of a device that was ended.
    Ended(EndReason),
    /// That of an application's device, good no longer: a refresh gives another.
    Expired,
    /// Nobody's, or of somebody who may not use it now or from here.
    Nobody,
}

/// The caller with this device token; `None` if it is not signed in (any more).
pub async fn authenticate(app: &App, device_token: &str, origin: Origin) -> Result<Option<Caller>, Unavailable> {
    Ok(match identify(app, device_token, origin).await? {
        Identity::SignedIn(caller) => Some(*caller),
        Identity::Ended(_) | Identity::Expired | Identity::Nobody => None,
    })
}

/// Whose this device token is, and if nobody's, why.
pub async fn identify(app: &App, device_token: &str, origin: Origin) -> Result<Identity, Unavailable> {
    let now = app.now();
    let hash = token_hash(device_token);
    let mut read = app.store().read().await?;
    let Some(device) = device::by_token(&mut read, &hash).await? else {
        let ended = ended_device::by_token(&mut read, &hash).await?;
        let reason = ended.and_then(|ended| EndReason::of(&ended.reason));
        return Ok(reason.map_or(Identity::Nobody, Identity::Ended));
    };
    let idle = device.application_id.is_none() && device.last_seen_at.plus(IDLE) <= now;
    if device.expires_at <= now || idle {
        return Ok(Identity::Nobody);
    }
    if device.access_expires_at.is_some_and(|at| at <= now) {
        return Ok(Identity::Expired);
    }
    let Some((account, via)) = standing(&mut read, &device, &origin).await? else {
        return Ok(Identity::Nobody);
    };
    drop(read);
    if device.last_seen_at.plus(SEEN_EVERY) <= now {
        let mut tx = app.begin().await?;
        device::seen(&mut tx, &device.id, now).await?;
        tx.commit_quietly(Quiet::Seen).await?;
    }
    Ok(Identity::SignedIn(Box::new(Caller {
        person: account.person(),
        roles: Roles::of(&account),
        via,
        origin,
    })))
}

/// The account of a device and how it speaks, if both the account and the application may be used now and from here.
pub(crate) async fn standing(
    read: &mut Read,
    device: &DeviceRow,
    origin: &Origin,
) -> Result<Option<(AccountRow, Via)>, Unavailable> {
    let Some(account) = account::get(read, &device.account_id).await? else {
        return Ok(None);
    };
    let networks = address::of(read, &account.id).await?;
    if !may_be_signed_in(&account) || !address_allowed(&networks, origin.ip) {
        return Ok(None);
    }
    let Some(id) = &device.application_id else {
        let id = device.id.clone();
        return Ok(Some((account, Via::Device { id })));
    };
    let application = applications::get(read, id).await?;
    let application = application.filter(|application| !application.disabled);
    Ok(application.map(|application| {
        let via = Via::Application {
            device_id: device.id.clone(),
            application: Named {
                id: application.id,
                name: application.name,
            },
        };
        (account, via)
    }))
}

fn may_be_signed_in(account: &AccountRow) -> bool {
    account.login_enabled && !account.is_service && account.password_hash.is_some()
}
