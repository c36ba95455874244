//! The tree against the RFC's shape written out plainly, and against ct-merkle. Leaves are the hashes of single numbers.

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use proptest::prelude::*;
use sha2::Sha256;

use crate::{
    CompactRange, EMPTY_ROOT, Frontier, Hash, NotAdjacent, ProofError, consistency_proof, inclusion_proof, leaf_hash,
    node_hash, root_at, root_of, verify_consistency, verify_inclusion,
};

fn content(at: usize) -> Vec<u8> {
    at.to_be_bytes().to_vec()
}

fn leaves(count: usize) -> Vec<Hash> {
    (0..count).map(|at| leaf_hash(&content(at))).collect()
}

fn reference(count: usize) -> MemoryBackedTree<Sha256, Vec<u8>> {
    let mut tree = MemoryBackedTree::new();
    (0..count).for_each(|at| tree.push(content(at)));
    tree
}

fn frontier(leaves: &[Hash]) -> Frontier {
    let mut frontier = Frontier::new();
    leaves.iter().for_each(|leaf| frontier.push(*leaf));
    frontier
}

fn range(leaves: &[Hash], from: usize, to: usize) -> CompactRange {
    let mut range = CompactRange::new(from as u64);
    leaves[from..to].iter().for_each(|leaf| range.push(*leaf));
    range
}

fn hex(hash: &Hash) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn roots_are_those_of_the_certificate_transparency_test_vectors() {
    // The inputs and roots of the reference implementation of RFC 6962.
    let inputs: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];
    let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let mut frontier = Frontier::new();
    assert_eq!(frontier.root(), EMPTY_ROOT);
    for (input, root) in inputs.iter().zip(roots) {
        frontier.push(leaf_hash(input));
        assert_eq!(hex(&frontier.root()), root);
    }
}

#[test]
fn small_trees_have_the_shape_the_standard_draws() {
    let l = leaves(3);
    assert_eq!(root_of(&[]), EMPTY_ROOT);
    assert_eq!(root_of(&l[..1]), l[0]);
    assert_eq!(root_of(&l), node_hash(&node_hash(&l[0], &l[1]), &l[2]));
}

#[test]
fn ranges_apart_are_not_joined() {
    let l = leaves(9);
    assert_eq!(
        range(&l, 0, 3).join(&range(&l, 4, 9)),
        Err(NotAdjacent { expected: 3, found: 4 })
    );
}

#[test]
fn a_frontier_is_read_only_from_its_own_bytes() {
    let bytes = frontier(&leaves(11)).to_bytes();
    assert_eq!(Frontier::from_bytes(&bytes), Ok(frontier(&leaves(11))));
    for wrong in [
        &bytes[..7],
        &bytes[..bytes.len() - 1],
        &bytes[..bytes.len() - 32],
        &[bytes.clone(), vec![0; 32]].concat(),
    ] {
        assert!(Frontier::from_bytes(wrong).is_err());
    }
}

#[test]
fn there_is_no_proof_outside_the_tree() {
    let l = leaves(5);
    assert_eq!(
        inclusion_proof(&l[..], 5, 5),
        Err(ProofError::Outside { asked: 5, size: 5 })
    );
    assert_eq!(
        consistency_proof(&l[..], 6, 5),
        Err(ProofError::Outside { asked: 6, size: 5 })
    );
    assert!(matches!(inclusion_proof(&l[..], 1, 8), Err(ProofError::Source(_))));
}

#[test]
fn every_completed_subtree_is_told_once() {
    let l = leaves(21);
    let mut told = std::collections::BTreeMap::new();
    let mut range = CompactRange::new(3);
    for leaf in &l[3..] {
        range.push_noting(*leaf, |height, index, hash| {
            assert_eq!(told.insert((height, index), *hash), None)
        });
    }
    for ((height, index), hash) in &told {
        let width = 1 << height;
        assert_eq!(*hash, root_of(&l[*index as usize * width..][..width]));
    }
    let whole = |height: u32| (0..21u64 >> height).filter(|index| index << height >= 3).count();
    assert_eq!(told.len(), (0..5).map(whole).sum::<usize>());
}

proptest! {
    #[test]
    fn roots_agree_with_ct_merkle(count in 0usize..300) {
        let l = leaves(count);
        prop_assert_eq!(root_of(&l), root_at(&l[..], count as u64).unwrap());
        prop_assert_eq!(root_of(&l), frontier(&l).root());
        if count > 0 {
            prop_assert_eq!(root_of(&l).to_vec(), reference(count).root().as_bytes().to_vec());
        }
    }

    #[test]
    fn a_frontier_survives_its_bytes(count in 0usize..300, more in 0usize..40) {
        let l = leaves(count + more);
        let mut read = Frontier::from_bytes(&frontier(&l[..count]).to_bytes()).unwrap();
        l[count..].iter().for_each(|leaf| read.push(*leaf));
        prop_assert_eq!(read, frontier(&l));
    }

    #[test]
    fn joining_ranges_is_pushing_their_leaves(mut cuts in proptest::collection::vec(0usize..400, 2..6)) {
        cuts.sort_unstable();
        let l = leaves(400);
        let (first, last) = (cuts[0], cuts[cuts.len() - 1]);
        let mut joined = CompactRange::new(first as u64);
        for pair in cuts.windows(2) {
            joined.join(&range(&l, pair[0], pair[1])).unwrap();
        }
        prop_assert_eq!(&joined, &range(&l, first, last));
        let parts = CompactRange::from_parts(joined.begin(), joined.end(), joined.nodes().to_vec());
        prop_assert_eq!(parts, Some(joined.clone()));
        let mut whole = frontier(&l[..first]);
        whole.join(&joined).unwrap();
        prop_assert_eq!(whole.root(), root_of(&l[..last]));
    }

    #[test]
    fn inclusion_proofs_are_ct_merkles_and_hold_for_nothing_else(
        (count, at) in (1usize..200).prop_flat_map(|count| (Just(count), 0..count)),
        wrong in 0usize..200,
    ) {
        let l = leaves(count);
        let (index, size, root) = (at as u64, count as u64, root_of(&l));
        let path = inclusion_proof(&l[..], index, size).unwrap();
        prop_assert_eq!(path.concat(), reference(count).prove_inclusion(at).as_bytes().to_vec());
        prop_assert!(verify_inclusion(&l[at], index, size, &path, &root));
        if wrong != at {
            prop_assert!(!verify_inclusion(&l[at], wrong as u64, size, &path, &root));
            prop_assert!(!verify_inclusion(&leaf_hash(&content(wrong)), index, size, &path, &root));
        }
        prop_assert!(!verify_inclusion(&l[at], index, size, &path, &EMPTY_ROOT));
        let longer = [path.as_slice(), &[root]].concat();
        prop_assert!(!verify_inclusion(&l[at], index, size, &longer, &root));
        if let Some((_, shorter)) = path.split_last() {
            prop_assert!(!verify_inclusion(&l[at], index, size, shorter, &root));
        }
    }

    #[test]
    fn consistency_proofs_are_ct_merkles_and_hold_for_nothing_else(
        (new, old) in (1usize..200).prop_flat_map(|new| (Just(new), 0..=new)),
        flipped in any::<prop::sample::Index>(),
    ) {
        let l = leaves(new);
        let (older, newer) = (root_of(&l[..old]), root_of(&l));
        let path = consistency_proof(&l[..], old as u64, new as u64).unwrap();
        if old > 0 {
            prop_assert_eq!(path.concat(), reference(new).prove_consistency(new - old).as_bytes().to_vec());
        }
        prop_assert!(verify_consistency(old as u64, &older, new as u64, &newer, &path));
        prop_assert!(!verify_consistency(old as u64, &leaf_hash(b"?"), new as u64, &newer, &path));
        if old > 0 {
            prop_assert!(!verify_consistency(old as u64, &older, new as u64, &leaf_hash(b"?"), &path));
        }
        let longer = [path.as_slice(), &[newer]].concat();
        prop_assert!(!verify_consistency(old as u64, &older, new as u64, &newer, &longer));
        if !path.is_empty() {
            let mut forged = path.clone();
            forged[flipped.index(path.len())][7] ^= 1;
            prop_assert!(!verify_consistency(old as u64, &older, new as u64, &newer, &forged));
        }
    }
}
