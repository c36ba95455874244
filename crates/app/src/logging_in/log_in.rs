//! Logging in with a username or e-mail address and a password.

use activity::Reason;
use std::net::IpAddr;

use store::accounts::account::{self, AccountRow};
use store::accounts::address;
use store::factors::challenge::Purpose;

use super::admit::{Admission, admit};
use super::{Challenge, LogInRefused, LogInStep, challenge, send_log_in_code};
use crate::attempts::{self, Attempt, AttemptOrigin};
use crate::caller::address_allowed;
use crate::factors::{self, Due, Method};
use crate::hasher::salt;
use crate::{App, Quiet, Tx, Unavailable, Visitor, facts, limits, names};

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

/// Signs in, or refuses with one answer for every reason: unknown name, wrong password, locked, not activated,
/// disabled, service account, address. All of them count, check a password and write, so they also take as long.
/// A right password is the whole log-in only where no second factor is due.
pub async fn log_in(app: &App, visitor: &Visitor, typed: LogIn) -> Result<LogInStep, LogInRefused> {
    let fits = typed.login.len() <= limits::LOGIN && typed.password.len() <= limits::TYPED_PASSWORD;
    let account = match fits {
        true => account::by_login(&mut app.store().read().await?, &names::key(&typed.login)).await?,
        false => None,
    };
    let origin = AttemptOrigin::Visitor {
        token: typed.known_device.as_deref(),
        application: visitor.application_id(),
    };
    let mut attempt = attempts::reserve(app, account.as_ref(), origin).await?;
    let right = attempt.check(app, if fits { &typed.password } else { "" }).await?;

    let mut tx = app.begin().await?;
    // Read again: what an administrator changed while the password was checked counts.
    let account = match &account {
        Some(account) => account::get(&mut tx, &account.id).await?,
        None => None,
    };
    let Some(account) = account else {
        let failed = facts::failed(facts::of_nobody(app, visitor, "user.login_failed"), Reason::UnknownUser);
        tx.commit(failed).await?;
        return Err(LogInRefused::Refused);
    };
    if let Some(reason) = refusal(&mut tx, &account, &attempt, right, visitor.origin.ip).await? {
        refuse(app, visitor, tx, &account, &attempt, reason).await?;
        return Err(LogInRefused::Refused);
    }
    let step = next_step(app, visitor, tx, &account, &attempt).await?;
    renew_hash(app, &account, &typed.password).await;
    if let LogInStep::SecondFactor(challenge) = &step {
        send_code(app, visitor, challenge).await;
    }
    Ok(step)
}

/// Sends the code at once where there is nothing better than SMS. It can be asked for again: a failure is only
/// written down.
async fn send_code(app: &App, visitor: &Visitor, challenge: &Challenge) {
    if !matches!(challenge.methods.first(), Some(Method::Sms { .. })) {
        return;
    }
    if let Err(error) = send_log_in_code(app, visitor, &challenge.token).await {
        tracing::warn!(error = &error as &dyn std::error::Error, "no code was sent at a log-in");
    }
}

/// In, or on to the second step.
async fn next_step(
    app: &App,
    visitor: &Visitor,
    mut tx: Tx,
    account: &AccountRow,
    attempt: &Attempt,
) -> Result<LogInStep, Unavailable> {
    let known_device = attempt.known_device.clone();
    let due = factors::due(&mut tx, &account.id, known_device.as_deref(), app.now()).await?;
    let purpose = match due {
        Due::Nothing { remembered } => {
            let admission = Admission {
                known_device,
                second_factor: remembered.then_some("remembered device"),
                ..Admission::default()
            };
            return Ok(LogInStep::Done(admit(app, visitor, tx, account, admission).await?));
        }
        Due::SecondFactor => Purpose::SecondFactor,
        Due::SetUp => Purpose::SetUp,
    };
    // Not forgotten, only not counted: a right password must not give new guesses at the code.
    attempt.give_back(app, &mut tx, &account.id).await?;
    let challenge = challenge::begin(app, visitor, &mut tx, account, (purpose, known_device)).await?;
    tx.commit_quietly(Quiet::SecondStepDue).await?;
    Ok(match purpose {
        Purpose::SecondFactor => LogInStep::SecondFactor(challenge),
        Purpose::SetUp => LogInStep::SetUp(challenge),
    })
}

/// Why this attempt does not get in, for the log only.
async fn refusal(
    tx: &mut Tx,
    account: &AccountRow,
    attempt: &Attempt,
    right: bool,
    ip: Option<IpAddr>,
) -> Result<Option<Reason>, Unavailable> {
    let unchanged = account.password_hash.as_deref() == attempt.stored();
    if !attempt.was_locked() && account.password_hash.is_some() && !(right && unchanged) {
        return Ok(Some(Reason::WrongPassword));
    }
    refusal_of_second_step(tx, account, attempt, ip).await
}

/// The same without the password, which was right before.
pub(crate) async fn refusal_of_second_step(
    tx: &mut Tx,
    account: &AccountRow,
    attempt: &Attempt,
    ip: Option<IpAddr>,
) -> Result<Option<Reason>, Unavailable> {
    let allowed = address_allowed(&address::of(tx, &account.id).await?, ip);
    Ok(match () {
        () if attempt.was_locked() => Some(Reason::AccountLocked),
        () if account.password_hash.is_none() => Some(Reason::AccountNotActivated),
        () if !account.login_enabled => Some(Reason::LoginDisabled),
        () if account.is_service => Some(Reason::ServiceAccount),
        () if !allowed => Some(Reason::AddressNotAllowed),
        () => None,
    })
}

/// Leaves the attempt counted and writes why it was refused.
pub(crate) async fn refuse(
    app: &App,
    visitor: &Visitor,
    mut tx: Tx,
    account: &AccountRow,
    attempt: &Attempt,
    reason: Reason,
) -> Result<(), Unavailable> {
    account::set_attempt_failed(&mut tx, &account.id).await?;
    let failed = facts::failed(
        facts::by_visitor(app, visitor, "user.login_failed", &account.person()),
        reason,
    );
    let activities = attempt.failed(app, &mut tx, account, failed).await?;
    tx.commit(activities).await
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
        let new = app.hasher().hash(password, salt(app)).await?;
        let mut tx = app.begin().await?;
        account::rehash(&mut tx, &account.id, old, &new).await?;
        tx.commit_quietly(Quiet::Rehashed).await
    };
    if let Err(error) = renewed.await {
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            "a password hash was not renewed"
        );
    }
}
