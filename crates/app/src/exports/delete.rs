//! Deletes an export: the kept file and its row, or one that is still being made. That it existed stays in the log.

use super::ExportError;
use super::list::row;
use super::rows::{described, export};
use super::worker::directory;
use crate::{App, Caller, facts};

/// Deletes an export; `None` if there is none that `caller` may see.
pub async fn delete(app: &App, caller: &Caller, id: &str) -> Result<Option<()>, ExportError> {
    let Some(row) = row(app, caller, id).await? else {
        return Ok(None);
    };
    // An auditor reads every log and changes nothing, except what they asked for themself.
    if !caller.is_administrator() && row.requester_id != caller.person.id {
        return Err(ExportError::Forbidden);
    }
    let subject = export(row.clone())?.subject.unwrap_or_else(|| caller.person.clone());
    let facts = described(facts::about(app, caller, "export.deleted", &subject), &row);
    let mut tx = app.begin().await?;
    if !store::exports::delete(&mut tx, id).await? {
        return Ok(None);
    }
    tx.commit(facts).await?;
    if let Some(name) = &row.file {
        // A file that stays behind is removed at the next start.
        let _ = tokio::fs::remove_file(directory(app).join(name)).await;
    }
    Ok(Some(()))
}
