//! Legal holds: as long as somebody is under one, nothing that names them leaves the log, neither by their erasure nor with
//! time. Owns who is; what asks for it is elsewhere.

mod lift;
mod place;

use activity::{Person, Time};
pub use lift::lift;
pub use place::place;
pub(crate) use place::reason_of;
use store::Read;
use store::accounts::account;
use store::holds::{self, HoldRow};

use crate::activity::{ViewError, person};
use crate::paging::{Cursors, limit};
use crate::{App, Caller, ChangeError, Page, PageRequest, Unavailable, names};

/// A legal hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// `hold_…`; later ones sort later.
    pub id: String,
    /// Whose rows are held, as they were named when it was placed.
    pub person: Person,
    /// Why.
    pub reason: String,
    /// Who placed it, as they were named then.
    pub placed_by: Person,
    /// When.
    pub placed_at: Time,
}

impl Hold {
    fn of(row: HoldRow) -> Result<Self, Unavailable> {
        Ok(Self {
            id: row.id,
            person: serde_json::from_str(&row.person).map_err(Unavailable::new)?,
            reason: row.reason,
            placed_by: serde_json::from_str(&row.placed_by).map_err(Unavailable::new)?,
            placed_at: row.placed_at,
        })
    }
}

/// Every hold, newest first, for whoever may read everything.
///
/// # Errors
/// [`ChangeError::Forbidden`] for everybody else, and if the store cannot be read.
pub async fn list(app: &App, caller: &Caller) -> Result<Vec<Hold>, ChangeError> {
    if !caller.reads_everything() {
        return Err(ChangeError::Forbidden);
    }
    let rows = holds::list(&mut app.store().glance().await?).await?;
    Ok(rows.into_iter().map(Hold::of).collect::<Result<_, _>>()?)
}

/// One page of the holds, newest first.
///
/// # Errors
/// [`ChangeError::Forbidden`] for whoever may not read everything, [`ChangeError::Invalid`] for another list's cursor.
pub async fn page(app: &App, caller: &Caller, request: &PageRequest) -> Result<Page<Hold>, ChangeError> {
    if !caller.reads_everything() {
        return Err(ChangeError::Forbidden);
    }
    let pages = Cursors::of(app, "holds");
    let from = pages.from::<String>(request.after.as_deref())?;
    let most = limit(request.limit);
    let mut read = app.store().glance().await?;
    let rows = holds::page(&mut read, from.key().map(String::as_str), most + 1).await?;
    let page = pages.onwards(rows, most, |row| row.id.clone());
    let rows = page.rows.into_iter().map(Hold::of);
    Ok(Page {
        rows: rows.collect::<Result<_, _>>()?,
        turns: page.turns,
    })
}

/// Whom somebody means who types this: an account by its username, e-mail address or id, or somebody whom only the log names, by
/// their id.
///
/// # Errors
/// [`ChangeError::Forbidden`] for whoever may not read their log, [`ChangeError::Invalid`] where it could be two.
pub async fn meant(app: &App, caller: &Caller, typed: &str) -> Result<Option<Person>, ChangeError> {
    let typed = typed.trim();
    let account = account::by_login(&mut app.store().glance().await?, &names::key(typed)).await?;
    let by_id = person(app, caller, typed).await.map_err(|error| match error {
        ViewError::Unavailable(cause) => ChangeError::Unavailable(cause),
        ViewError::Forbidden => ChangeError::Forbidden,
        other => ChangeError::Unavailable(Unavailable::new(other)),
    })?;
    match (account, by_id) {
        (Some(account), Some(other)) if account.id != other.id => {
            let text = format!(
                "`{typed}` is the name of an account ({}) and the id of somebody whom only the log names. Give the account's \
                 id, or its e-mail address.",
                account.id
            );
            Err(ChangeError::invalid("person", text))
        }
        (Some(account), _) => Ok(Some(account.person())),
        (None, by_id) => Ok(by_id),
    }
}

/// The newest hold of a person, if they are under one.
pub(crate) async fn held(read: &mut Read, person_id: &str) -> Result<Option<Hold>, Unavailable> {
    let newest = holds::of(read, person_id).await?.into_iter().next();
    newest.map(Hold::of).transpose()
}

/// The ids of everybody who is under a hold, each once.
pub(crate) async fn held_persons(read: &mut Read) -> Result<Vec<String>, Unavailable> {
    let mut persons: Vec<String> = holds::list(read).await?.into_iter().map(|row| row.person_id).collect();
    persons.sort_unstable();
    persons.dedup();
    Ok(persons)
}
