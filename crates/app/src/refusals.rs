//! What is turned away unseen because there is too much of it: counted in memory, and one activity for each address or
//! person and minute, so that nothing happens without a trace and a flood does not drown the log.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use activity::{Facts, Reason, Time};

use crate::{App, Caller, Unavailable, Visitor, facts};

/// How long refusals are counted before they are written.
const WINDOW: i64 = 60 * Time::SECOND;
/// How often it is looked whether something is to be written.
const TICK: Duration = Duration::from_secs(5);
/// Addresses and persons told apart at once; those beyond are counted together.
const MOST: usize = 10_000;
const CODE: &str = "user.attempts_refused";

/// What there was too much of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refused {
    /// Attempts at a password, code, link or other secret.
    Secrets,
    /// Calls of the API with one key or token.
    ApiCalls,
    /// Looking others up.
    LookUps,
    /// Asking for another e-mail address.
    EmailChanges,
    /// Inviting.
    Invitations,
}

impl Refused {
    fn reason(self) -> Reason {
        match self {
            Self::Secrets => Reason::TooManySecrets,
            Self::ApiCalls => Reason::TooManyCalls,
            Self::LookUps => Reason::TooManyLookUps,
            Self::EmailChanges => Reason::TooManyEmailChanges,
            Self::Invitations => Reason::TooManyInvitations,
        }
    }
}

/// Refusals that are not written yet. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Refusals {
    counted: Arc<Mutex<HashMap<Key, Counted>>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    what: Refused,
    /// The account, or the application somebody came through.
    who: Option<String>,
    ip: Option<IpAddr>,
}

#[derive(Clone, Debug)]
struct Counted {
    /// The newest refusal, as an activity.
    facts: Facts,
    n: u64,
    began_at: Time,
}

/// Counts what was refused of somebody who has not said who they are.
pub fn of_visitor(app: &App, visitor: &Visitor, what: Refused) {
    let key = Key {
        what,
        who: visitor.application_id().map(str::to_owned),
        ip: visitor.origin.network(),
    };
    count(app, key, facts::of_nobody(app, visitor, CODE));
}

/// Counts what was refused of a caller.
pub fn of_caller(app: &App, caller: &Caller, what: Refused) {
    let key = Key {
        what,
        who: Some(caller.person.id.clone()),
        ip: caller.origin.network(),
    };
    count(app, key, facts::about(app, caller, CODE, &caller.person));
}

fn count(app: &App, key: Key, facts: Facts) {
    let mut counted = lock(app.refusals());
    let full = counted.len() >= MOST && !counted.contains_key(&key);
    let (key, facts) = match full {
        true => elsewhere(app, key.what),
        false => (key, facts),
    };
    let began_at = app.now();
    let entry = counted.entry(key).or_insert_with(|| Counted {
        facts: facts.clone(),
        n: 0,
        began_at,
    });
    entry.n += 1;
    entry.facts = facts;
}

/// Where those are counted for whom there is no room.
fn elsewhere(app: &App, what: Refused) -> (Key, Facts) {
    let key = Key {
        what,
        who: None,
        ip: None,
    };
    (key, facts::of_nobody(app, &Visitor::default(), CODE))
}

/// Writes what was counted for a minute, or with `all` whatever was counted. Returns how many activities.
pub async fn write(app: &App, all: bool) -> Result<u64, Unavailable> {
    let due = take(app, all);
    if due.is_empty() {
        return Ok(0);
    }
    let activities: Vec<Facts> = due
        .iter()
        .map(|(key, counted)| activity_of(app, key, counted))
        .collect();
    let n = activities.len() as u64;
    let written = append(app, activities).await;
    if written.is_err() {
        // Counted on, and tried again.
        let mut counted = lock(app.refusals());
        for (key, old) in due {
            let entry = counted.entry(key).or_insert_with(|| Counted { n: 0, ..old.clone() });
            entry.n += old.n;
            entry.began_at = old.began_at;
        }
    }
    written.map(|()| n)
}

async fn append(app: &App, activities: Vec<Facts>) -> Result<(), Unavailable> {
    app.begin().await?.commit_if_any(activities).await
}

fn take(app: &App, all: bool) -> Vec<(Key, Counted)> {
    let ended = app.now().plus(-WINDOW);
    let mut due: Vec<_> = lock(app.refusals())
        .extract_if(|_, counted| all || counted.began_at <= ended)
        .collect();
    due.sort_by_key(|(_, counted)| counted.began_at);
    due
}

fn activity_of(app: &App, key: &Key, counted: &Counted) -> Facts {
    let mut facts = counted.facts.clone().because(key.what.reason());
    facts.metadata.insert("count".to_owned(), counted.n.to_string());
    facts.metadata.insert("since".to_owned(), counted.began_at.to_string());
    facts
        .metadata
        .insert("until".to_owned(), counted.facts.occurred_at.to_string());
    facts.occurred_at = app.now();
    facts
}

/// Writes them in the background until the process ends.
pub fn keep_writing(app: &App) {
    let of = app.clone();
    app.tasks().keep("refused attempts", move || work(of.clone()));
}

async fn work(app: App) {
    loop {
        tokio::time::sleep(TICK).await;
        if let Err(error) = write(&app, false).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "refused attempts could not be written yet"
            );
        }
    }
}

fn lock(refusals: &Refusals) -> MutexGuard<'_, HashMap<Key, Counted>> {
    // What panicked under the lock only counted.
    refusals.counted.lock().unwrap_or_else(PoisonError::into_inner)
}
