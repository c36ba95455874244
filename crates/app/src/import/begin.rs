//! Beginning an import, or going on with one that was broken off: one thing from its first line to its last, however
//! often it is interrupted.

use activity::Named;
use store::log::import::{self as table, NewImport};

use super::imported::{Imported, names};
use super::run::Input;
use crate::ingest::Reporter;
use crate::tx::Quiet;
use crate::{App, Caller, ChangeError, FieldError, Unavailable, Via};

/// Files of one import at most.
pub const FILES: usize = 1_000;
/// Characters of a file's name.
pub const NAME: usize = 200;
/// Bytes of all names together.
const NAMES_BYTES: usize = 16 * 1024;

/// What the auth log of a machine is called.
pub(super) const AUTH: &str = "auth";
/// The same, before it had this name: what was imported is told apart by it.
const OLDER_AUTH: &str = "openssh";

/// What is read in, as it is told from others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Begin {
    /// What the files are, such as `auth` or the name of a mapping.
    pub format: String,
    /// Tells logs apart whose lines may be the same; empty for the usual one of the format.
    pub source: String,
    /// Names of the files.
    pub files: Vec<String>,
}

impl Begin {
    /// Tells what is read in apart, so that repeating it adds nothing.
    pub(super) fn ledger(&self) -> String {
        ledger(&self.format, &self.source)
    }
}

fn ledger(format: &str, source: &str) -> String {
    let format = if format == AUTH { OLDER_AUTH } else { format };
    format!("import:{format}:{source}")
}

/// The names of files as they are told, within the limits: where there are too many, the first ones and the last.
pub(super) fn told(inputs: &[Input]) -> Vec<String> {
    let clean = |input: &Input| -> String {
        let letters = input.name.chars().take(NAME);
        letters
            .map(|letter| {
                if letter.is_control() {
                    char::REPLACEMENT_CHARACTER
                } else {
                    letter
                }
            })
            .collect()
    };
    let names: Vec<String> = inputs.iter().map(clean).collect();
    if are_few(&names) {
        return names;
    }
    // Room for the last one and for how many are left out.
    let most = NAMES_BYTES - 6 * NAME;
    let mut bytes = 0;
    let first = names.iter().take(FILES - 2).take_while(|name| {
        bytes += name.len();
        bytes <= most
    });
    let mut told: Vec<String> = first.cloned().collect();
    let more = names.len() - told.len() - 1;
    told.push(format!("… {more} more"));
    told.extend(names.last().cloned());
    told
}

/// Whether so many names can be told.
fn are_few(names: &[String]) -> bool {
    names.len() <= FILES && names.iter().map(String::len).sum::<usize>() <= NAMES_BYTES
}

/// Begins an import for the key that sends what its files hold, or goes on with the newest of the same that was not ended.
///
/// # Errors
/// [`ChangeError::Forbidden`] for all but keys that record activities, [`ChangeError::Invalid`] for names that are none.
pub async fn begin(app: &App, caller: &Caller, begin: &Begin) -> Result<Imported, ChangeError> {
    let (Via::ApiKey { id, name, .. }, Some(_)) = (&caller.via, Reporter::key(caller)) else {
        return Err(ChangeError::Forbidden);
    };
    check(begin).map_err(ChangeError::Invalid)?;
    let mut begin = begin.clone();
    if begin.format == OLDER_AUTH {
        AUTH.clone_into(&mut begin.format);
    }
    let by = Named {
        id: id.clone(),
        name: name.clone(),
    };
    let id = take_up(app, &by, &begin).await?;
    let row = table::get(&mut app.store().glance().await?, id).await?;
    Ok(Imported::of(row.ok_or(ChangeError::NotFound)?)?)
}

/// The number of a new import, or of the newest of the same that was not ended.
pub(super) async fn take_up(app: &App, by: &Named, begin: &Begin) -> Result<u64, Unavailable> {
    let files = serde_json::to_string(&begin.files).map_err(Unavailable::new)?;
    let new = NewImport {
        format: &begin.format,
        source: &begin.source,
        files: &files,
        by_id: &by.id,
        by_name: &by.name,
    };
    let mut tx = app.begin().await?;
    if let Some(id) = table::unended(&mut tx, new).await? {
        tx.rollback().await;
        return Ok(id);
    }
    let id = table::begin(&mut tx, new, app.now()).await?;
    tx.commit_quietly(Quiet::ImportBegun).await?;
    Ok(id)
}

/// The reporter of what a key sends as a part of the import of this number, which it began.
///
/// # Errors
/// [`ChangeError::NotFound`] where this key began none of this number, [`ChangeError::Conflict`] if it is over.
pub async fn part_of(app: &App, reporter: Reporter, id: u64) -> Result<Reporter, ChangeError> {
    let row = table::get(&mut app.store().glance().await?, id).await?;
    let began = |row: &table::ImportRow| reporter.id().is_some_and(|reporter| reporter == row.by_id);
    let import = Imported::of(row.filter(began).ok_or(ChangeError::NotFound)?)?;
    if import.undone.is_some() || import.ended_at.is_some() {
        return Err(ChangeError::conflict(format!(
            "Import {id} is over; begin another with what is still to be read."
        )));
    }
    let ledger = format!("{}:{}", ledger(&import.format, &import.source), import.by.id);
    // Activities as they are name what they are about themselves.
    let reporter = match import.format.as_str() {
        "jsonl" => reporter,
        _ => reporter.by_mapping(),
    };
    Ok(reporter.in_import(id, names(&import.files), ledger))
}

fn check(begin: &Begin) -> Result<(), Vec<FieldError>> {
    let mut errors = Vec::new();
    let plain = |text: &str, most: usize| text.chars().count() <= most && !text.chars().any(char::is_control);
    if begin.format.is_empty() || !plain(&begin.format, 40) {
        errors.push(FieldError::new(
            "format",
            "A format has 1 to 40 plain characters, such as `auth`.",
        ));
    }
    if !plain(&begin.source, NAME) {
        let text = format!("A source has at most {NAME} plain characters.");
        errors.push(FieldError::new("source", text));
    }
    let is_name = |name: &String| !name.is_empty() && plain(name, NAME);
    if begin.files.is_empty() || !are_few(&begin.files) || !begin.files.iter().all(is_name) {
        let text = format!(
            "Give the names of 1 to {FILES} files, each of 1 to {NAME} plain characters, and of {NAMES_BYTES} bytes together."
        );
        errors.push(FieldError::new("files", text));
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}
