//! Deletes the kept file of an export. That it existed, and what it held, stays.

use store::exports::{ExportRow, Gone};

use super::ExportError;
use super::beside::remove;
use super::get::row;
use super::rows::{described, subject_of};
use crate::{App, Caller, facts};

/// Deletes the file of an export; `None` if there is no export that `caller` may see.
pub async fn delete(app: &App, caller: &Caller, id: &str) -> Result<Option<()>, ExportError> {
    let Some(row) = row(app, caller, id).await? else {
        return Ok(None);
    };
    if !may_change(caller, &row) {
        return Err(ExportError::Forbidden);
    }
    let Some(name) = &row.file else {
        return Err(ExportError::Missing);
    };
    let subject = subject_of(&row)?;
    let facts = described(facts::about(app, caller, "export.deleted", &subject), &row);
    let mut tx = app.begin().await?;
    if !store::exports::let_go(&mut tx, id, Gone::Deleted, app.now().0).await? {
        return Err(ExportError::Missing);
    }
    tx.commit(facts).await?;
    remove(app, name).await;
    Ok(Some(()))
}

/// An auditor reads every log and changes nothing, except what they asked for themself.
pub(super) fn may_change(caller: &Caller, row: &ExportRow) -> bool {
    caller.is_administrator() || row.requester_id == caller.person.id
}
