//! Manifests (ours): a signed note beside an exported file that says what the file is and which checkpoint it stands by.
//! Lines in a fixed order, so that nobody needs canonical JSON.

mod parts;
pub(crate) mod value;

use std::fmt::Write;

use data_encoding::HEXLOWER;

pub use parts::{FileName, Moment, PartError};

use crate::checkpoint::Origin;
use crate::hash::Hash;
use crate::note::{Note, NoteError, SigningKey, VerifyingKey};
use crate::text::{decimal, hash, hash_text};

const HEADER: &str = "whodid-export/v1";

/// What an exported file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// The file's name.
    pub file: FileName,
    /// Which form of export, such as `csv`.
    pub form: String,
    /// SHA-256 of the file's bytes.
    pub sha256: Hash,
    /// How many bytes the file has.
    pub bytes: u64,
    /// How many activities are in it.
    pub rows: u64,
    /// What was asked, as it was written.
    pub query: String,
    /// Whose log.
    pub log: String,
    /// The zone that times are shown in.
    pub zone: String,
    /// Where the period that was asked for begins, if it has a beginning.
    pub from: Option<String>,
    /// Where it ends, if it has an end.
    pub to: Option<String>,
    /// Names of columns, from left to right; none is empty or holds a comma.
    pub columns: Vec<String>,
    /// When the file was made.
    pub made: Moment,
    /// Up to when nothing is missing that the log had.
    pub complete_through: Moment,
    /// The log of the checkpoint.
    pub origin: Origin,
    /// The size of the checkpoint's tree.
    pub size: u64,
    /// The root of the checkpoint's tree.
    pub root: Hash,
    /// The file with the proofs of the rows, if there is one.
    pub proof: Option<FileName>,
}

/// Why a text is no manifest, or one is not to be trusted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// The first line.
    #[error("the first line of a manifest is `{HEADER}`, and the last one ends with a line break")]
    Header,
    /// A line that has to be there is not, or not where it belongs.
    #[error("the manifest has no line `{0}` in its place")]
    Missing(&'static str),
    /// A value that is not what its key is for, or not spelt as manifests spell it.
    #[error("the value of `{0}` cannot be read")]
    Value(&'static str),
    /// A line that is not known, comes twice or stands in another place.
    #[error("line {0} of the manifest is not known or out of order")]
    Line(usize),
    /// A column that cannot be told from two, or from none.
    #[error("the name of a column is not empty and holds no comma: {0:?}")]
    Column(String),
    /// The note around it.
    #[error(transparent)]
    Note(#[from] NoteError),
}

impl Manifest {
    /// Reads the text of a manifest's note.
    pub fn parse(text: &str) -> Result<Self, ManifestError> {
        let lines = text.strip_suffix('\n').and_then(|text| text.strip_prefix(HEADER));
        let lines = lines
            .filter(|rest| rest.starts_with('\n'))
            .ok_or(ManifestError::Header)?;
        let mut lines = Lines::of(&lines[1..]);
        let manifest = Self {
            file: lines.need("file", |value| value.parse().ok())?,
            form: lines.need("form", Some)?,
            sha256: lines.need("sha256", |value| {
                HEXLOWER.decode(value.as_bytes()).ok()?.try_into().ok()
            })?,
            bytes: lines.need("bytes", |value| decimal(&value))?,
            rows: lines.need("rows", |value| decimal(&value))?,
            query: lines.need("query", Some)?,
            log: lines.need("log", Some)?,
            zone: lines.need("zone", Some)?,
            from: lines.find("from", Some)?,
            to: lines.find("to", Some)?,
            columns: lines.need("columns", |value| Some(columns(&value)))?,
            made: lines.need("made", |value| value.parse().ok())?,
            complete_through: lines.need("complete-through", |value| value.parse().ok())?,
            origin: lines.need("origin", |value| value.parse().ok())?,
            size: lines.need("size", |value| decimal(&value))?,
            root: lines.need("root", |value| hash(&value))?,
            proof: lines.find("proof", |value| value.parse().ok())?,
        };
        lines.end()?;
        manifest.check_columns()?;
        Ok(manifest)
    }

    /// The text that is signed: the header and a line for each value, the last line break with it.
    pub fn text(&self) -> Result<String, ManifestError> {
        self.check_columns()?;
        let mut text = format!("{HEADER}\n");
        let mut line = |key: &str, value: &str| {
            // Writing to a string does not fail.
            let _ = writeln!(text, "{key}: {}", value::print(value));
        };
        line("file", self.file.as_ref());
        line("form", &self.form);
        line("sha256", &HEXLOWER.encode(&self.sha256));
        line("bytes", &self.bytes.to_string());
        line("rows", &self.rows.to_string());
        line("query", &self.query);
        line("log", &self.log);
        line("zone", &self.zone);
        self.from.iter().for_each(|from| line("from", from));
        self.to.iter().for_each(|to| line("to", to));
        line("columns", &self.columns.join(","));
        line("made", self.made.as_ref());
        line("complete-through", self.complete_through.as_ref());
        line("origin", self.origin.as_ref());
        line("size", &self.size.to_string());
        line("root", &hash_text(&self.root));
        self.proof.iter().for_each(|proof| line("proof", proof.as_ref()));
        Ok(text)
    }

    /// Signs it with each of these keys; there must be one.
    pub fn sign(&self, keys: &[&SigningKey]) -> Result<Note, ManifestError> {
        Ok(Note::sign(self.text()?, keys)?)
    }

    /// The manifest that this note is, if one of these keys signed it.
    pub fn verify(note: &Note, keys: &[VerifyingKey]) -> Result<Self, ManifestError> {
        Self::parse(note.verify(keys)?.text)
    }

    fn check_columns(&self) -> Result<(), ManifestError> {
        match self.columns.iter().find(|name| name.is_empty() || name.contains(',')) {
            Some(name) => Err(ManifestError::Column(name.clone())),
            None => Ok(()),
        }
    }
}

/// The names of columns; no name at all for no text.
fn columns(text: &str) -> Vec<String> {
    match text {
        "" => Vec::new(),
        text => text.split(',').map(str::to_owned).collect(),
    }
}

/// The lines after the header, read in their order.
struct Lines<'a> {
    rest: std::iter::Peekable<std::iter::Enumerate<std::str::Split<'a, char>>>,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        let rest = text.split('\n').enumerate().peekable();
        Self { rest }
    }

    /// The value of this key, if it has the next line.
    fn find<T>(&mut self, key: &'static str, read: impl Fn(String) -> Option<T>) -> Result<Option<T>, ManifestError> {
        let value_of = |line: &'a str| line.strip_prefix(key)?.strip_prefix(": ");
        let Some(value) = self.rest.peek().and_then(|(_, line)| value_of(line)) else {
            return Ok(None);
        };
        self.rest.next();
        let value = value::parse(value).and_then(read);
        value.map(Some).ok_or(ManifestError::Value(key))
    }

    fn need<T>(&mut self, key: &'static str, read: impl Fn(String) -> Option<T>) -> Result<T, ManifestError> {
        self.find(key, read)?.ok_or(ManifestError::Missing(key))
    }

    fn end(&mut self) -> Result<(), ManifestError> {
        match self.rest.next() {
            Some((at, _)) => Err(ManifestError::Line(at + 2)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
