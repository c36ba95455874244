//! One activity by its id, and the person or group a log belongs to.

use activity::query::Expr;
use activity::{Activity, Named, Person, Seq};

use engine::{Order, Search};

use super::disclosure::GuardedLook;
use super::scope::{Question, Scoped};
use super::view::ViewError;
use super::{Delivery, Disclosure, LogScope};
use crate::{App, Caller};

/// The activity with this id, `None` if there is none that `caller` may see.
pub async fn get(app: &App, caller: &Caller, seq: Seq) -> Result<Option<Activity>, ViewError> {
    // What the log says is looked at only to choose the scope; whether the reader is told is decided by it below.
    LogScope::Me.allowed(app, caller).await?;
    let Some(found) = app.look(caller).await?.get(seq).await? else {
        return Ok(None);
    };
    let Some(row) = found.peek().first() else {
        return Ok(None);
    };
    let scope = LogScope::showing(caller, row);
    let subject = match scope.allowed(app, caller).await {
        Ok(subject) => subject,
        Err(ViewError::Forbidden | ViewError::NoSuchGroup) => return Ok(None),
        Err(error) => return Err(error),
    };
    // The same condition that every list is read with decides whether the row exists for this reader.
    if !subject.expr().matches(row) {
        return Ok(None);
    }
    let q = format!("id:{seq}");
    let question = Question {
        q: &q,
        from: None,
        to: None,
        zone: &jiff::tz::TimeZone::UTC,
    };
    let scoped = Scoped::new(app, caller, &scope, question).await?;
    let rows = Disclosure::new(app, caller, &scoped, Delivery::One(seq))
        .give(found)
        .await?;
    Ok(rows.into_iter().next())
}

/// The person whose log this is, as the account is named now, else as the log named them last; `None` if neither
/// knows them. Who is only known from what others report is called by their id: any reporter may write any name.
pub async fn person(app: &App, caller: &Caller, user_id: &str) -> Result<Option<Person>, ViewError> {
    let subject = LogScope::User(user_id.to_owned()).allowed(app, caller).await?;
    if let Some(person) = account(app, user_id).await? {
        return Ok(Some(person));
    }
    let log = app.look(caller).await?;
    latest(&log, subject.expr(), |row| {
        let user = row.user.clone()?;
        Some(match row.recorder.is_reported() {
            true => Person {
                id: user.id,
                ..Person::default()
            },
            false => user,
        })
    })
    .await
}

/// The group whose log this is, as it is named now, else as the log named it last; `None` if neither knows it.
pub async fn group(app: &App, caller: &Caller, group_id: &str) -> Result<Option<Named>, ViewError> {
    let subject = LogScope::Group(group_id.to_owned()).allowed(app, caller).await?;
    match subject.group() {
        Some(group) if !group.name.is_empty() => Ok(Some(group.clone())),
        _ => {
            let log = app.look(caller).await?;
            latest(&log, subject.expr(), |row| row.group.clone()).await
        }
    }
}

/// The account with this id, as it is named now.
pub(crate) async fn account(app: &App, id: &str) -> Result<Option<Person>, ViewError> {
    let mut read = app.store().glance().await?;
    let account = store::accounts::account::get(&mut read, id).await?;
    Ok(account.map(|account| account.person()))
}

/// What the latest row calls somebody or something; the row itself is given to nobody.
pub(super) async fn latest<T>(
    log: &GuardedLook,
    expr: Expr,
    named: impl Fn(&Activity) -> Option<T>,
) -> Result<Option<T>, ViewError> {
    let search = Search {
        expr,
        order: Order::Newest,
        after: None,
        limit: 1,
    };
    let found = log.search(&search).await?;
    Ok(found.rows.peek().first().and_then(named))
}
