//! One activity by its id.

use activity::{Activity, Seq};

use super::scope::{Question, Scoped, Subject};
use super::view::{ViewError, unavailable};
use super::viewed::{VIEW_WINDOW, note};
use super::Scope;
use crate::{App, Caller};

/// The activity with this id, `None` if there is none that `caller` may see.
pub async fn get(app: &App, caller: &Caller, seq: Seq) -> Result<Option<Activity>, ViewError> {
    let widest = if caller.reads_everything() { Scope::Everything } else { Scope::Me };
    let subject = widest.allowed(caller)?;
    let found = app.log().get(seq).await.map_err(unavailable)?;
    // The same condition that every list is read with decides whether the row exists for this reader.
    let Some(row) = found.filter(|row| subject.expr().matches(row)) else { return Ok(None) };
    if subject == Subject::Everybody {
        let q = format!("id:{seq}");
        let question = Question { q: &q, from: None, to: None, zone: &jiff::tz::TimeZone::UTC };
        let scoped = Scoped::new(caller, &widest, question, app.now())?;
        note(app, caller, &scoped, std::slice::from_ref(&row), VIEW_WINDOW).await?;
    }
    Ok(Some(row))
}
