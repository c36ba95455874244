//! The exports a caller may see: every one for administrators and auditors, their own for anybody else.

use store::exports::{ExportRow, Kind as StoredKind};

use super::rows::export;
use super::{Export, ExportError};
use crate::{App, Caller};

/// Most exports of one page.
const MAX_LIMIT: usize = 200;

/// The latest exports, newest first; `after` is the id of the last one seen.
pub async fn list(app: &App, caller: &Caller, after: Option<&str>, limit: usize) -> Result<Vec<Export>, ExportError> {
    if !caller.may_read() {
        return Err(ExportError::Forbidden);
    }
    let requester = if caller.reads_everything() {
        None
    } else {
        Some(caller.person.id.as_str())
    };
    let limit = i64::try_from(limit.clamp(1, MAX_LIMIT)).unwrap_or(1);
    let mut read = app.store().glance().await?;
    let rows = store::exports::list(&mut read, requester, after, limit).await?;
    rows.into_iter().map(export).collect()
}

/// One export, `None` if there is none that `caller` may see.
pub async fn get(app: &App, caller: &Caller, id: &str) -> Result<Option<Export>, ExportError> {
    row(app, caller, id).await?.map(export).transpose()
}

/// The row of an export that `caller` may see.
pub(super) async fn row(app: &App, caller: &Caller, id: &str) -> Result<Option<ExportRow>, ExportError> {
    if !caller.may_read() {
        return Err(ExportError::Forbidden);
    }
    let mut read = app.store().glance().await?;
    let row = store::exports::by_id(&mut read, id).await?;
    Ok(row.filter(|row| caller.reads_everything() || is_own(row, caller)))
}

/// Somebody who lost a role keeps only what they asked for about themself, and the lines about files that were
/// streamed to them: nothing of those is kept.
fn is_own(row: &ExportRow, caller: &Caller) -> bool {
    let is_about_them = row.subject_id.as_deref() == Some(caller.person.id.as_str());
    row.requester_id == caller.person.id && (is_about_them || row.kind != StoredKind::UserCsv)
}
