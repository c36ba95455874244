//! Who asked to be erased, and how far erasures are.

use store::erasures::{self, RequestState};

use super::model::{ErasureRequest, shown};
use crate::holds::{self, Hold};
use crate::paging::{Cursors, limit};
use crate::{App, Caller, ChangeError, Page, PageRequest};

/// The most requests that are shown.
const SHOWN: u32 = 200;

/// Wishes to be erased and legal holds.
#[derive(Clone, Debug)]
pub struct Erasures {
    /// Those that wait first, then the newest; at most 200.
    pub requests: Vec<ErasureRequest>,
    /// Who may not be erased, the newest first.
    pub holds: Vec<Hold>,
}

/// What there is, for whoever may read everything.
///
/// # Errors
/// [`ChangeError::Forbidden`] for everybody else, and if the store cannot be read.
pub async fn list(app: &App, caller: &Caller) -> Result<Erasures, ChangeError> {
    let holds = holds::list(app, caller).await?;
    let rows = erasures::list(&mut app.store().glance().await?, SHOWN).await?;
    let known = app.log().erasures().await?;
    let requests = rows
        .into_iter()
        .map(|row| shown(row, &known))
        .collect::<Result<_, _>>()?;
    Ok(Erasures { requests, holds })
}

/// One page of the requests in this state, or of all, newest first.
///
/// # Errors
/// [`ChangeError::Forbidden`] for whoever may not read everything, [`ChangeError::Invalid`] for another list's cursor.
pub async fn page(
    app: &App,
    caller: &Caller,
    request: &PageRequest,
    state: Option<RequestState>,
) -> Result<Page<ErasureRequest>, ChangeError> {
    if !caller.reads_everything() {
        return Err(ChangeError::Forbidden);
    }
    let pages = Cursors::asked(app, "erasures", &state.map(RequestState::word));
    let from = pages.from::<String>(request.after.as_deref())?;
    let most = limit(request.limit);
    let mut read = app.store().glance().await?;
    let rows = erasures::page(&mut read, from.key().map(String::as_str), state, most + 1).await?;
    drop(read);
    let known = app.log().erasures().await?;
    let page = pages.onwards(rows, most, |row| row.id.clone());
    let rows = page.rows.into_iter().map(|row| shown(row, &known));
    Ok(Page {
        rows: rows.collect::<Result<_, _>>()?,
        turns: page.turns,
    })
}

/// One request, and what became of it.
///
/// # Errors
/// [`ChangeError::Forbidden`] for whoever may not read everything, [`ChangeError::NotFound`] if there is none of this id.
pub async fn get(app: &App, caller: &Caller, id: &str) -> Result<ErasureRequest, ChangeError> {
    if !caller.reads_everything() {
        return Err(ChangeError::Forbidden);
    }
    let row = erasures::by_id(&mut app.store().glance().await?, id).await?;
    let known = app.log().erasures().await?;
    Ok(shown(row.ok_or(ChangeError::NotFound)?, &known)?)
}

/// The request that this erasure is of, which [`super::erase`] gave the number of.
///
/// # Errors
/// [`ChangeError::Forbidden`] for whoever may not erase, [`ChangeError::NotFound`] if there is no such erasure.
pub async fn numbered(app: &App, caller: &Caller, number: u64) -> Result<ErasureRequest, ChangeError> {
    if !caller.is_administrator() {
        return Err(ChangeError::Forbidden);
    }
    let row = erasures::by_erasure(&mut app.store().glance().await?, number).await?;
    let known = app.log().erasures().await?;
    Ok(shown(row.ok_or(ChangeError::NotFound)?, &known)?)
}

/// The caller's own wish that waits.
///
/// # Errors
/// If the store cannot be read.
pub async fn mine(app: &App, caller: &Caller) -> Result<Option<ErasureRequest>, ChangeError> {
    let mut read = app.store().glance().await?;
    let row = erasures::waiting_of(&mut read, &caller.person.id).await?;
    Ok(row.map(|row| shown(row, &[])).transpose()?)
}
