//! Checkpoints (c2sp.org/tlog-checkpoint): what a log's tree is at one size, as a text that is signed as a note.

use std::fmt;
use std::str::FromStr;

use crate::hash::Hash;
use crate::note::{Note, NoteError, Signature, SigningKey, VerifyingKey};
use crate::text::{decimal, hash, hash_text, is_line};

/// The name of a log, the same in all its checkpoints: one line, not empty.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin(String);

impl FromStr for Origin {
    type Err = CheckpointError;

    fn from_str(text: &str) -> Result<Self, CheckpointError> {
        if text.is_empty() || !is_line(text) {
            return Err(CheckpointError::Origin);
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for Origin {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// A log's tree at one size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    origin: Origin,
    size: u64,
    root: Hash,
    extensions: Vec<String>,
}

/// Why a text is no checkpoint, or a checkpoint is not to be trusted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The first line.
    #[error("the origin of a log is one line that is not empty, without control characters")]
    Origin,
    /// Fewer than three lines, or a last one without its line break.
    #[error("a checkpoint has three lines or more, and ends with a line break")]
    Lines,
    /// The second line.
    #[error("the second line of a checkpoint is the size of the tree, in digits without leading zeros")]
    Size,
    /// The third line.
    #[error("the third line of a checkpoint is the root of the tree: the base64 of 32 bytes")]
    Root,
    /// A line after the third.
    #[error("an extension of a checkpoint is one line that is not empty, without control characters")]
    Extension,
    /// The note around it.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// It is another log's.
    #[error("the checkpoint is of `{found}`, not of `{wanted}`")]
    OtherOrigin {
        /// Whose it says it is.
        found: Origin,
        /// Whose was asked for.
        wanted: Origin,
    },
}

impl Checkpoint {
    /// The tree of `size` leaves with this root, without extensions.
    #[must_use]
    pub fn new(origin: Origin, size: u64, root: Hash) -> Self {
        let extensions = Vec::new();
        Self {
            origin,
            size,
            root,
            extensions,
        }
    }

    /// The same with these extension lines. Witnesses do not vouch for them.
    pub fn with_extensions(self, extensions: Vec<String>) -> Result<Self, CheckpointError> {
        if extensions.iter().any(|line| line.is_empty() || !is_line(line)) {
            return Err(CheckpointError::Extension);
        }
        Ok(Self { extensions, ..self })
    }

    /// Whose tree it is.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// How many leaves the tree has.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root of the tree.
    #[must_use]
    pub fn root(&self) -> &Hash {
        &self.root
    }

    /// What the log said beside it.
    #[must_use]
    pub fn extensions(&self) -> &[String] {
        &self.extensions
    }

    /// Signs it with each of these keys; there must be one.
    pub fn sign(&self, keys: &[&SigningKey]) -> Result<SignedCheckpoint, NoteError> {
        Ok(SignedCheckpoint {
            checkpoint: self.clone(),
            note: Note::sign(self.to_string(), keys)?,
        })
    }
}

impl FromStr for Checkpoint {
    type Err = CheckpointError;

    /// Reads the text of a checkpoint's note.
    fn from_str(text: &str) -> Result<Self, CheckpointError> {
        let mut lines = text.strip_suffix('\n').ok_or(CheckpointError::Lines)?.split('\n');
        let mut next = || lines.next().ok_or(CheckpointError::Lines);
        let origin = next()?.parse()?;
        let size = decimal(next()?).ok_or(CheckpointError::Size)?;
        let root = hash(next()?).ok_or(CheckpointError::Root)?;
        Self::new(origin, size, root).with_extensions(lines.map(str::to_owned).collect())
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.size, hash_text(&self.root))?;
        self.extensions.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

/// A checkpoint in its note: the form is right, the signatures are yet to be verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    note: Note,
}

impl SignedCheckpoint {
    /// Reads a note whose text is a checkpoint.
    pub fn parse(bytes: &[u8]) -> Result<Self, CheckpointError> {
        let note = Note::parse(bytes)?;
        let checkpoint = note.unverified_text().parse()?;
        Ok(Self { checkpoint, note })
    }

    /// What it says, as nobody has verified it.
    #[must_use]
    pub fn unverified(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The note, byte for byte as it was read or signed.
    #[must_use]
    pub fn note(&self) -> &Note {
        &self.note
    }

    /// What it says, if it is of this log and one of the log's keys signed it.
    pub fn verify(&self, origin: &Origin, keys: &[VerifyingKey]) -> Result<&Checkpoint, CheckpointError> {
        if self.checkpoint.origin != *origin {
            return Err(CheckpointError::OtherOrigin {
                found: self.checkpoint.origin.clone(),
                wanted: origin.clone(),
            });
        }
        self.note.verify(keys)?;
        Ok(&self.checkpoint)
    }

    /// Adds a witness's cosignature in the place of those that it made before.
    pub fn renew(&mut self, cosignature: Signature) -> Result<(), NoteError> {
        self.note.renew(cosignature)
    }

    /// Adds a signature that was made elsewhere: by a witness, or by another key of the log.
    pub fn add(&mut self, signature: Signature) -> Result<(), NoteError> {
        self.note.add(signature)
    }
}

impl fmt::Display for SignedCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.note.fmt(f)
    }
}

#[cfg(test)]
mod tests;
