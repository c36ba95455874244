//! Giving a device of an application its next token for its refresh token, which is used up.

use activity::Time;
use store::accounts::device::DeviceRow;
use store::accounts::{account, device, ended_device, refresh_token};
use thiserror::Error;

use crate::devices::{
    ACCESS_SECONDS, EndReason, REFRESH_DAYS, add_refresh_token, end, forced_from, new_access_token, standing,
};
use crate::error::unavailable;
use crate::tokens::token_hash;
use crate::{App, Quiet, Tx, Unavailable, Visitor};

/// Used tokens of a device that are kept to know them again: more than a month of access tokens takes.
const USED_KEPT: u32 = 1_000;

/// The next tokens of a device.
#[derive(Clone, Debug)]
pub struct Refreshed {
    /// Lets it in; given away once.
    pub access_token: String,
    /// Seconds it is good for.
    pub expires_in: i64,
    /// Gives the token after it; given away once.
    pub refresh_token: String,
}

/// Why there is no next token.
#[derive(Debug, Error)]
pub enum RefreshRefused {
    /// The device was ended.
    #[error("the device was ended: {}", .0.reason().in_words())]
    Ended(EndReason),
    /// It is no refresh token of this application, or its account may not be used now or from here.
    #[error("it is not a refresh token that can be used")]
    Refused,
    /// A part this needs does not answer.
    #[error(transparent)]
    Unavailable(Unavailable),
}

unavailable!(RefreshRefused);

/// Uses `token` up and gives the next ones. A token that was used before ends its device: one of its two holders is
/// not the device.
pub async fn refresh(app: &App, visitor: &Visitor, token: &str) -> Result<Refreshed, RefreshRefused> {
    let hash = token_hash(token);
    let mut tx = app.begin().await?;
    let Some(device) = device_of(&mut tx, visitor, &hash).await? else {
        let ended = ended_device::by_token(&mut tx, &hash).await?;
        let reason = ended.and_then(|ended| EndReason::of(&ended.reason));
        return Err(reason.map_or(RefreshRefused::Refused, RefreshRefused::Ended));
    };
    // Found and used up by one statement: of any number at once, one goes on.
    if refresh_token::take(&mut tx, &hash, app.now()).await?.is_none() {
        return Err(reused(app, visitor, tx, device, &hash).await?);
    }
    if standing(&mut tx, &device, &visitor.origin).await?.is_none() {
        // Dropping the transaction leaves the token unused.
        return Err(RefreshRefused::Refused);
    }
    Ok(next(app, tx, device).await?)
}

/// The device of a refresh token, if it is one of the application that asks.
async fn device_of(tx: &mut Tx, visitor: &Visitor, hash: &[u8]) -> Result<Option<DeviceRow>, Unavailable> {
    let Some(id) = refresh_token::device_of(tx, hash).await? else {
        return Ok(None);
    };
    let device = device::by_id(tx, &id).await?;
    Ok(device.filter(|device| device.application_id.as_deref() == visitor.application_id()))
}

async fn next(app: &App, mut tx: Tx, mut device: DeviceRow) -> Result<Refreshed, Unavailable> {
    let now = app.now();
    let access_token = new_access_token(app);
    device.access_expires_at = Some(now.plus(ACCESS_SECONDS * Time::SECOND));
    device.expires_at = now.plus(REFRESH_DAYS * Time::DAY);
    device.last_seen_at = now;
    device::refreshed(&mut tx, &device, &token_hash(&access_token)).await?;
    refresh_token::forget(&mut tx, &device.id, now, USED_KEPT).await?;
    let refresh_token = add_refresh_token(app, &mut tx, &device).await?;
    tx.commit_quietly(Quiet::TokenRefreshed).await?;
    Ok(Refreshed {
        access_token,
        expires_in: ACCESS_SECONDS,
        refresh_token,
    })
}

/// Ends the device of a token that was used already; one that has only expired ends nothing.
async fn reused(
    app: &App,
    visitor: &Visitor,
    mut tx: Tx,
    device: DeviceRow,
    hash: &[u8],
) -> Result<RefreshRefused, Unavailable> {
    if refresh_token::used(&mut tx, hash).await?.is_none() {
        return Ok(RefreshRefused::Refused);
    }
    let Some(account) = account::get(&mut tx, &device.account_id).await? else {
        return Ok(RefreshRefused::Refused);
    };
    let reason = EndReason::RefreshTokenReused;
    let devices = [device];
    end(app, &mut tx, &devices, reason).await?;
    let application = visitor.application.clone().unwrap_or_default();
    let forced = forced_from(app, &account.person(), &devices, reason, application);
    tx.commit_if_any(forced.into_iter().collect()).await?;
    Ok(RefreshRefused::Ended(reason))
}
