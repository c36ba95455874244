//! Readers are visible: records that somebody viewed somebody else's log, once per distinct look. Owns what a look
//! is; whose rows may be read is decided in `scope`.

use std::time::Duration;

use activity::query::{Entity, Expr, Term};
use activity::{Activity, Person};
use sha2::{Digest as _, Sha256};

use super::facts;
use super::scope::{Scoped, Subject};
use super::view::{ViewError, unavailable};
use crate::{App, Caller};

/// The same reader, log and query within this time are one look: paging through it and coming back to it.
pub(crate) const VIEW_WINDOW: Duration = Duration::from_secs(5 * 60);
/// The same for a program that follows the log, which asks again all the time.
pub(super) const FOLLOW_WINDOW: Duration = Duration::from_secs(60 * 60);
/// Most characters of a query kept with a look.
const MOST_QUERY: usize = 500;

/// Records in the logs of those whose log was read that `caller` read it, unless this look is already recorded.
pub(crate) async fn note(
    app: &App,
    caller: &Caller,
    scoped: &Scoped,
    rows: &[Activity],
    window: Duration,
) -> Result<(), ViewError> {
    let mut subjects = subjects(app, scoped, rows).await?;
    subjects.retain(|subject| subject.id != caller.person.id);
    let query = Sha256::digest(distinct(scoped));
    let since = app.now().0.saturating_sub(as_micros(window));
    if subjects.is_empty() || all_seen(app, caller, &subjects, &query, since).await? {
        return Ok(());
    }
    let mut tx = app.begin().await.map_err(unavailable)?;
    let mut looks = Vec::new();
    for subject in &subjects {
        let conn = tx.conn();
        let seen = store::exports::seen_at(conn, &caller.person.id, &subject.id, &query)
            .await
            .map_err(unavailable)?;
        if seen.is_some_and(|seen| seen >= since) {
            continue;
        }
        let now = app.now().0;
        store::exports::note(conn, &caller.person.id, &subject.id, &query, now)
            .await
            .map_err(unavailable)?;
        looks.push(look(app, caller, scoped, subject));
    }
    let forgotten = app.now().0.saturating_sub(as_micros(FOLLOW_WINDOW));
    store::exports::forget_before(tx.conn(), forgotten)
        .await
        .map_err(unavailable)?;
    tx.commit_if_any(looks).await.map_err(unavailable)
}

/// What makes one look another than the one before: the query, and the group through which it was asked.
fn distinct(scoped: &Scoped) -> String {
    match scoped.subject.group() {
        Some(group) => format!("{} in {}", scoped.typed, group.id),
        None => scoped.typed.to_string(),
    }
}

/// A cheap look without a write transaction: nearly every page is one of a look already recorded.
async fn all_seen(
    app: &App,
    caller: &Caller,
    subjects: &[Person],
    query: &[u8],
    since: i64,
) -> Result<bool, ViewError> {
    let mut conn = app.store().glance().await.map_err(unavailable)?;
    for subject in subjects {
        let seen = store::exports::seen_at(&mut conn, &caller.person.id, &subject.id, query);
        if seen.await.map_err(unavailable)?.is_none_or(|seen| seen < since) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whose log these rows are. Of everybody's log, and of a group's, it is read only in passing, unless the query names
/// people or finds nobody but one.
async fn subjects(app: &App, scoped: &Scoped, rows: &[Activity]) -> Result<Vec<Person>, ViewError> {
    match &scoped.subject {
        Subject::Own(_) => Ok(Vec::new()),
        Subject::Other(id) => {
            let known = account(app, id).await?;
            Ok(known
                .or_else(|| rows.iter().find_map(|row| row.user.clone()))
                .into_iter()
                .collect())
        }
        Subject::Everybody | Subject::Group { .. } => {
            let mut people: Vec<Person> = Vec::new();
            for user in rows.iter().filter_map(|row| row.user.as_ref()) {
                if !people.iter().any(|known| known.id == user.id) {
                    people.push(user.clone());
                }
            }
            let only_one = people.len() == 1 && rows.iter().all(|row| row.user.is_some());
            Ok(if only_one || names_users(&scoped.typed) {
                people
            } else {
                Vec::new()
            })
        }
    }
}

/// The account with this id, as it is named now.
pub(crate) async fn account(app: &App, id: &str) -> Result<Option<Person>, ViewError> {
    let mut conn = app.store().glance().await.map_err(unavailable)?;
    let account = store::accounts::account::get(&mut conn, id)
        .await
        .map_err(unavailable)?;
    Ok(account.map(|account| account.person()))
}

/// Whether a query asks for certain people. The beginning of a name is a search among people, not a look at one.
fn names_users(expr: &Expr) -> bool {
    match expr {
        Expr::All | Expr::Not(_) => false,
        Expr::And(parts) | Expr::Or(parts) => parts.iter().any(names_users),
        Expr::Term(Term::User(users)) => users.iter().any(names_one),
        Expr::Term(_) => false,
    }
}

fn names_one(user: &Entity) -> bool {
    !matches!(user, Entity::Is(value) if value.is_prefix())
}

fn look(app: &App, caller: &Caller, scoped: &Scoped, subject: &Person) -> activity::Facts {
    let mut facts = facts::about(app, caller, "log.viewed", subject);
    facts.group = scoped.subject.group().cloned();
    let query = scoped.typed.to_string();
    if !query.is_empty() {
        facts.metadata.insert("query".to_owned(), shortened(&query));
    }
    let (from, to) = scoped.range;
    for (key, at) in [("from", from), ("to", to)] {
        if let Some(at) = at {
            facts.metadata.insert(key.to_owned(), at.to_string());
        }
    }
    facts
}

/// At most as much of a text as a value of metadata holds.
pub(crate) fn shortened(text: &str) -> String {
    match text.char_indices().nth(MOST_QUERY) {
        None => text.to_owned(),
        Some(_) => text.chars().take(MOST_QUERY - 1).chain(['…']).collect(),
    }
}

fn as_micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}
