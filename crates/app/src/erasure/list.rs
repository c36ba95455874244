//! Who asked to be erased, and how far erasures are.

use store::erasures;

use super::model::{ErasureRequest, shown};
use crate::holds::{self, Hold};
use crate::{App, Caller, ChangeError};

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

/// The caller's own wish that waits.
///
/// # Errors
/// If the store cannot be read.
pub async fn mine(app: &App, caller: &Caller) -> Result<Option<ErasureRequest>, ChangeError> {
    let mut read = app.store().glance().await?;
    let row = erasures::waiting_of(&mut read, &caller.person.id).await?;
    Ok(row.map(|row| shown(row, &[])).transpose()?)
}
