//! Inclusion proofs of RFC 6962 §2.1.1: that a leaf stands at its place in a tree.

use crate::hash::{Hash, node_hash};
use crate::source::{NodeSource, ProofError, split, subtree};

/// The audit path of leaf `index` in the tree of the first `size` leaves, lowest sibling first.
pub fn inclusion_proof<S: NodeSource + ?Sized>(
    source: &S,
    index: u64,
    size: u64,
) -> Result<Vec<Hash>, ProofError<S::Error>> {
    if index >= size {
        return Err(ProofError::Outside { asked: index, size });
    }
    let (mut begin, mut end) = (0, size);
    let mut path = Vec::new();
    while end - begin > 1 {
        let middle = begin + split(end - begin);
        if index < middle {
            path.push(subtree(source, middle, end)?);
            end = middle;
        } else {
            path.push(subtree(source, begin, middle)?);
            begin = middle;
        }
    }
    path.reverse();
    Ok(path)
}

/// Whether `path` shows that `leaf` stands at `index` in the tree of `size` leaves with this root.
#[must_use]
pub fn verify_inclusion(leaf: &Hash, index: u64, size: u64, path: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    // RFC 9162 §2.1.3.2.
    let (mut place, mut last, mut hash) = (index, size - 1, *leaf);
    for sibling in path {
        if last == 0 {
            return false;
        }
        if place & 1 == 1 || place == last {
            hash = node_hash(sibling, &hash);
            let levels = if place & 1 == 1 {
                0
            } else {
                place.trailing_zeros().min(63)
            };
            (place, last) = (place >> levels, last >> levels);
        } else {
            hash = node_hash(&hash, sibling);
        }
        (place, last) = (place >> 1, last >> 1);
    }
    last == 0 && hash == *root
}
