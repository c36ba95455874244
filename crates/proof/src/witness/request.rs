//! The body of `add-checkpoint`.

use std::fmt;

use crate::checkpoint::{CheckpointError, SignedCheckpoint};
use crate::hash::Hash;
use crate::note::MAX_NOTE_BYTES;
use crate::text::{decimal, hash, hash_text, split_at_empty_line};

/// The most hashes that a request may prove with.
pub const MAX_CONSISTENCY_LINES: usize = 63;
/// The longest request that is read, in bytes.
pub const MAX_REQUEST_BYTES: usize = MAX_NOTE_BYTES + 64 * 64;

/// A log asks for a cosignature of a checkpoint, which follows the tree of `old` leaves by this proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// The size of the tree that the witness is thought to have cosigned last, 0 for none.
    pub old: u64,
    /// The consistency proof, as [`consistency_proof`](crate::consistency_proof) makes it.
    pub proof: Vec<Hash>,
    /// What is to be cosigned.
    pub checkpoint: SignedCheckpoint,
}

/// Why bytes are no request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// Longer than [`MAX_REQUEST_BYTES`].
    #[error("the request has {0} bytes, at most {MAX_REQUEST_BYTES} are read")]
    Long(usize),
    /// Not text.
    #[error("the request is not UTF-8")]
    Encoding,
    /// No empty line before the checkpoint.
    #[error("an empty line stands between the proof and the checkpoint")]
    Parts,
    /// The first line.
    #[error("the first line reads `old`, a blank and the size of a tree, in digits without leading zeros")]
    Old,
    /// A line of the proof.
    #[error("line {0} is no hash of the proof: the base64 of 32 bytes")]
    Hash(usize),
    /// More than [`MAX_CONSISTENCY_LINES`].
    #[error("the proof has more than {MAX_CONSISTENCY_LINES} hashes")]
    Many,
    /// What follows the empty line.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
}

impl AddCheckpoint {
    /// Reads the body of a request.
    pub fn parse(body: &[u8]) -> Result<Self, RequestError> {
        if body.len() > MAX_REQUEST_BYTES {
            return Err(RequestError::Long(body.len()));
        }
        let body = str::from_utf8(body).map_err(|_| RequestError::Encoding)?;
        let (head, checkpoint) = split_at_empty_line(body).ok_or(RequestError::Parts)?;
        let mut lines = head.split('\n');
        let old = lines.next().and_then(|line| decimal(line.strip_prefix("old ")?));
        let old = old.ok_or(RequestError::Old)?;
        if lines.clone().nth(MAX_CONSISTENCY_LINES).is_some() {
            return Err(RequestError::Many);
        }
        let proof = lines
            .enumerate()
            .map(|(at, line)| hash(line).ok_or(RequestError::Hash(at + 2)));
        Ok(Self {
            old,
            proof: proof.collect::<Result<_, _>>()?,
            checkpoint: SignedCheckpoint::parse(checkpoint.as_bytes())?,
        })
    }
}

impl fmt::Display for AddCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        for hash in &self.proof {
            writeln!(f, "{}", hash_text(hash))?;
        }
        write!(f, "\n{}", self.checkpoint)
    }
}
