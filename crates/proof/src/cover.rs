//! One proof for many leaves of a tree (ours): the roots of the largest subtrees that hold none of them, from left to
//! right. Leaves and roots together give the tree's root, so leaves that are shown need no path each.

use std::iter::Peekable;

use crate::hash::{EMPTY_ROOT, Hash, node_hash};
use crate::source::{NodeSource, split, subtree};

/// Why leaves and nodes are not a tree of this size, or no proof could be made for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CoverError {
    /// The leaves are not in order, or one comes twice.
    #[error("leaf {index} follows leaf {before}: leaves come in order, each once")]
    Order {
        /// The leaf that is out of order.
        index: u64,
        /// The one before it.
        before: u64,
    },
    /// A leaf that the tree does not have.
    #[error("leaf {index} lies outside a tree of {size} leaves")]
    Outside {
        /// The leaf.
        index: u64,
        /// The size of the tree.
        size: u64,
    },
    /// There are fewer nodes than subtrees without leaves.
    #[error("the proof has too few nodes: {0} are not enough")]
    Few(u64),
    /// There are more nodes than subtrees without leaves.
    #[error("the proof has too many nodes: {0} are needed")]
    Many(u64),
}

/// Why no proof could be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CoverProofError<E> {
    /// The leaves asked for.
    #[error(transparent)]
    Leaves(#[from] CoverError),
    /// A node could not be read.
    #[error(transparent)]
    Source(E),
}

/// The proof for the leaves of these indices, which come in order, in the tree of the first `size` leaves. For no leaf
/// it is the root alone; for all leaves it is empty. Nothing is asked of the source that the proof does not need.
pub fn cover_proof<S: NodeSource + ?Sized>(
    source: &S,
    indices: impl IntoIterator<Item = u64>,
    size: u64,
) -> Result<Vec<Hash>, CoverProofError<S::Error>> {
    let mut leaves = Leaves::new(indices.into_iter().map(|index| (index, ())), size);
    let mut proof = Vec::new();
    let mut open = Vec::from_iter(Span::whole(size));
    while let Some(span) = open.pop() {
        if !leaves.come_before(span.end)? {
            proof.push(subtree(source, span.begin, span.end).map_err(CoverProofError::Source)?);
        } else if let Some(Halves { left, right }) = span.halves() {
            open.extend([right, left]);
        } else {
            leaves.take();
        }
    }
    leaves.end()?;
    Ok(proof)
}

/// The root of the tree of `size` leaves that holds these leaves, each with its index and in order, and `nodes` where
/// it holds none of them. Whoever takes `size` from a checkpoint that they trust, and finds its root, knows that each
/// leaf stands at its place.
/// Keeps one path of the tree in memory, whatever is streamed through it.
pub fn root_by_cover(
    leaves: impl IntoIterator<Item = (u64, Hash)>,
    size: u64,
    nodes: impl IntoIterator<Item = Hash>,
) -> Result<Hash, CoverError> {
    let mut leaves = Leaves::new(leaves.into_iter(), size);
    let mut nodes = nodes.into_iter();
    let mut used = 0;
    let mut open = Vec::from_iter(Span::whole(size).map(Step::Descend));
    let mut done: Vec<Hash> = Vec::new();
    while let Some(step) = open.pop() {
        match step {
            Step::Descend(span) if !leaves.come_before(span.end)? => {
                done.push(nodes.next().ok_or(CoverError::Few(used))?);
                used += 1;
            }
            Step::Descend(span) => match span.halves() {
                Some(Halves { left, right }) => {
                    open.extend([Step::Join, Step::Descend(right), Step::Descend(left)]);
                }
                None => done.extend(leaves.take()),
            },
            Step::Join => {
                if let (Some(right), Some(left)) = (done.pop(), done.pop()) {
                    done.push(node_hash(&left, &right));
                }
            }
        }
    }
    leaves.end()?;
    if nodes.next().is_some() {
        return Err(CoverError::Many(used));
    }
    Ok(done.pop().unwrap_or(EMPTY_ROOT))
}

/// What is left to do, the next thing last.
enum Step {
    Descend(Span),
    /// Put the last two hashes under one node.
    Join,
}

/// A subtree, as RFC 6962 splits: the leaves `begin..end`, of which there is at least one.
#[derive(Clone, Copy)]
struct Span {
    begin: u64,
    end: u64,
}

struct Halves {
    left: Span,
    right: Span,
}

impl Span {
    fn whole(size: u64) -> Option<Self> {
        (size > 0).then_some(Self { begin: 0, end: size })
    }

    /// The subtrees below, unless it is one leaf.
    fn halves(self) -> Option<Halves> {
        let Self { begin, end } = self;
        (end - begin > 1).then(|| {
            let middle = begin + split(end - begin);
            let (left, right) = (Self { begin, end: middle }, Self { begin: middle, end });
            Halves { left, right }
        })
    }
}

/// The leaves that are still to come, checked as they come: in order, each once, within the tree.
struct Leaves<T, I: Iterator<Item = (u64, T)>> {
    rest: Peekable<I>,
    before: Option<u64>,
    size: u64,
}

impl<T, I: Iterator<Item = (u64, T)>> Leaves<T, I> {
    fn new(leaves: I, size: u64) -> Self {
        let rest = leaves.peekable();
        Self {
            rest,
            before: None,
            size,
        }
    }

    /// Whether the next leaf lies before `end`. All before the subtree that is looked at were taken, so it lies in it.
    fn come_before(&mut self, end: u64) -> Result<bool, CoverError> {
        let Some(&(index, _)) = self.rest.peek() else {
            return Ok(false);
        };
        match self.before {
            Some(before) if index <= before => Err(CoverError::Order { index, before }),
            _ if index >= self.size => Err(CoverError::Outside { index, size: self.size }),
            _ => Ok(index < end),
        }
    }

    fn take(&mut self) -> Option<T> {
        let (index, value) = self.rest.next()?;
        self.before = Some(index);
        Some(value)
    }

    /// That no leaf is left, which would be out of order or outside.
    fn end(&mut self) -> Result<(), CoverError> {
        self.come_before(self.size).map(|_| ())
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
