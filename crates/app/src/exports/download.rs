//! Download: opens a kept file, and says in the log that it was downloaded.

use std::io::ErrorKind;

use super::list::row;
use super::model::unavailable;
use super::rows::{described, export, file_name, summed};
use super::worker::directory;
use super::{Export, ExportError, Summary};
use crate::activity::facts;
use crate::{App, Caller};

/// A kept file, open.
#[derive(Debug)]
pub struct Download {
    /// What it is.
    pub export: Export,
    /// The name to save it under.
    pub file_name: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// The file, at its beginning.
    pub file: tokio::fs::File,
}

/// Opens a kept file, `None` if there is none that `caller` may see.
pub async fn open_download(app: &App, caller: &Caller, id: &str) -> Result<Option<Download>, ExportError> {
    if !caller.may_export() {
        return Err(ExportError::Forbidden);
    }
    let Some(row) = row(app, caller, id).await? else {
        return Ok(None);
    };
    let Some(name) = &row.file else { return Ok(None) };
    let file = match tokio::fs::File::open(directory(app).join(name)).await {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Err(ExportError::Missing),
        Err(error) => return Err(unavailable(error)),
    };
    let bytes = file.metadata().await.map_err(unavailable)?.len();
    let file_name = file_name(&row);
    let export = export(row.clone())?;
    let subject = export.subject.as_ref().unwrap_or(&caller.person);
    let summary = Summary {
        rows: export.progress.rows,
        bytes,
        sha256: export.sha256.clone().unwrap_or_default(),
    };
    let facts = summed(
        described(facts::about(app, caller, "export.downloaded", subject), &row),
        &summary,
    );
    let tx = app.begin().await.map_err(unavailable)?;
    tx.commit(facts).await.map_err(unavailable)?;
    Ok(Some(Download {
        export,
        file_name,
        bytes,
        file,
    }))
}
