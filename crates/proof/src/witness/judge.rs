//! What a witness decides. Its memory of each log is the caller's to keep: what is accepted must be written down, in
//! one step with the comparison of sizes, before the answer goes out.

use super::request::{AddCheckpoint, RequestError};
use crate::checkpoint::{Checkpoint, CheckpointError, Origin, SignedCheckpoint};
use crate::consistency::verify_consistency;
use crate::cosignature::PosixTime;
use crate::hash::{EMPTY_ROOT, Hash};
use crate::note::{CosigningKey, NoteError, VerifyingKey};

/// The media type of the body that comes with the status 409.
pub const CONFLICT_TYPE: &str = "text/x.tlog.size";

/// The tree that a witness cosigned last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// How many leaves it has.
    pub size: u64,
    /// Its root.
    pub root: Hash,
}

impl Default for Seen {
    /// What a witness has seen of a log of which it cosigned nothing yet.
    fn default() -> Self {
        Self {
            size: 0,
            root: EMPTY_ROOT,
        }
    }
}

/// What a witness knows of a log.
#[derive(Clone, Copy, Debug)]
pub struct KnownLog<'a> {
    /// Any of them may have signed its checkpoints.
    pub keys: &'a [VerifyingKey],
    /// What it cosigned last.
    pub seen: Seen,
}

/// Why a witness does not cosign.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The request cannot be read.
    #[error(transparent)]
    Malformed(#[from] RequestError),
    /// Nobody told the witness of this log.
    #[error("the log `{0}` is not known to this witness")]
    UnknownLog(Origin),
    /// No key of the log signed, or a signature that names one is wrong.
    #[error(transparent)]
    Untrusted(NoteError),
    /// The tree is asked to shrink.
    #[error("the old size {old} is larger than the checkpoint's {new}")]
    Shrinks {
        /// The old size of the request.
        old: u64,
        /// The size of the checkpoint.
        new: u64,
    },
    /// The witness cosigned another size last, or another tree of this size.
    #[error("the last checkpoint that was cosigned has the size {size}")]
    Conflict {
        /// That size.
        size: u64,
    },
    /// The proof fails.
    #[error("the proof does not show that the checkpoint follows the tree of {old} leaves that was cosigned last")]
    Inconsistent {
        /// The size of that tree.
        old: u64,
    },
}

impl Refusal {
    /// The status of the HTTP answer.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::Malformed(_) | Self::Shrinks { .. } => 400,
            Self::Untrusted(_) => 403,
            Self::UnknownLog(_) => 404,
            Self::Conflict { .. } => 409,
            Self::Inconsistent { .. } => 422,
        }
    }

    /// The body of the HTTP answer: the size for a conflict, which then has the type [`CONFLICT_TYPE`]; else a line of
    /// text that says why.
    #[must_use]
    pub fn body(&self) -> String {
        match self {
            Self::Conflict { size } => format!("{size}\n"),
            reason => format!("{reason}\n"),
        }
    }
}

/// A checkpoint that may be cosigned.
#[derive(Clone, Copy, Debug)]
pub struct Accepted<'a>(&'a SignedCheckpoint);

impl AddCheckpoint {
    /// Decides. `known` says what the witness knows of the log that the checkpoint names.
    pub fn judge<'a>(&self, known: impl FnOnce(&Origin) -> Option<KnownLog<'a>>) -> Result<Accepted<'_>, Refusal> {
        let origin = self.checkpoint.unverified().origin();
        let log = known(origin).ok_or_else(|| Refusal::UnknownLog(origin.clone()))?;
        let checkpoint = match self.checkpoint.verify(origin, log.keys) {
            Ok(checkpoint) => checkpoint,
            Err(CheckpointError::Note(error)) => return Err(Refusal::Untrusted(error)),
            Err(error) => return Err(RequestError::Checkpoint(error).into()),
        };
        self.follows(checkpoint, log.seen)?;
        Ok(Accepted(&self.checkpoint))
    }

    fn follows(&self, checkpoint: &Checkpoint, seen: Seen) -> Result<(), Refusal> {
        let (old, new) = (self.old, checkpoint.size());
        if old > new {
            return Err(Refusal::Shrinks { old, new });
        }
        if old != seen.size {
            return Err(Refusal::Conflict { size: seen.size });
        }
        // Nothing is to be proved of equal sizes; that the roots are equal is another matter, with another status.
        if old == new && self.proof.is_empty() && *checkpoint.root() != seen.root {
            return Err(Refusal::Conflict { size: seen.size });
        }
        if !verify_consistency(old, &seen.root, new, checkpoint.root(), &self.proof) {
            return Err(Refusal::Inconsistent { old });
        }
        Ok(())
    }
}

impl Accepted<'_> {
    /// What the witness must remember of the log before it answers.
    #[must_use]
    pub fn seen(&self) -> Seen {
        let checkpoint = self.0.unverified();
        Seen {
            size: checkpoint.size(),
            root: *checkpoint.root(),
        }
    }

    /// The body of the answer, whose status is 200: a cosignature by each of these keys.
    #[must_use]
    pub fn answer(&self, keys: &[&CosigningKey], at: PosixTime) -> String {
        keys.iter().map(|key| format!("{}\n", key.cosign(self.0, at))).collect()
    }
}
