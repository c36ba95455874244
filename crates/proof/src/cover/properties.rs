//! What holds for every set of leaves and every proof that somebody may show for it.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::inclusion::inclusion_proof;
use crate::source::root_of;
use crate::support::leaves;

fn shown() -> impl Strategy<Value = (Vec<Hash>, Vec<u64>)> {
    (1_usize..200).prop_flat_map(|size| {
        let indices = prop::collection::btree_set(0..size as u64, 0..=size.min(40));
        (
            Just(leaves(size)),
            indices.prop_map(|indices| indices.into_iter().collect()),
        )
    })
}

proptest! {
    #[test]
    fn a_cover_gives_the_root_and_is_no_larger_than_the_paths((leaves, indices) in shown()) {
        let size = leaves.len() as u64;
        let proof = cover_proof(&leaves[..], indices.iter().copied(), size).unwrap();
        let rows = indices.iter().map(|index| (*index, leaves[*index as usize]));
        prop_assert_eq!(root_by_cover(rows, size, proof.iter().copied()), Ok(root_of(&leaves)));
        let paths = indices.iter().flat_map(|index| inclusion_proof(&leaves[..], *index, size).unwrap());
        prop_assert!(indices.is_empty() || proof.len() <= paths.count());
        // The cover of one leaf is its path, from left to right.
        if let [index] = indices[..] {
            let count = |hashes: &[Hash]| hashes.iter().fold(BTreeMap::new(), |mut all, hash| {
                *all.entry(*hash).or_insert(0) += 1;
                all
            });
            prop_assert_eq!(count(&proof), count(&inclusion_proof(&leaves[..], index, size).unwrap()));
        }
    }

    #[test]
    fn changed_leaves_nodes_or_places_give_another_root_or_none(
        (leaves, indices) in shown(), which in any::<prop::sample::Index>(), what in 0..6, hash in any::<Hash>(),
        place in prop_oneof![0_u64..220, any::<u64>()],
    ) {
        let size = leaves.len() as u64;
        let proof = cover_proof(&leaves[..], indices.iter().copied(), size).unwrap();
        let rows: Vec<_> = indices.iter().map(|index| (*index, leaves[*index as usize])).collect();
        let (mut forged_rows, mut forged_proof) = (rows.clone(), proof.clone());
        match what {
            0..3 if rows.is_empty() => {}
            3..6 if proof.is_empty() => {}
            0 => forged_rows[which.index(rows.len())].1 = hash,
            1 => forged_rows[which.index(rows.len())].0 = place,
            2 => drop(forged_rows.remove(which.index(rows.len()))),
            3 => forged_proof[which.index(proof.len())] = hash,
            4 => drop(forged_proof.remove(which.index(proof.len()))),
            _ => forged_proof.rotate_left(which.index(proof.len())),
        }
        let same = forged_rows == rows && forged_proof == proof;
        let found = root_by_cover(forged_rows, size, forged_proof);
        prop_assert_eq!(found == Ok(root_of(&leaves)), same);
    }

    #[test]
    fn invented_covers_are_refused_or_another_tree(
        rows in prop::collection::vec((prop_oneof![0_u64..40, any::<u64>()], any::<Hash>()), 0..40),
        size in prop_oneof![0_u64..40, any::<u64>()], nodes in prop::collection::vec(any::<Hash>(), 0..80), root in any::<Hash>(),
    ) {
        prop_assert_ne!(root_by_cover(rows, size, nodes), Ok(root));
    }
}
