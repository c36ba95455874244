//! The exports a caller may see: every one for administrators and auditors, their own for anybody else.

use store::Read;
use store::exports::{ExportRow, Kind as StoredKind};

use super::rows::export;
use super::{Export, ExportError, State};
use crate::{App, Caller};

/// Most exports of one page, and one to know that there are more.
const MAX_LIMIT: usize = 201;

/// The latest exports, newest first; `after` is the id of the last one seen.
pub async fn list(app: &App, caller: &Caller, after: Option<&str>, limit: usize) -> Result<Vec<Export>, ExportError> {
    let mut read = app.store().glance().await?;
    let rows = page(&mut read, caller, after, limit).await?;
    let mut exports = Vec::with_capacity(rows.len());
    for row in rows {
        exports.push(placed(&mut read, export(row)?).await?);
    }
    Ok(exports)
}

/// The rows of the latest exports that `caller` may see, newest first.
pub(super) async fn page(
    read: &mut Read,
    caller: &Caller,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<ExportRow>, ExportError> {
    if !caller.may_read() {
        return Err(ExportError::Forbidden);
    }
    let requester = if caller.reads_everything() {
        None
    } else {
        Some(caller.person.id.as_str())
    };
    let limit = i64::try_from(limit.clamp(1, MAX_LIMIT)).unwrap_or(1);
    Ok(store::exports::list(read, requester, after, limit).await?)
}

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
