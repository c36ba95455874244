//! Download: opens a kept file, or what lies beside it, and says in the log that it was downloaded.

use std::io::ErrorKind;

use store::exports::ExportRow;

use super::beside::{Part, path};
use super::get::row;
use super::question::everything;
use super::rows::{asked, described, export, file_name, summed};
use super::{Export, ExportError, Summary};
use crate::activity::{Delivery, Disclosure, Kept, LogScope, Scoped};
use crate::{Activities, App, Caller, Unavailable, facts};

/// A kept file, open.
#[derive(Debug)]
pub struct Download {
    /// What it is.
    pub export: Export,
    /// Which of its files.
    pub part: Part,
    /// The name to save it under.
    pub file_name: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// The file, at its beginning.
    pub file: tokio::fs::File,
}

/// Opens a kept file or what lies beside it, `None` if there is none that `caller` may see. The proofs of its rows say all
/// that the file says and are recorded as it is; the manifest says nothing of anybody, and nobody is told of it.
pub async fn open_part(app: &App, caller: &Caller, id: &str, part: Part) -> Result<Option<Download>, ExportError> {
    if !caller.may_export() {
        return Err(ExportError::Forbidden);
    }
    let Some(row) = row(app, caller, id).await? else {
        return Ok(None);
    };
    let Some(name) = &row.file else {
        return Err(ExportError::Missing);
    };
    let is_there = match part {
        Part::File => true,
        Part::Manifest => row.manifest_bytes.is_some(),
        Part::Proofs => row.proof_bytes.is_some(),
    };
    if !is_there {
        return Err(ExportError::NothingBeside);
    }
    // Whether they may still have it is decided before anything of it is opened.
    let mut disclosure = disclosure(app, caller, &row).await?;
    let file = match tokio::fs::File::open(path(app, name, part)).await {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Err(ExportError::Missing),
        Err(error) => return Err(Unavailable::new(error).into()),
    };
    let bytes = file.metadata().await.map_err(Unavailable::new)?.len();
    let file_name = format!("{}{}", file_name(&row), part.ending());
    let export = export(row.clone())?;
    let download = |export| Download {
        export,
        part,
        file_name,
        bytes,
        file,
    };
    if part == Part::Manifest {
        return Ok(Some(download(export)));
    }
    let subject = export.subject.as_ref().unwrap_or(&caller.person);
    let summary = Summary {
        rows: export.progress.rows,
        bytes: export.progress.bytes,
        sha256: export.sha256.clone().unwrap_or_default(),
    };
    let mut facts = summed(
        described(facts::about(app, caller, "export.downloaded", subject), &row),
        &summary,
    );
    if part == Part::Proofs {
        facts.metadata.insert("part".to_owned(), "row proofs".to_owned());
    }
    let mut tx = app.begin().await?;
    let kept = store::exports::people(&mut tx, &row.id).await?;
    let kept = kept.map_or_else(|| Ok(Kept::default()), |json| Kept::read(&json));
    let kept = kept.map_err(Unavailable::new)?;
    let told = disclosure.give_kept(&mut tx, kept).await?;
    tx.commit(Activities::ending(told, facts)).await?;
    Ok(Some(download(export)))
}

/// That the rows of a kept file are given to `caller`.
async fn disclosure(app: &App, caller: &Caller, row: &ExportRow) -> Result<Disclosure, ExportError> {
    let asked = asked(row)?;
    let (scope, question) = match &asked {
        Some(asked) => (asked.scope(), asked.question()),
        None => (LogScope::User(row.subject_id.clone().unwrap_or_default()), everything()),
    };
    let scoped = Scoped::new(app, caller, &scope, question).await?;
    Ok(Disclosure::new(app, caller, &scoped, Delivery::File(&row.id)))
}
