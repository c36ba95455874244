//! Making a device of a browser or client that has just proved whose it is. The one place where device tokens are
//! made; whether somebody may be let in was decided before.

use activity::{Facts, Named, Time};
use store::accounts::account::AccountRow;
use store::accounts::device::{self, DeviceRow};
use store::accounts::refresh_token;
use store::{applications, reporters};

use super::end::{EndReason, end, forced_from};
use crate::ids::{Prefix, new_id};
use crate::tokens::{new_token, token_hash};
use crate::{App, Origin, Tx, Unavailable, Via, Visitor};

/// How long a device stays signed in whatever happens, in days.
const DEVICE_DAYS: i64 = 30;
/// Seconds an access token of an application's device is good for.
pub(crate) const ACCESS_SECONDS: i64 = 3_600;
/// Days a refresh token is good for.
pub(crate) const REFRESH_DAYS: i64 = 30;
/// How the access tokens of applications' devices begin.
pub const ACCESS_PREFIX: &str = "whodid_at_";
const REFRESH_PREFIX: &str = "whodid_rt_";

/// A device that was made.
pub(crate) struct NewDevice {
    /// How its caller speaks from now on.
    pub(crate) via: Via,
    /// Lets it in; given away once.
    pub(crate) token: String,
    /// Seconds the token is good for.
    pub(crate) max_age: i64,
    /// Gives the device of an application its next token.
    pub(crate) refresh_token: Option<String>,
    /// The log outs that this log-in forced, to be appended after it.
    pub(crate) forced: Option<Facts>,
}

/// Makes a device of `visitor` for this account. In a single-device application the account's other devices of it
/// end in the same transaction: of any number that log in at once, the last to commit is left.
pub(crate) async fn make_device(
    app: &App,
    tx: &mut Tx,
    visitor: &Visitor,
    account: &AccountRow,
    known_device_id: Option<String>,
) -> Result<NewDevice, Unavailable> {
    let now = app.now();
    device::delete_expired(tx, now).await?;
    let mut row = new_row(app, account, known_device_id, &visitor.origin);
    let Some(application) = &visitor.application else {
        let token = new_token(app);
        device::insert(tx, &row, &token_hash(&token)).await?;
        return Ok(NewDevice {
            via: Via::Device { id: row.id },
            token,
            max_age: DEVICE_DAYS * 86_400,
            refresh_token: None,
            forced: None,
        });
    };
    let forced = end_older(app, tx, account, application).await?;
    row.application_id = Some(application.id.clone());
    row.access_expires_at = Some(now.plus(ACCESS_SECONDS * Time::SECOND));
    row.expires_at = now.plus(REFRESH_DAYS * Time::DAY);
    let token = new_access_token(app);
    device::insert(tx, &row, &token_hash(&token)).await?;
    reporters::signed_in(tx, &application.id, &account.id).await?;
    let refresh_token = add_refresh_token(app, tx, &row).await?;
    let via = Via::Application {
        device_id: row.id,
        application: application.clone(),
    };
    Ok(NewDevice {
        via,
        token,
        max_age: ACCESS_SECONDS,
        refresh_token: Some(refresh_token),
        forced,
    })
}

pub(crate) fn new_access_token(app: &App) -> String {
    format!("{ACCESS_PREFIX}{}", new_token(app))
}

/// A new refresh token of this device, good as long as the device is.
pub(crate) async fn add_refresh_token(app: &App, tx: &mut Tx, row: &DeviceRow) -> Result<String, Unavailable> {
    let token = format!("{REFRESH_PREFIX}{}", new_token(app));
    refresh_token::insert(tx, &row.id, &token_hash(&token), row.expires_at).await?;
    Ok(token)
}

async fn end_older(
    app: &App,
    tx: &mut Tx,
    account: &AccountRow,
    application: &Named,
) -> Result<Option<Facts>, Unavailable> {
    let row = applications::get(tx, &application.id).await?;
    if !row.is_some_and(|row| row.single_device) {
        return Ok(None);
    }
    let older = device::of_application(tx, &account.id, &application.id).await?;
    let reason = EndReason::AnotherDevice;
    end(app, tx, &older, reason).await?;
    Ok(forced_from(app, &account.person(), &older, reason, application.clone()))
}

fn new_row(app: &App, account: &AccountRow, known_device_id: Option<String>, origin: &Origin) -> DeviceRow {
    let now = app.now();
    DeviceRow {
        id: new_id(app, Prefix::Device),
        account_id: account.id.clone(),
        known_device_id,
        name: origin.device.clone().unwrap_or_else(|| "Unknown device".to_owned()),
        ip: origin.ip.map(|ip| ip.to_canonical().to_string()),
        user_agent: origin.user_agent.clone(),
        created_at: now,
        last_seen_at: now,
        expires_at: now.plus(DEVICE_DAYS * Time::DAY),
        application_id: None,
        access_expires_at: None,
    }
}
