//! One activity by its id, and the person or group a log belongs to.

use activity::query::{ByPattern, Entity, Expr, Term};
use activity::{Activity, Named, Person, Seq, Time};

use engine::{Cursor, Order, Search};

use super::disclosure::GuardedLook;
use super::disclosure::Unseen;
use super::scope::{Question, Scoped};
use super::view::{ViewError, ViewRequest, view};
use super::{Delivery, Disclosure, LogScope, Rows, around};
use crate::{App, Caller};

/// How long before and after a row is near it.
const NEAR: i64 = 5 * 60 * Time::SECOND;
/// How many rows near one are shown with it.
const FEW: usize = 5;

/// The activity with this id, `None` if there is none that `caller` may see.
pub async fn get(app: &App, caller: &Caller, seq: Seq) -> Result<Option<Activity>, ViewError> {
    let Some((found, scope)) = found(app, caller, seq).await? else {
        return Ok(None);
    };
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

/// Whether there is an activity with this id that `caller` may see; it is given to nobody.
pub(crate) async fn may_see(app: &App, caller: &Caller, seq: Seq) -> Result<bool, ViewError> {
    Ok(found(app, caller, seq).await?.is_some())
}

/// The activity with this id and the log in which `caller` may see it, still to be disclosed.
async fn found(app: &App, caller: &Caller, seq: Seq) -> Result<Option<(Unseen, LogScope)>, ViewError> {
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
    let is_theirs = subject.expr().matches(row);
    Ok(is_theirs.then_some((found, scope)))
}

/// What the people of a row did, or what was done to their accounts, right before and after it, with the row itself,
/// newest first.
pub async fn near(app: &App, caller: &Caller, row: &Activity) -> Result<Rows, ViewError> {
    let people = [row.user.as_ref(), row.by.person()].into_iter().flatten();
    let one = |person: &Person| {
        let id = Entity::Id(person.id.clone());
        let by: Expr = Term::By(vec![ByPattern::Is(id.clone())]).into();
        by.or(Term::User(vec![id]).into())
    };
    let Some(expr) = people.map(one).reduce(Expr::or) else {
        return Ok(Rows::default());
    };
    let request = ViewRequest {
        q: expr.to_string(),
        from: Some(row.occurred_at.plus(-NEAR)),
        to: Some(row.occurred_at.plus(NEAR)),
        after: Some(around(row)),
        limit: FEW,
        explain: false,
        ..ViewRequest::default()
    };
    let scope = LogScope::showing(caller, row);
    Ok(view(app, caller, &scope, &request).await?.rows)
}

/// The places of the next newer and the next older row of the log in which `caller` sees this one; the rows themselves
/// are given to nobody.
pub async fn neighbours(app: &App, caller: &Caller, row: &Activity) -> Result<(Option<Seq>, Option<Seq>), ViewError> {
    let scope = LogScope::showing(caller, row);
    let question = Question {
        q: "",
        from: None,
        to: None,
        zone: &jiff::tz::TimeZone::UTC,
    };
    let scoped = Scoped::new(app, caller, &scope, question).await?;
    let next = async |order: Order| {
        let search = Search {
            expr: scoped.bound.clone(),
            order,
            after: Some(Cursor {
                occurred_at: row.occurred_at,
                seq: row.seq,
            }),
            limit: 1,
        };
        let found = scoped.log.search(&search).await?;
        Ok::<_, ViewError>(found.rows.peek().first().map(|row| row.seq))
    };
    Ok((next(Order::Oldest).await?, next(Order::Newest).await?))
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
