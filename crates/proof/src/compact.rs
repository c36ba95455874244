//! Compact ranges: the fewest complete subtrees of the log's tree that cover a run of leaves.
//! Adjacent ranges join without their leaves, which is how volumes merge and the log's root is put together.

use crate::hash::{EMPTY_ROOT, Hash, node_hash};

/// The complete subtrees covering the leaves `begin..end` of the log, from left to right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompactRange {
    begin: u64,
    end: u64,
    nodes: Vec<Hash>,
}

/// Two ranges that do not touch cannot be joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a range that begins at {found} cannot follow one that ends at {expected}")]
pub struct NotAdjacent {
    /// Where the next range had to begin.
    pub expected: u64,
    /// Where it begins.
    pub found: u64,
}

/// A subtree of a range: the number of its first leaf and its height.
#[derive(Clone, Copy)]
struct Place {
    first: u64,
    height: u32,
}

impl CompactRange {
    /// The empty range in front of leaf `begin`.
    #[must_use]
    pub fn new(begin: u64) -> Self {
        Self {
            begin,
            end: begin,
            nodes: Vec::new(),
        }
    }

    /// A range from its parts, as [`CompactRange::nodes`] gave them; `None` if their number does not fit.
    #[must_use]
    pub fn from_parts(begin: u64, end: u64, nodes: Vec<Hash>) -> Option<Self> {
        (begin <= end && places(begin, end).count() == nodes.len()).then_some(Self { begin, end, nodes })
    }

    /// The first leaf covered.
    #[must_use]
    pub fn begin(&self) -> u64 {
        self.begin
    }

    /// The leaf after the last one covered.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.end
    }

    /// The hashes of the subtrees, from left to right.
    #[must_use]
    pub fn nodes(&self) -> &[Hash] {
        &self.nodes
    }

    /// Adds the next leaf. `completed(height, index, hash)` hears of every subtree of the log that this completes
    /// *within the range*, the leaf itself (height 0) first.
    pub fn push_noting(&mut self, leaf: Hash, mut completed: impl FnMut(u32, u64, &Hash)) {
        completed(0, self.end, &leaf);
        self.push_node(
            Place {
                first: self.end,
                height: 0,
            },
            leaf,
            &mut completed,
        );
    }

    /// Adds the next leaf.
    pub fn push(&mut self, leaf: Hash) {
        self.push_noting(leaf, |_, _, _| {});
    }

    /// Adds the range that follows, telling `completed` of every subtree the joint completes.
    pub fn join_noting(&mut self, next: &Self, mut completed: impl FnMut(u32, u64, &Hash)) -> Result<(), NotAdjacent> {
        if next.begin != self.end {
            return Err(NotAdjacent {
                expected: self.end,
                found: next.begin,
            });
        }
        for (place, node) in places(next.begin, next.end).zip(&next.nodes) {
            self.push_node(place, *node, &mut completed);
        }
        Ok(())
    }

    /// Adds the range that follows.
    pub fn join(&mut self, next: &Self) -> Result<(), NotAdjacent> {
        self.join_noting(next, |_, _, _| {})
    }

    /// One hash for the range. For a range from 0, or one that is a complete subtree, it is the RFC 6962 root of its
    /// leaves; for any other it hashes the subtrees from the right, which commits to them all the same.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut nodes = self.nodes.iter().rev();
        let Some(last) = nodes.next() else { return EMPTY_ROOT };
        nodes.fold(*last, |right, left| node_hash(left, &right))
    }

    fn push_node(&mut self, place: Place, node: Hash, completed: &mut impl FnMut(u32, u64, &Hash)) {
        let Place { mut first, mut height } = place;
        let mut node = node;
        self.end = first + (1 << height);
        // A right child whose left sibling lies within the range closes their parent.
        while first & (1 << height) != 0 && first - (1 << height) >= self.begin {
            let Some(left) = self.nodes.pop() else { break };
            first -= 1 << height;
            height += 1;
            node = node_hash(&left, &node);
            completed(height, first >> height, &node);
        }
        self.nodes.push(node);
    }
}

/// The subtrees covering `begin..end`, from left to right: growing while the alignment of `begin` allows, then
/// shrinking to `end`.
fn places(mut begin: u64, end: u64) -> impl Iterator<Item = Place> {
    std::iter::from_fn(move || {
        let left = end.checked_sub(begin).filter(|left| *left > 0)?;
        let height = left.ilog2().min(begin.trailing_zeros());
        let place = Place { first: begin, height };
        begin += 1 << height;
        Some(place)
    })
}
