//! Statements (ours): a signed note that says what was done to a log, and of which log. A header that names the kind, then a
//! line for each value, in the order in which they were stated; each text has one spelling.

#[cfg(test)]
mod tests;

use std::fmt::Write;

use crate::checkpoint::Checkpoint;
use crate::manifest::value;
use crate::note::{Note, NoteError, SigningKey, VerifyingKey};
use crate::text::{decimal, hash, hash_text};

const PREFIX: &str = "whodid-";
const VERSION: &str = "/v1";

/// What was done, in lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    kind: String,
    lines: Vec<(String, String)>,
}

/// Why a text is no statement, or one is not to be trusted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StatementError {
    /// The first line.
    #[error("the first line of a statement is `{PREFIX}KIND{VERSION}`, and the last one ends with a line break")]
    Header,
    /// A line that is no key and value, or not spelt as statements spell it.
    #[error("line {0} of the statement cannot be read")]
    Line(usize),
    /// A word that is no kind and no key.
    #[error("a kind or a key is made of small letters, digits and hyphens: {0:?}")]
    Word(String),
    /// The note around it.
    #[error(transparent)]
    Note(#[from] NoteError),
}

impl Statement {
    /// Says nothing yet.
    ///
    /// # Errors
    /// If the kind is no such word.
    pub fn new(kind: &str) -> Result<Self, StatementError> {
        Ok(Self {
            kind: word(kind)?.to_owned(),
            lines: Vec::new(),
        })
    }

    /// The same with one more line.
    ///
    /// # Errors
    /// If the key is no such word.
    pub fn with(mut self, key: &str, value: impl Into<String>) -> Result<Self, StatementError> {
        self.lines.push((word(key)?.to_owned(), value.into()));
        Ok(self)
    }

    /// The same with of which log it is said: its origin, size and root.
    #[must_use]
    pub fn of_log(mut self, log: &Checkpoint) -> Self {
        let size = log.size().to_string();
        let parts = [
            ("origin", log.origin().as_ref()),
            ("size", &*size),
            ("root", &*hash_text(log.root())),
        ];
        let lines = parts.map(|(key, value)| (key.to_owned(), value.to_owned()));
        self.lines.extend(lines);
        self
    }

    /// What it is of.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// Its keys and values.
    pub fn lines(&self) -> impl Iterator<Item = (&str, &str)> {
        self.lines.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// Which log it is said of: its origin, size and root, which are the last lines; `None` if they are not.
    #[must_use]
    pub fn log(&self) -> Option<Checkpoint> {
        let (_, [origin, size, root]) = self.lines.split_last_chunk()?;
        let value = |line: &(String, String), key| (line.0 == key).then(|| line.1.clone());
        Some(Checkpoint::new(
            value(origin, "origin")?.parse().ok()?,
            decimal(&value(size, "size")?)?,
            hash(&value(root, "root")?)?,
        ))
    }

    /// The text that is signed, the last line break with it.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("{PREFIX}{}{VERSION}\n", self.kind);
        for (key, value) in &self.lines {
            // Writing to a string does not fail.
            let _ = writeln!(text, "{key}: {}", value::print(value));
        }
        text
    }

    /// Reads the text of a statement.
    ///
    /// # Errors
    /// If [`Self::text`] gives no such text.
    pub fn parse(text: &str) -> Result<Self, StatementError> {
        let text = text.strip_suffix('\n').ok_or(StatementError::Header)?;
        let mut lines = text.split('\n');
        let header = lines
            .next()
            .and_then(|line| line.strip_prefix(PREFIX)?.strip_suffix(VERSION));
        let mut read = Self::new(header.ok_or(StatementError::Header)?).map_err(|_| StatementError::Header)?;
        for (at, line) in (2..).zip(lines) {
            let parts = line
                .split_once(": ")
                .and_then(|(key, text)| Some((key, value::parse(text)?)));
            let (key, value) = parts.ok_or(StatementError::Line(at))?;
            read = read.with(key, value).map_err(|_| StatementError::Line(at))?;
        }
        Ok(read)
    }

    /// Signs it with each of these keys; there must be one.
    ///
    /// # Errors
    /// If there is none.
    pub fn sign(&self, keys: &[&SigningKey]) -> Result<Note, StatementError> {
        Ok(Note::sign(self.text(), keys)?)
    }

    /// Reads a signed statement that one of these keys signed.
    ///
    /// # Errors
    /// If none did, one of their signatures is false, or the text is no statement.
    pub fn open(note: &[u8], keys: &[VerifyingKey]) -> Result<Self, StatementError> {
        let note = Note::parse(note)?;
        Self::parse(note.verify(keys)?.text)
    }
}

fn word(text: &str) -> Result<&str, StatementError> {
    let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    match !text.is_empty() && text.len() <= 40 && text.chars().all(is_word) {
        true => Ok(text),
        false => Err(StatementError::Word(text.to_owned())),
    }
}
