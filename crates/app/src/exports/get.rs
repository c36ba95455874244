//! One export, where a caller may see it: every one for administrators and auditors, their own for anybody else.

use store::Read;
use store::exports::{ExportRow, Kind as StoredKind};

use super::rows::export;
use super::{Export, ExportError, State};
use crate::{App, Caller};

/// One export, `None` if there is none that `caller` may see.
pub async fn get(app: &App, caller: &Caller, id: &str) -> Result<Option<Export>, ExportError> {
    let Some(row) = row(app, caller, id).await? else {
        return Ok(None);
    };
    let mut read = app.store().glance().await?;
    Ok(Some(placed(&mut read, export(row)?).await?))
}

/// The same, with its place in the queue.
pub(super) async fn placed(read: &mut Read, mut export: Export) -> Result<Export, ExportError> {
    if export.state == State::Queued {
        export.before = store::exports::before(read, &export.id).await?;
    }
    Ok(export)
}

/// The row of an export that `caller` may see.
pub(super) async fn row(app: &App, caller: &Caller, id: &str) -> Result<Option<ExportRow>, ExportError> {
    if !caller.may_read() {
        return Err(ExportError::Forbidden);
    }
    let mut read = app.store().glance().await?;
    let row = store::exports::by_id(&mut read, id).await?;
    Ok(row.filter(|row| may_see(caller, row)))
}

/// Somebody who lost a role keeps what they asked for about themself, and sees of views what they asked for; whether they
/// may still have the file is decided when they ask for it.
fn may_see(caller: &Caller, row: &ExportRow) -> bool {
    let is_about_them = row.subject_id.as_deref() == Some(caller.person.id.as_str());
    let is_own = row.requester_id == caller.person.id;
    caller.reads_everything() || is_own && (is_about_them || row.kind != StoredKind::UserCsv)
}
