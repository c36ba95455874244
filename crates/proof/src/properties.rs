//! What holds for every proof that somebody may show, however it was made.

use proptest::prelude::*;

use crate::{
    CompactRange, Frontier, Hash, consistency_proof, inclusion_proof, leaf_hash, root_of, verify_consistency,
    verify_inclusion,
};

fn leaves(count: usize) -> Vec<Hash> {
    (0..count).map(|at| leaf_hash(&at.to_be_bytes())).collect()
}

/// Numbers as a liar picks them: small ones, and those where arithmetic ends.
fn number() -> impl Strategy<Value = u64> {
    let edges = vec![0, 1, u64::MAX, u64::MAX - 1, 1 << 63, (1 << 63) - 1, 1 << 32];
    prop_oneof![0_u64..40, any::<u64>(), prop::sample::select(edges)]
}

fn path() -> impl Strategy<Value = Vec<Hash>> {
    prop::collection::vec(any::<Hash>(), 0..70)
}

proptest! {
    #[test]
    fn invented_proofs_prove_nothing(
        (leaf, root, other) in any::<(Hash, Hash, Hash)>(), index in number(), size in number(), path in path(),
    ) {
        // A tree of one leaf is that leaf, and a tree is consistent with itself: both need no proof.
        let trivial = path.is_empty() && index == 0 && size == 1 && leaf == root;
        prop_assert_eq!(verify_inclusion(&leaf, index, size, &path, &root), trivial);
        let same = path.is_empty() && (index == 0 || index == size && root == other);
        prop_assert!(!verify_consistency(index, &root, size, &other, &path) || same);
    }

    #[test]
    fn a_proof_with_another_number_or_another_hash_proves_nothing(
        count in 2_usize..80, at in any::<prop::sample::Index>(), index in number(), hash in any::<Hash>(),
        place in any::<prop::sample::Index>(),
    ) {
        let leaves = leaves(count);
        let (root, size, true_index) = (root_of(&leaves), count as u64, at.index(count) as u64);
        let path = inclusion_proof(&leaves[..], true_index, size).unwrap();
        let leaf = &leaves[at.index(count)];
        prop_assert!(verify_inclusion(leaf, true_index, size, &path, &root));
        prop_assert_eq!(verify_inclusion(leaf, index, size, &path, &root), index == true_index);
        let mut wrong = path.clone();
        wrong[place.index(path.len())] = hash;
        prop_assert!(!verify_inclusion(leaf, true_index, size, &wrong, &root));
        let longer = [&path[..], &[hash]].concat();
        prop_assert!(!verify_inclusion(leaf, true_index, size, &longer, &root));
        prop_assert!(!verify_inclusion(leaf, true_index, size, &path[1..], &root));
    }

    #[test]
    fn a_tree_with_a_changed_past_is_not_consistent(
        count in 2_usize..80, old in any::<prop::sample::Index>(), changed in any::<prop::sample::Index>(),
    ) {
        let honest = leaves(count);
        let old = 1 + old.index(count - 1);
        let mut rewritten = honest.clone();
        rewritten[changed.index(old)] = leaf_hash(b"another past");
        let (old_root, size) = (root_of(&honest[..old]), count as u64);
        let path = consistency_proof(&honest[..], old as u64, size).unwrap();
        prop_assert!(verify_consistency(old as u64, &old_root, size, &root_of(&honest), &path));
        let path = consistency_proof(&rewritten[..], old as u64, size).unwrap();
        prop_assert!(!verify_consistency(old as u64, &old_root, size, &root_of(&rewritten), &path));
    }

    #[test]
    fn any_bytes_are_a_frontier_of_their_size_or_refused(
        size in number(), begin in number(), nodes in path(), rest in 0_usize..40,
    ) {
        let bytes = [&size.to_be_bytes()[..], nodes.as_flattened(), &vec![7; rest][..]].concat();
        if let Ok(frontier) = Frontier::from_bytes(&bytes) {
            prop_assert_eq!(frontier.to_bytes(), bytes);
            let _ = frontier.root();
        }
        if let Some(range) = CompactRange::from_parts(begin, size, nodes) {
            prop_assert!(range.nodes().len() <= 128, "{begin} to {size}");
            let _ = range.root();
        }
    }
}
