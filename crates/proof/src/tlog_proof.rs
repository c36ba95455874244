//! Proof files (c2sp.org/tlog-proof@v1): one leaf's place in a log, with a checkpoint, to be verified without the log.

use std::fmt;

use data_encoding::BASE64;

use crate::checkpoint::{Checkpoint, CheckpointError, Origin, SignedCheckpoint};
use crate::hash::Hash;
use crate::inclusion::verify_inclusion;
use crate::note::{MAX_NOTE_BYTES, VerifyingKey};
use crate::text::{base64, decimal, hash, hash_text, split_at_empty_line};

const HEADER: &str = "c2sp.org/tlog-proof@v1";
/// The longest file that is read, in bytes.
pub const MAX_PROOF_BYTES: usize = 2 * MAX_NOTE_BYTES;
/// The longest path that a tree with a size of 64 bits can have.
const MAX_PATH: usize = 64;

/// A proof file: the form is right, nothing is verified yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlogProof {
    /// Anything, which nobody signed; empty for nothing.
    pub extra: Vec<u8>,
    /// The leaf's place, from 0.
    pub index: u64,
    /// The inclusion proof, as [`inclusion_proof`](crate::inclusion_proof) makes it.
    pub path: Vec<Hash>,
    /// The tree that it leads to.
    pub checkpoint: SignedCheckpoint,
}

/// Why bytes are no proof file, or one proves nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TlogProofError {
    /// Longer than [`MAX_PROOF_BYTES`].
    #[error("the proof has {0} bytes, at most {MAX_PROOF_BYTES} are read")]
    Long(usize),
    /// Not text.
    #[error("the proof is not UTF-8")]
    Encoding,
    /// The first line.
    #[error("the first line of a proof is `{HEADER}`")]
    Header,
    /// No empty line before the checkpoint.
    #[error("an empty line stands between the path and the checkpoint")]
    Parts,
    /// The line `extra`.
    #[error("the line `extra` holds the base64 of at least one byte")]
    Extra,
    /// The line `index`.
    #[error("the line `index` holds the leaf's place, in digits without leading zeros")]
    Index,
    /// A line of the path.
    #[error("hash {0} of the path is not the base64 of 32 bytes")]
    Hash(usize),
    /// Longer than any path can be.
    #[error("the path has more than {MAX_PATH} hashes")]
    Many,
    /// The checkpoint, its signatures or its log.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The path does not lead from this leaf to the root.
    #[error("the leaf does not stand at {index} in the tree of {size} leaves")]
    NotIncluded {
        /// Where it is said to stand.
        index: u64,
        /// The size of the tree.
        size: u64,
    },
}

impl TlogProof {
    /// Reads a proof file.
    pub fn parse(bytes: &[u8]) -> Result<Self, TlogProofError> {
        if bytes.len() > MAX_PROOF_BYTES {
            return Err(TlogProofError::Long(bytes.len()));
        }
        let all = str::from_utf8(bytes).map_err(|_| TlogProofError::Encoding)?;
        let (head, checkpoint) = split_at_empty_line(all).ok_or(TlogProofError::Parts)?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(HEADER) {
            return Err(TlogProofError::Header);
        }
        let extra = match lines.next_if(|line| line.starts_with("extra")) {
            Some(line) => extra(line).ok_or(TlogProofError::Extra)?,
            None => Vec::new(),
        };
        let index = lines.next().and_then(|line| decimal(line.strip_prefix("index ")?));
        let index = index.ok_or(TlogProofError::Index)?;
        if lines.clone().nth(MAX_PATH).is_some() {
            return Err(TlogProofError::Many);
        }
        let path = lines
            .enumerate()
            .map(|(at, line)| hash(line).ok_or(TlogProofError::Hash(at + 1)));
        Ok(Self {
            extra,
            index,
            path: path.collect::<Result<_, _>>()?,
            checkpoint: SignedCheckpoint::parse(checkpoint.as_bytes())?,
        })
    }

    /// The checkpoint, if it is of this log, signed by one of its keys, and its tree has this leaf at the index. Whether
    /// enough witnesses cosigned is for [`SignedCheckpoint::cosignatures`] and the caller to say.
    pub fn verify(&self, leaf: &Hash, origin: &Origin, keys: &[VerifyingKey]) -> Result<&Checkpoint, TlogProofError> {
        let checkpoint = self.checkpoint.verify(origin, keys)?;
        let (index, size) = (self.index, checkpoint.size());
        if !verify_inclusion(leaf, index, size, &self.path, checkpoint.root()) {
            return Err(TlogProofError::NotIncluded { index, size });
        }
        Ok(checkpoint)
    }
}

fn extra(line: &str) -> Option<Vec<u8>> {
    let bytes = base64(line.strip_prefix("extra ")?)?;
    (!bytes.is_empty()).then_some(bytes)
}

impl fmt::Display for TlogProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}")?;
        if !self.extra.is_empty() {
            writeln!(f, "extra {}", BASE64.encode(&self.extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        for hash in &self.path {
            writeln!(f, "{}", hash_text(hash))?;
        }
        write!(f, "\n{}", self.checkpoint)
    }
}

#[cfg(test)]
mod tests;
