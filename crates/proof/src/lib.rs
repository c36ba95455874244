//! The RFC 6962 Merkle tree of the log: frontier, compact ranges, roots, proofs and their verification.
//!
//! Pure: works on hashes alone. What a leaf commits to is the activity crate's; where hashes are kept is the volume's.

mod compact;
mod consistency;
mod frontier;
mod hash;
mod inclusion;
mod source;

pub use compact::{CompactRange, NotAdjacent};
pub use consistency::{consistency_proof, verify_consistency};
pub use frontier::{Frontier, MalformedFrontier};
pub use hash::{EMPTY_ROOT, Hash, leaf_hash, node_hash};
pub use inclusion::{inclusion_proof, verify_inclusion};
pub use source::{NodeSource, OutsideTree, ProofError, root_at, root_of};

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
