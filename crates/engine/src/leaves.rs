//! The leaves of hot batches: the bytes they are kept as, and whether the rows of a batch are what was committed with it.
//! Owns the one check that stands between a hot batch and a volume.

use std::ops::Range;

use activity::{Activity, Seq};
use proof::{Frontier, Hash};
use volume::Leaf;

use crate::keys::{self, Keys};

const HASH: usize = size_of::<Hash>();
const POSITION: usize = size_of::<u32>();

/// The bytes of leaves: all hashes, then the positions, as little-endian `u32`, of those rows whose values are gone.
pub(crate) fn to_bytes(leaves: &[Hash], gone: &[u32]) -> Vec<u8> {
    let positions = gone.iter().flat_map(|at| at.to_le_bytes());
    leaves.iter().flatten().copied().chain(positions).collect()
}

/// `count` leaves back from their bytes; `None` if they are not that.
fn from_bytes(bytes: &[u8], count: u64) -> Option<Vec<Leaf>> {
    let length = usize::try_from(count).ok()?.checked_mul(HASH)?;
    let (hashes, positions) = bytes.split_at_checked(length)?;
    let (hashes, []) = hashes.as_chunks::<HASH>() else {
        return None;
    };
    let mut leaves: Vec<Leaf> = hashes.iter().map(|hash| Leaf::Yielded(*hash)).collect();
    let (positions, []) = positions.as_chunks::<POSITION>() else {
        return None;
    };
    for at in positions {
        let leaf = leaves.get_mut(u32::from_le_bytes(*at) as usize)?;
        *leaf = Leaf::Kept(*leaf.hash());
    }
    Some(leaves)
}

/// The leaves of a batch's activities from `from` on; `None` in a batch of an earlier version, which has none.
///
/// # Errors
/// In words, if the bytes are not those of the batch's leaves.
pub(crate) fn of(bytes: Option<&[u8]>, batch: &Range<Seq>, from: Seq) -> Result<Option<Vec<Leaf>>, String> {
    let Some(bytes) = bytes else {
        return Ok(None);
    };
    let mut leaves = from_bytes(bytes, batch.end - batch.start).ok_or("its leaves are damaged")?;
    let before = usize::try_from(from.saturating_sub(batch.start)).unwrap_or(usize::MAX);
    leaves.drain(..before.min(leaves.len()));
    Ok(Some(leaves))
}

/// Lets the tree grow by these leaves.
pub(crate) fn push(tree: &mut Frontier, leaves: &[Leaf]) {
    leaves.iter().for_each(|leaf| tree.push(*leaf.hash()));
}

/// Holds the rows of a batch, or its last ones, against what was committed with it: the leaf of each, if it is known, and
/// the root of the tree that they make grow. Gives the leaves as a volume is to have them.
///
/// # Errors
/// In words, if they are not what was committed; the tree is as it was then.
pub(crate) fn check<'a>(
    rows: impl Iterator<Item = &'a Activity>,
    committed: Option<&[Leaf]>,
    keys: &Keys,
    tree: &mut Frontier,
    root: &Hash,
) -> Result<Vec<Leaf>, String> {
    let (mut grown, mut leaves) = (tree.clone(), Vec::new());
    for (at, row) in rows.enumerate() {
        let committed = committed
            .map(|leaves| leaves.get(at).ok_or("a leaf is missing"))
            .transpose()?;
        let leaf = match (committed, keys::leaf_at(row, keys)) {
            (Some(Leaf::Kept(kept)), _) => Leaf::Kept(*kept),
            (Some(Leaf::Yielded(leaf)), Some(yielded)) if *leaf != yielded => {
                return Err(format!("activity {} is not what was committed", row.seq));
            }
            (_, Some(yielded)) => Leaf::Yielded(yielded),
            (Some(leaf), None) => Leaf::Kept(*leaf.hash()),
            (None, None) => return Err(format!("a person named in activity {} has no key", row.seq)),
        };
        grown.push(*leaf.hash());
        leaves.push(leaf);
    }
    if grown.root() != *root {
        return Err("it does not yield the root that was committed with it".to_owned());
    }
    *tree = grown;
    Ok(leaves)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn leaves_come_back_from_their_bytes_and_from_no_others(
            leaves in prop::collection::vec((any::<Hash>(), any::<bool>()), 0..40),
            cut in 1_usize..100,
        ) {
            let hashes: Vec<Hash> = leaves.iter().map(|(hash, _)| *hash).collect();
            let gone: Vec<u32> = (0..).zip(&leaves).filter(|(_, (_, gone))| *gone).map(|(at, _)| at).collect();
            let leaf = |(hash, gone): (Hash, bool)| if gone { Leaf::Kept(hash) } else { Leaf::Yielded(hash) };
            let leaves: Vec<Leaf> = leaves.into_iter().map(leaf).collect();
            let (bytes, count) = (to_bytes(&hashes, &gone), leaves.len() as u64);
            prop_assert_eq!(from_bytes(&bytes, count), Some(leaves.clone()));
            let shorter = &bytes[..bytes.len().saturating_sub(cut)];
            prop_assert!(leaves.is_empty() || from_bytes(shorter, count) != Some(leaves));
            prop_assert_eq!(from_bytes(&bytes, u64::MAX), None);
        }
    }
}
