//! Letting somebody in who has proved all that is asked of them. The one place where that happens: whatever the
//! proof was, password, code or passkey, the same is written and the same is told to the owner.

use activity::{Facts, Time};
use store::accounts::account::{self, AccountRow};
use store::accounts::{device, known_device};

use crate::devices::{EndReason, end, forced, make_device};
use crate::ids::{Prefix, new_id};
use crate::tokens::{new_token, token_hash};
use crate::{Activities, App, Caller, Roles, Tx, Unavailable, Visitor, attempts, facts, mail};

/// A browser that is signed in now.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Lets the browser in until it expires; given away once.
    pub device_token: String,
    /// Seconds the token is good for.
    pub max_age: i64,
    /// Tells the browser as a known device at the next log-in.
    pub known_device_token: String,
    /// Gives an application's device its next token; `None` for a browser.
    pub refresh_token: Option<String>,
    /// Who signed in.
    pub caller: Caller,
}

/// What was proved, and how.
#[derive(Debug, Default)]
pub(crate) struct Admission {
    /// The known device it was proved on.
    pub(crate) known_device: Option<String>,
    /// The second factor in words, such as `authenticator app`; `None` if the password was enough.
    pub(crate) second_factor: Option<&'static str>,
    /// Not to ask this browser for the second factor for a month.
    pub(crate) remember: bool,
    /// What happened on the way, to be appended before the log-in.
    pub(crate) before: Vec<Facts>,
}

const KNOWN_DEVICES: u32 = 20;
/// How long a browser is not asked for the second factor.
const REMEMBERED: i64 = 30 * Time::DAY;

/// Makes the device, forgets failed attempts, and commits with the log-in; a log-in on a device the account was never
/// used on is told to its owner by mail.
pub(crate) async fn admit(
    app: &App,
    visitor: &Visitor,
    mut tx: Tx,
    account: &AccountRow,
    admission: Admission,
) -> Result<SignedIn, Unavailable> {
    let known_device = admission.known_device.as_deref();
    attempts::clear(&mut tx, &account.id, known_device).await?;
    account::set_logged_in(&mut tx, &account.id, app.now()).await?;
    let (known_id, known_token) = know(app, &mut tx, (account, visitor.application_id()), known_device).await?;
    if admission.remember {
        known_device::remember(&mut tx, &known_id, app.now().plus(REMEMBERED)).await?;
    }
    let former = end_former(app, &mut tx, visitor).await?;
    let device = make_device(app, &mut tx, visitor, account, Some(known_id)).await?;
    let mut login = facts::by_visitor(app, visitor, "user.login", &account.person());
    if let Some(factor) = admission.second_factor {
        login.metadata.insert("second_factor".to_owned(), factor.to_owned());
    }
    let behind = u64::from(device.forced.is_some());
    let mut activities = Activities::ending(admission.before.into_iter().chain(former), login);
    activities.extend(device.forced);
    let mut appended = tx.append(activities).await?;
    // The very first log-in is on a new device of necessity.
    if admission.known_device.is_none() && account.last_login_at.is_some() {
        let letter = mail::letters::new_device(app, account, visitor, appended.seqs.end - 1 - behind);
        mail::write(app, &mut appended.tx, letter).await?;
    }
    appended.commit().await?;
    Ok(SignedIn {
        device_token: device.token,
        max_age: device.max_age,
        known_device_token: known_token,
        refresh_token: device.refresh_token,
        caller: Caller {
            person: account.person(),
            roles: Roles::of(account),
            via: device.via,
            origin: visitor.origin.clone(),
        },
    })
}

/// Ends the device that this browser was signed in with, whoever's it is: nothing would log it out any more.
async fn end_former(app: &App, tx: &mut Tx, visitor: &Visitor) -> Result<Option<Facts>, Unavailable> {
    let Some(token) = visitor.device_token.as_deref() else {
        return Ok(None);
    };
    let former = device::by_token(tx, &token_hash(token)).await?;
    let Some(former) = former.filter(|device| device.application_id.is_none()) else {
        return Ok(None);
    };
    let Some(owner) = account::get(tx, &former.account_id).await? else {
        return Ok(None);
    };
    let (devices, reason) = ([former], EndReason::LoggedInAgain);
    end(app, tx, &devices, reason).await?;
    Ok(forced(app, &owner.person(), &devices, reason))
}

/// Gives the known device its next token, or makes one. Its id and token.
async fn know(
    app: &App,
    tx: &mut Tx,
    (account, application): (&AccountRow, Option<&str>),
    known_device: Option<&str>,
) -> Result<(String, String), Unavailable> {
    let now = app.now();
    let token = new_token(app);
    if let Some(id) = known_device {
        known_device::rotate(tx, id, &token_hash(&token), now).await?;
        return Ok((id.to_owned(), token));
    }
    let id = new_id(app, Prefix::KnownDevice);
    known_device::insert(tx, (&account.id, application), &id, &token_hash(&token), now).await?;
    known_device::trim(tx, &account.id, KNOWN_DEVICES).await?;
    Ok((id, token))
}
