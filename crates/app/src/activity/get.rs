//! One activity by its id, and the person a log belongs to.

use activity::{Activity, Person, Seq};

use log::{Order, Search};

use super::Scope;
use super::scope::{Question, Scoped, Subject};
use super::view::{ViewError, unavailable};
use super::viewed::{VIEW_WINDOW, account, note};
use crate::{App, Caller};

/// The activity with this id, `None` if there is none that `caller` may see.
pub async fn get(app: &App, caller: &Caller, seq: Seq) -> Result<Option<Activity>, ViewError> {
    let widest = if caller.reads_everything() {
        Scope::Everything
    } else {
        Scope::Me
    };
    let subject = widest.allowed(caller)?;
    let found = app.log().get(seq).await.map_err(unavailable)?;
    // The same condition that every list is read with decides whether the row exists for this reader.
    let Some(row) = found.filter(|row| subject.expr().matches(row)) else {
        return Ok(None);
    };
    if subject == Subject::Everybody {
        let q = format!("id:{seq}");
        let question = Question {
            q: &q,
            from: None,
            to: None,
            zone: &jiff::tz::TimeZone::UTC,
        };
        let scoped = Scoped::new(caller, &widest, question, app.now())?;
        note(app, caller, &scoped, std::slice::from_ref(&row), VIEW_WINDOW).await?;
    }
    Ok(Some(row))
}

/// The person whose log this is, as the account is named now, else as the log named them last; `None` if neither
/// knows them.
pub async fn person(app: &App, caller: &Caller, user_id: &str) -> Result<Option<Person>, ViewError> {
    let subject = Scope::User(user_id.to_owned()).allowed(caller)?;
    if let Some(person) = account(app, user_id).await? {
        return Ok(Some(person));
    }
    let search = Search {
        expr: subject.expr(),
        order: Order::Newest,
        after: None,
        limit: 1,
    };
    let found = app.log().search(&search).await.map_err(unavailable)?;
    Ok(found.rows.into_iter().next().and_then(|row| row.facts.user))
}
