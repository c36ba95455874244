//! Calls off an export that is waiting or being made. What is known of it stays; whoever makes it stops within a moment
//! and removes what it has written.

use super::ExportError;
use super::delete::may_change;
use super::get::row;
use super::rows::{described, subject_of};
use crate::{App, Caller, facts};

/// Calls off an export; `None` if there is none that `caller` may see.
pub async fn cancel(app: &App, caller: &Caller, id: &str) -> Result<Option<()>, ExportError> {
    let Some(row) = row(app, caller, id).await? else {
        return Ok(None);
    };
    if !may_change(caller, &row) {
        return Err(ExportError::Forbidden);
    }
    let subject = subject_of(&row)?;
    let facts = described(facts::about(app, caller, "export.cancelled", &subject), &row);
    let mut tx = app.begin().await?;
    if !store::exports::cancel(&mut tx, id, app.now().0).await? {
        return Err(ExportError::Ended);
    }
    tx.commit(facts).await?;
    Ok(Some(()))
}
