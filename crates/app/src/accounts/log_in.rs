//! Logging in with a username or e-mail address and a password.

use std::net::IpAddr;

use activity::{Facts, Time};
use store::Tx;
use store::accounts::account::{self, AccountRow};
use store::accounts::device::{self, DeviceRow};
use store::accounts::{address, known_device};

use super::attempts::{self, Attempt, Whence};
use super::{LogInRefused, Unavailable, model, names, new_id, new_token, token_hash};
use crate::activity::facts;
use crate::{App, Caller, Origin, Via, Visitor};

/// What was typed, and the browser's token of a known device.
#[derive(Clone, Debug)]
pub struct LogIn {
    /// Username or e-mail address.
    pub login: String,
    /// Password.
    pub password: String,
    /// The token an earlier log-in left in this browser.
    pub known_device: Option<String>,
}

/// A browser that is signed in now.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Lets the browser in until it expires; given away once.
    pub device_token: String,
    /// Seconds the token is good for.
    pub max_age: i64,
    /// Tells the browser as a known device at the next log-in.
    pub known_device_token: String,
    /// Who signed in.
    pub caller: Caller,
}

/// How long a device stays signed in whatever happens, in days.
pub(super) const DEVICE_DAYS: i64 = 30;
const KNOWN_DEVICES: u32 = 20;
/// More than any username or e-mail address has.
const LOGIN_MAX: usize = 320;
/// More than any password has; more costs nothing but time.
const PASSWORD_MAX: usize = 1_024;

/// Signs in, or refuses with one answer for every reason: unknown name, wrong password, locked, not activated,
/// disabled, service account, address. All of them count, check a password and write, so they also take as long.
pub async fn log_in(app: &App, visitor: &Visitor, typed: LogIn) -> Result<SignedIn, LogInRefused> {
    let fits = typed.login.len() <= LOGIN_MAX && typed.password.len() <= PASSWORD_MAX;
    let account = match fits {
        true => account::by_login(app.store().read().await?.conn(), &names::key(&typed.login)).await?,
        false => None,
    };
    let whence = Whence::Token(typed.known_device.as_deref());
    let mut attempt = attempts::reserve(app, account.as_ref(), whence).await?;
    let right = attempt.check(app, if fits { &typed.password } else { "" }).await?;

    let mut tx = app.store().begin().await?;
    // Read again: what an administrator changed while the password was checked counts.
    let account = match &account {
        Some(account) => account::get(tx.conn(), &account.id).await?,
        None => None,
    };
    let Some(account) = account else {
        let failed = facts::failed(attempts::of_nobody(app, visitor, "user.login_failed"), "unknown user");
        app.log().append(&mut tx, vec![failed]).await?;
        tx.commit().await?;
        return Err(LogInRefused::Refused);
    };
    if let Some(reason) = refusal(&mut tx, &account, &attempt, right, visitor.origin.ip).await? {
        refuse(app, visitor, tx, &account, &attempt, reason).await?;
        return Err(LogInRefused::Refused);
    }
    let signed_in = admit(app, visitor, &mut tx, &account, &attempt).await?;
    app.log()
        .append(&mut tx, vec![login_facts(app, visitor, &account)])
        .await?;
    tx.commit().await?;
    renew_hash(app, &account, &typed.password).await;
    Ok(signed_in)
}

/// Why this attempt does not get in, for the log only.
async fn refusal(
    tx: &mut Tx,
    account: &AccountRow,
    attempt: &Attempt,
    right: bool,
    ip: Option<IpAddr>,
) -> Result<Option<&'static str>, Unavailable> {
    let unchanged = account.password_hash.as_deref() == attempt.stored();
    let allowed = address_allowed(&address::of(tx.conn(), &account.id).await?, ip);
    Ok(match () {
        () if attempt.was_locked() => Some("account locked"),
        () if account.password_hash.is_none() => Some("account not activated"),
        () if !right || !unchanged => Some("wrong password"),
        () if !account.login_enabled => Some("login disabled"),
        () if account.is_service => Some("service account"),
        () if !allowed => Some("address not allowed"),
        () => None,
    })
}

async fn refuse(
    app: &App,
    visitor: &Visitor,
    mut tx: Tx,
    account: &AccountRow,
    attempt: &Attempt,
    reason: &str,
) -> Result<(), Unavailable> {
    account::set_attempt_failed(tx.conn(), &account.id).await?;
    let failed = facts::failed(
        facts::by_visitor(app, visitor, "user.login_failed", &account.person()),
        reason,
    );
    let activities = attempt.failed(app, &mut tx, account, failed).await?;
    app.log().append(&mut tx, activities).await?;
    Ok(tx.commit().await?)
}

async fn admit(
    app: &App,
    visitor: &Visitor,
    tx: &mut Tx,
    account: &AccountRow,
    attempt: &Attempt,
) -> Result<SignedIn, Unavailable> {
    let now = app.now();
    attempt.succeeded(tx, &account.id).await?;
    account::set_logged_in(tx.conn(), &account.id, now).await?;
    let known_token = new_token(app);
    let known_id = match &attempt.known_device {
        Some(id) => {
            known_device::rotate(tx.conn(), id, &token_hash(&known_token), now).await?;
            id.clone()
        }
        None => {
            let id = new_id(app, "known");
            known_device::insert(tx.conn(), &account.id, &id, &token_hash(&known_token), now).await?;
            known_device::trim(tx.conn(), &account.id, KNOWN_DEVICES).await?;
            id
        }
    };
    device::delete_expired(tx.conn(), now).await?;
    let token = new_token(app);
    let device = new_device(app, &account.id, known_id, &visitor.origin);
    device::insert(tx.conn(), &device, &token_hash(&token)).await?;
    let caller = Caller {
        person: account.person(),
        roles: model::roles(account),
        via: Via::Device { id: device.id },
        origin: visitor.origin.clone(),
    };
    Ok(SignedIn {
        device_token: token,
        max_age: DEVICE_DAYS * 86_400,
        known_device_token: known_token,
        caller,
    })
}

fn new_device(app: &App, account_id: &str, known_device_id: String, origin: &Origin) -> DeviceRow {
    let now = app.now();
    DeviceRow {
        id: new_id(app, "dev"),
        account_id: account_id.to_owned(),
        known_device_id: Some(known_device_id),
        name: origin.device.clone().unwrap_or_else(|| "Unknown device".to_owned()),
        ip: origin.ip.map(|ip| ip.to_canonical().to_string()),
        user_agent: origin.user_agent.clone(),
        created_at: now,
        last_seen_at: now,
        expires_at: now.plus(DEVICE_DAYS * Time::DAY),
    }
}

fn login_facts(app: &App, visitor: &Visitor, account: &AccountRow) -> Facts {
    facts::by_visitor(app, visitor, "user.login", &account.person())
}

/// Whether an account with these networks may be used from `ip`. None means anywhere; an unknown address is not in
/// any network.
pub(crate) fn address_allowed(networks: &[String], ip: Option<IpAddr>) -> bool {
    let Some(ip) = ip.map(|ip| ip.to_canonical()) else {
        return networks.is_empty();
    };
    networks.is_empty()
        || networks
            .iter()
            .filter_map(|text| text.parse::<ipnet::IpNet>().ok())
            .any(|network| network.contains(&ip))
}

/// Hashes the password again if the cost setting has changed. It is not needed for this log-in: a failure is only
/// written down.
async fn renew_hash(app: &App, account: &AccountRow, password: &str) {
    let Some(old) = account
        .password_hash
        .as_deref()
        .filter(|old| app.hasher().is_outdated(old))
    else {
        return;
    };
    let renewed = async {
        let new = app.hasher().hash(password, super::passwords::salt(app)).await?;
        let mut tx = app.store().begin().await?;
        account::rehash(tx.conn(), &account.id, old, &new).await?;
        tx.commit().await?;
        Ok::<_, Unavailable>(())
    };
    if let Err(error) = renewed.await {
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            "a password hash was not renewed"
        );
    }
}
