//! The two people of a connection: who may have any, who is found by what was typed and how often, what their
//! activities have in common, and telling the open pages of both.

use std::time::Duration;

use activity::{Facts, Person, Target, Time};
use store::accounts::account::{self, AccountRow};
use store::connections::{block, look_up};

use super::LookUpError;
use crate::refusals::{self, Refused};
use crate::{App, Caller, ChangeError, Topic, Tx, Via, facts, names};

const HOUR: i64 = 3_600 * Time::SECOND;

/// The caller's own account. Programs and the command line connect with nobody.
pub(super) async fn own(tx: &mut Tx, caller: &Caller) -> Result<AccountRow, ChangeError> {
    if caller.via == Via::CommandLine {
        return Err(ChangeError::Forbidden);
    }
    let account = account::get(tx, &caller.person.id).await?;
    account
        .filter(|account| !account.is_service)
        .ok_or(ChangeError::Forbidden)
}

/// The account with this id, other than the caller's.
pub(super) async fn other(tx: &mut Tx, caller: &Caller, id: &str) -> Result<AccountRow, ChangeError> {
    let account = account::get(tx, id).await?;
    account
        .filter(|account| account.id != caller.person.id)
        .ok_or(ChangeError::NotFound)
}

/// Counts one more look-up of the caller; refused when there were too many within the hour.
pub(super) async fn count(app: &App, tx: &mut Tx, caller: &Caller) -> Result<(), LookUpError> {
    let now = app.now();
    let (n, began_at) = look_up::count(tx, &caller.person.id, now, now.plus(-HOUR)).await?;
    if n > u64::from(app.settings().connections.look_ups_per_hour) {
        refusals::of_caller(app, caller, Refused::LookUps);
        let wait = began_at.plus(HOUR).0.saturating_sub(now.0);
        let wait = Duration::from_micros(u64::try_from(wait).unwrap_or_default());
        return Err(LookUpError::TooMany(wait));
    }
    Ok(())
}

/// Whom the caller can ask by this exact username or e-mail address. `None` is the same for nobody, oneself, whoever
/// blocks the caller, may not log in, or is a program.
pub(super) async fn typed(tx: &mut Tx, caller: &Caller, login: &str) -> Result<Option<AccountRow>, ChangeError> {
    let found = account::by_login(tx, &names::key(login)).await?;
    // Looked at for nobody as well, so that all answers cost the same.
    let id = found.as_ref().map_or("", |account| account.id.as_str());
    let (_, blocks_caller) = block::between(tx, &caller.person.id, id).await?;
    Ok(found.filter(|account| {
        account.id != caller.person.id && account.login_enabled && !account.is_service && !blocks_caller
    }))
}

/// An account as its contacts know it.
pub(super) fn contact(account: &AccountRow) -> Person {
    Person {
        email: String::new(),
        ..account.person()
    }
}

/// Key of the full name.
pub(super) fn name_key(account: &AccountRow) -> String {
    names::keys(account).name
}

/// Facts of something the caller did towards `other`: in the caller's own log.
pub(super) fn towards(app: &App, caller: &Caller, code: &str, other: &AccountRow) -> Facts {
    let mut facts = facts::about(app, caller, code, &caller.person);
    let person = contact(other);
    facts.targets = vec![Target {
        kind: "user".to_owned(),
        id: person.id,
        name: person.name,
        username: person.username,
        email: person.email,
    }];
    facts
}

/// Writes what was done and commits it; then tells the open pages of both.
pub(super) async fn done(mut tx: Tx, facts: Facts, other_id: &str) -> Result<(), ChangeError> {
    tx.tell(facts.user.as_ref().map(|user| Topic::Account(user.id.clone())));
    tx.tell([Topic::Account(other_id.to_owned())]);
    Ok(tx.commit(facts).await?)
}
