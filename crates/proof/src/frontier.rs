//! The right edge of the log's tree: all that is needed to append and to state the root, in O(log n) hashes.

use crate::compact::{CompactRange, NotAdjacent};
use crate::hash::Hash;

/// The state of an append-only tree that starts at leaf 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frontier(CompactRange);

/// Bytes that no frontier was written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("these {length} bytes are not a frontier: expected 8 bytes of size and 32 for each of its subtrees")]
pub struct MalformedFrontier {
    /// How many bytes were given.
    pub length: usize,
}

impl Default for Frontier {
    fn default() -> Self {
        Self::new()
    }
}

impl Frontier {
    /// The tree without leaves.
    #[must_use]
    pub fn new() -> Self {
        Self(CompactRange::new(0))
    }

    /// Appends a leaf hash (already `H(0x00 ‖ …)`).
    pub fn push(&mut self, leaf: Hash) {
        self.0.push(leaf);
    }

    /// Appends a whole run of leaves by its range.
    pub fn join(&mut self, next: &CompactRange) -> Result<(), NotAdjacent> {
        self.0.join(next)
    }

    /// How many leaves the tree has.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.0.end()
    }

    /// The RFC 6962 root.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.0.root()
    }

    /// Size as 8 bytes, most significant first, then the hash of each complete subtree from left to right.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.size().to_be_bytes().to_vec();
        bytes.extend(self.0.nodes().iter().flatten());
        bytes
    }

    /// Reads what [`Frontier::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, MalformedFrontier> {
        let malformed = MalformedFrontier { length: bytes.len() };
        let (size, nodes) = bytes.split_first_chunk::<8>().ok_or(malformed)?;
        let (nodes, rest) = nodes.as_chunks::<32>();
        if !rest.is_empty() {
            return Err(malformed);
        }
        CompactRange::from_parts(0, u64::from_be_bytes(*size), nodes.to_vec())
            .map(Self)
            .ok_or(malformed)
    }
}
