//! Consistency proofs of RFC 6962 §2.1.2: that a later tree only added to an earlier one.

use crate::hash::{EMPTY_ROOT, Hash, node_hash};
use crate::source::{NodeSource, ProofError, split, subtree};

/// The proof that the tree of `new` leaves extends that of `old`; empty where either is trivial (`old` is 0 or `new`).
pub fn consistency_proof<S: NodeSource + ?Sized>(
    source: &S,
    old: u64,
    new: u64,
) -> Result<Vec<Hash>, ProofError<S::Error>> {
    if old > new {
        return Err(ProofError::Outside { asked: old, size: new });
    }
    let mut path = Vec::new();
    if old == 0 || old == new {
        return Ok(path);
    }
    let (mut begin, mut end) = (0, new);
    // Descend to where the old tree ends on a subtree's edge.
    while end != old {
        let middle = begin + split(end - begin);
        if old <= middle {
            path.push(subtree(source, middle, end)?);
            end = middle;
        } else {
            path.push(subtree(source, begin, middle)?);
            begin = middle;
        }
    }
    // The verifier knows the old root itself when it is that subtree.
    if begin != 0 {
        path.push(subtree(source, begin, end)?);
    }
    path.reverse();
    Ok(path)
}

/// Whether `path` shows that the tree (`new`, `new_root`) extends the tree (`old`, `old_root`).
#[must_use]
pub fn verify_consistency(old: u64, old_root: &Hash, new: u64, new_root: &Hash, path: &[Hash]) -> bool {
    if old > new {
        return false;
    }
    if old == new {
        return path.is_empty() && old_root == new_root;
    }
    if old == 0 {
        return path.is_empty() && *old_root == EMPTY_ROOT;
    }
    // RFC 9162 §2.1.4.2.
    let (seed, rest) = if old.is_power_of_two() {
        (old_root, path)
    } else {
        let Some((first, rest)) = path.split_first() else {
            return false;
        };
        (first, rest)
    };
    let levels = (old - 1).trailing_ones();
    let (mut place, mut last) = ((old - 1) >> levels, (new - 1) >> levels);
    let (mut older, mut newer) = (*seed, *seed);
    for node in rest {
        if last == 0 {
            return false;
        }
        if place & 1 == 1 || place == last {
            older = node_hash(node, &older);
            newer = node_hash(node, &newer);
            let levels = if place & 1 == 1 {
                0
            } else {
                place.trailing_zeros().min(63)
            };
            (place, last) = (place >> levels, last >> levels);
        } else {
            newer = node_hash(&newer, node);
        }
        (place, last) = (place >> 1, last >> 1);
    }
    last == 0 && older == *old_root && newer == *new_root
}
