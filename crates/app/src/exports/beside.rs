//! What lies beside a kept file, under its name with an ending: its signed manifest and the proofs of its rows. Owns those
//! names, and that what lies beside a file goes with it.

use std::path::PathBuf;

use engine::Fence;
use store::exports::ExportRow;

use super::worker::directory;
use crate::App;

/// One of the files of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The file that was asked for.
    File,
    /// The signed manifest of it.
    Manifest,
    /// What is needed to check that each of its rows is in the log.
    Proofs,
}

impl Part {
    /// Every one; the file is the last to go.
    pub(super) const ALL: [Self; 3] = [Self::Manifest, Self::Proofs, Self::File];

    /// What its name has after that of the file.
    #[must_use]
    pub fn ending(self) -> &'static str {
        match self {
            Self::File => "",
            Self::Manifest => ".manifest",
            Self::Proofs => ".rows.jsonl",
        }
    }
}

/// The name of the file beside which this one lies, or its own.
pub(super) fn file_of(name: &str) -> &str {
    let beside = [Part::Manifest, Part::Proofs];
    let found = beside.into_iter().find_map(|part| name.strip_suffix(part.ending()));
    found.unwrap_or(name)
}

/// Where a part of the kept file with this name is.
pub(super) fn path(app: &App, name: &str, part: Part) -> PathBuf {
    directory(app).join(format!("{name}{}", part.ending()))
}

/// Where it is while it is being made.
pub(super) fn unfinished(app: &App, (row, fence): (&ExportRow, &Fence), part: Part) -> PathBuf {
    let name = format!(".{}.{}.part{}", row.id, fence.number(), part.ending());
    directory(app).join(name)
}

/// Removes a kept file and what lies beside it.
pub(crate) async fn remove(app: &App, name: &str) {
    for part in Part::ALL {
        // What stays behind is removed at the next start.
        let _ = tokio::fs::remove_file(path(app, name, part)).await;
    }
}

/// Removes what is written of files that will not be there.
pub(super) async fn remove_unfinished(app: &App, of: (&ExportRow, &Fence)) {
    for part in Part::ALL {
        // What stays behind is removed at the next start.
        let _ = tokio::fs::remove_file(unfinished(app, of, part)).await;
    }
}
