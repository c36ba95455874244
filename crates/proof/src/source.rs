//! Where proofs take their hashes from, and roots of any size over it. Owns no storage.

use crate::hash::{EMPTY_ROOT, Hash, node_hash};

/// Complete subtrees of the log's tree by their place.
pub trait NodeSource {
    /// Why a node could not be read.
    type Error;

    /// The hash of the complete subtree of `height` over the leaves `index << height .. (index + 1) << height`.
    fn node(&self, height: u32, index: u64) -> Result<Hash, Self::Error>;
}

/// Why no proof could be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError<E> {
    /// The tree is smaller than what was asked about.
    #[error("{asked} lies outside a tree of {size} leaves")]
    Outside {
        /// The leaf or size asked about.
        asked: u64,
        /// The size of the tree.
        size: u64,
    },
    /// A node could not be read.
    #[error(transparent)]
    Source(#[from] E),
}

/// A leaf that a slice does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("node {index} of height {height} is not complete in this tree")]
pub struct OutsideTree {
    /// Height of the node, 0 for a leaf.
    pub height: u32,
    /// Its number within the height.
    pub index: u64,
}

/// All leaves in memory; nodes are hashed when asked for.
impl NodeSource for [Hash] {
    type Error = OutsideTree;

    fn node(&self, height: u32, index: u64) -> Result<Hash, OutsideTree> {
        let outside = OutsideTree { height, index };
        let width = 1usize.checked_shl(height).ok_or(outside)?;
        let first = usize::try_from(index)
            .ok()
            .and_then(|i| i.checked_mul(width))
            .ok_or(outside)?;
        let leaves = first
            .checked_add(width)
            .and_then(|end| self.get(first..end))
            .ok_or(outside)?;
        Ok(root_of(leaves))
    }
}

/// The RFC 6962 root of these leaf hashes.
#[must_use]
pub fn root_of(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => EMPTY_ROOT,
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len() as u64) as usize);
            node_hash(&root_of(left), &root_of(right))
        }
    }
}

/// The root of the tree's first `size` leaves.
pub fn root_at<S: NodeSource + ?Sized>(source: &S, size: u64) -> Result<Hash, S::Error> {
    if size == 0 {
        Ok(EMPTY_ROOT)
    } else {
        subtree(source, 0, size)
    }
}

/// The hash over the leaves `begin..end`, where `begin` is aligned as RFC 6962 splits trees.
pub(crate) fn subtree<S: NodeSource + ?Sized>(source: &S, begin: u64, end: u64) -> Result<Hash, S::Error> {
    let width = end - begin;
    if width.is_power_of_two() {
        let height = width.trailing_zeros();
        return source.node(height, begin >> height);
    }
    let middle = begin + split(width);
    Ok(node_hash(
        &subtree(source, begin, middle)?,
        &subtree(source, middle, end)?,
    ))
}

/// The largest power of two smaller than `width`, which is at least 2.
pub(crate) fn split(width: u64) -> u64 {
    1 << (width - 1).ilog2()
}
