//! The leaves of hot batches: the bytes they are kept as, and whether the rows of a batch are what was committed with it.
//! Owns the one check that stands between a hot batch and a volume.

use std::collections::BTreeMap;
use std::ops::Range;

use activity::canonical::KeptDigest;
use activity::{Activity, Seq};
use proof::{Frontier, Hash};
use volume::Leaf;

use crate::keys::{self, Keys};

const HASH: usize = size_of::<Hash>();
const POSITION: usize = size_of::<u32>();
/// Stands behind the last position where digests follow; no position is so large.
const DIGESTS: u32 = u32::MAX;

/// The bytes of leaves that are all yielded by their rows.
pub(crate) fn of_whole(leaves: &[Hash]) -> Vec<u8> {
    leaves.iter().flatten().copied().collect()
}

/// The bytes of leaves: all hashes; then the positions, as little-endian `u32`, of those rows whose values are gone; and, where
/// digests are kept with rows, [`DIGESTS`] and each digest with the position of its row and its place in it in front.
pub(crate) fn to_bytes(leaves: &[Leaf]) -> Vec<u8> {
    let mut bytes: Vec<u8> = leaves.iter().flat_map(|leaf| *leaf.hash()).collect();
    let each = || (0_u32..).zip(leaves);
    for (at, _) in each().filter(|(_, leaf)| matches!(leaf, Leaf::Kept(_))) {
        bytes.extend(at.to_le_bytes());
    }
    let mut begun = false;
    for (at, leaf) in each() {
        let Leaf::Erased(_, digests) = leaf else { continue };
        if !std::mem::replace(&mut begun, true) {
            bytes.extend(DIGESTS.to_le_bytes());
        }
        for kept in digests.iter() {
            bytes.extend(at.to_le_bytes());
            bytes.extend(kept.place.to_le_bytes());
            bytes.extend(kept.digest);
        }
    }
    bytes
}

/// `count` leaves back from their bytes; `None` if they are not that.
fn from_bytes(bytes: &[u8], count: u64) -> Option<Vec<Leaf>> {
    let length = usize::try_from(count).ok()?.checked_mul(HASH)?;
    let (hashes, mut rest) = bytes.split_at_checked(length)?;
    let (hashes, []) = hashes.as_chunks::<HASH>() else {
        return None;
    };
    let mut leaves: Vec<Leaf> = hashes.iter().map(|hash| Leaf::Yielded(*hash)).collect();
    while let Some((at, behind)) = rest.split_first_chunk::<POSITION>() {
        rest = behind;
        match u32::from_le_bytes(*at) {
            DIGESTS => {
                add_digests(rest, &mut leaves)?;
                return Some(leaves);
            }
            at => {
                let leaf = leaves.get_mut(at as usize)?;
                *leaf = Leaf::Kept(*leaf.hash());
            }
        }
    }
    rest.is_empty().then_some(leaves)
}

fn add_digests(bytes: &[u8], leaves: &mut [Leaf]) -> Option<()> {
    let (all, []) = bytes.as_chunks::<{ 2 * POSITION + HASH }>() else {
        return None;
    };
    let number = |bytes: &[u8]| bytes.first_chunk().map(|bytes| u32::from_le_bytes(*bytes));
    let mut digests: BTreeMap<u32, Vec<KeptDigest>> = BTreeMap::new();
    for one in all {
        let kept = KeptDigest {
            place: number(&one[POSITION..])?,
            digest: *one.last_chunk()?,
        };
        digests.entry(number(one)?).or_default().push(kept);
    }
    for (at, digests) in digests {
        let leaf = leaves.get_mut(at as usize)?;
        *leaf = Leaf::Erased(*leaf.hash(), digests.into());
    }
    Some(())
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

/// The digests with which a row yields its leaf, where values of it are gone.
pub(crate) fn digests_of(leaf: Option<&Leaf>) -> &[KeptDigest] {
    match leaf {
        Some(Leaf::Erased(_, digests)) => digests,
        _ => &[],
    }
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
        let leaf = match (committed, keys::leaf_at(row, digests_of(committed), keys)) {
            (Some(Leaf::Kept(kept)), _) => Leaf::Kept(*kept),
            (Some(leaf), Some(yielded)) if *leaf.hash() != yielded => {
                return Err(format!("activity {} is not what was committed", row.seq));
            }
            (Some(erased @ Leaf::Erased(..)), _) => erased.clone(),
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

    fn any_leaf() -> impl Strategy<Value = Leaf> {
        let digests = prop::collection::vec((any::<u32>(), any::<Hash>()), 1..3);
        let kept = |(place, digest)| KeptDigest { place, digest };
        prop_oneof![
            any::<Hash>().prop_map(Leaf::Yielded),
            any::<Hash>().prop_map(Leaf::Kept),
            (any::<Hash>(), digests)
                .prop_map(move |(hash, all)| Leaf::Erased(hash, all.into_iter().map(kept).collect())),
        ]
    }

    proptest! {
        #[test]
        fn leaves_come_back_from_their_bytes_and_from_no_others(
            leaves in prop::collection::vec(any_leaf(), 0..40),
            cut in 1_usize..100,
        ) {
            let (bytes, count) = (to_bytes(&leaves), leaves.len() as u64);
            prop_assert_eq!(from_bytes(&bytes, count), Some(leaves.clone()));
            let hashes: Vec<Hash> = leaves.iter().map(|leaf| *leaf.hash()).collect();
            let whole: Vec<Leaf> = hashes.iter().copied().map(Leaf::Yielded).collect();
            prop_assert_eq!(of_whole(&hashes), to_bytes(&whole));
            let shorter = &bytes[..bytes.len().saturating_sub(cut)];
            prop_assert!(leaves.is_empty() || from_bytes(shorter, count) != Some(leaves));
            prop_assert_eq!(from_bytes(&bytes, u64::MAX), None);
        }
    }
}
