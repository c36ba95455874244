//! Who a signed-in browser belongs to, checked at every request: what an administrator changes applies at once.

use activity::Time;
use store::accounts::account::{self, AccountRow};
use store::accounts::{address, device};

use super::log_in::address_allowed;
use super::{Unavailable, model, token_hash};
use crate::{App, Caller, Origin, Via};

/// A device that was not seen for so long must log in again.
const IDLE: i64 = 14 * Time::DAY;
/// How exact `last_seen_at` is kept.
const SEEN_EVERY: i64 = 5 * 60 * Time::SECOND;

/// The caller with this device token; `None` if it is not signed in (any more).
pub async fn authenticate(app: &App, device_token: &str, origin: Origin) -> Result<Option<Caller>, Unavailable> {
    let now = app.now();
    let mut read = app.store().read().await?;
    let Some(device) = device::by_token(read.conn(), &token_hash(device_token)).await? else {
        return Ok(None);
    };
    if device.expires_at <= now || device.last_seen_at.plus(IDLE) <= now {
        return Ok(None);
    }
    let Some(account) = account::get(read.conn(), &device.account_id).await? else {
        return Ok(None);
    };
    let networks = address::of(read.conn(), &account.id).await?;
    drop(read);
    if !may_be_signed_in(&account) || !address_allowed(&networks, origin.ip) {
        return Ok(None);
    }
    if device.last_seen_at.plus(SEEN_EVERY) <= now {
        let mut tx = app.store().begin().await?;
        device::seen(tx.conn(), &device.id, now).await?;
        tx.commit().await?;
    }
    let via = Via::Device { id: device.id };
    Ok(Some(Caller {
        person: account.person(),
        roles: model::roles(&account),
        via,
        origin,
    }))
}

fn may_be_signed_in(account: &AccountRow) -> bool {
    account.login_enabled && !account.is_service && account.password_hash.is_some()
}
