//! The signed note of a run, which says what went.

use crate::{App, Caller, ChangeError};

/// The signed note of this run.
///
/// # Errors
/// [`ChangeError::Forbidden`] for whoever may not read everything; [`ChangeError::NotFound`] if there is none.
pub async fn note(app: &App, caller: &Caller, run: u64) -> Result<String, ChangeError> {
    if !caller.reads_everything() {
        return Err(ChangeError::Forbidden);
    }
    app.log().retention_note(run).await?.ok_or(ChangeError::NotFound)
}
