//! Covers against the standard's trees written out, and the least that a source is asked for.

use std::cell::RefCell;

use super::*;
use crate::source::root_of;
use crate::support::leaves;

fn shown(leaves: &[Hash], indices: &[u64]) -> Vec<(u64, Hash)> {
    indices.iter().map(|index| (*index, leaves[*index as usize])).collect()
}

#[test]
fn a_cover_is_the_subtrees_that_the_standard_draws() {
    // RFC 6962 §2.1.3: seven leaves. Without leaves 2 and 3 and 6, it is the node over 0 and 1, and that over 4 and 5.
    let l = leaves(7);
    let expected = vec![node_hash(&l[0], &l[1]), node_hash(&l[4], &l[5])];
    assert_eq!(cover_proof(&l[..], [2, 3, 6], 7), Ok(expected.clone()));
    assert_eq!(root_by_cover(shown(&l, &[2, 3, 6]), 7, expected), Ok(root_of(&l)));
    // At the right edge a subtree need not be complete.
    assert_eq!(cover_proof(&l[..], [0, 1, 2, 3], 7), Ok(vec![root_of(&l[4..])]));
}

#[test]
fn no_leaf_needs_the_root_and_all_leaves_need_nothing() {
    for size in 0..70 {
        let l = leaves(size);
        let none = cover_proof(&l[..], [], size as u64).unwrap();
        assert_eq!(none, if size == 0 { vec![] } else { vec![root_of(&l)] });
        assert_eq!(root_by_cover([], size as u64, none), Ok(root_of(&l)));
        let all: Vec<u64> = (0..size as u64).collect();
        assert_eq!(cover_proof(&l[..], all.clone(), size as u64), Ok(vec![]));
        assert_eq!(root_by_cover(shown(&l, &all), size as u64, []), Ok(root_of(&l)));
    }
}

#[test]
fn leaves_and_nodes_that_are_no_tree_are_refused() {
    let l = leaves(9);
    let proof = cover_proof(&l[..], [3, 5], 9).unwrap();
    let root = |indices: &[u64], nodes: &[Hash]| root_by_cover(shown(&l, indices), 9, nodes.to_vec());
    assert_eq!(root(&[3, 5], &proof), Ok(root_of(&l)));
    assert_eq!(root(&[5, 3], &proof), Err(CoverError::Order { index: 3, before: 5 }));
    assert_eq!(root(&[3, 3], &proof), Err(CoverError::Order { index: 3, before: 3 }));
    assert_eq!(
        root_by_cover([(9, l[0])], 9, proof.clone()),
        Err(CoverError::Outside { index: 9, size: 9 })
    );
    assert_eq!(
        root_by_cover([(0, l[0])], 0, []),
        Err(CoverError::Outside { index: 0, size: 0 })
    );
    assert_eq!(root(&[3, 5], &proof[1..]), Err(CoverError::Few(proof.len() as u64 - 1)));
    assert_eq!(
        root(&[3, 5], &[&proof[..], &[l[0]]].concat()),
        Err(CoverError::Many(proof.len() as u64))
    );
    let outside = CoverError::Outside { index: 9, size: 9 };
    assert_eq!(cover_proof(&l[..], [9], 9), Err(outside.into()));
    let order = CoverError::Order { index: 1, before: 2 };
    assert_eq!(cover_proof(&l[..], [2, 1], 9), Err(order.into()));
}

#[test]
fn the_largest_trees_need_one_path_and_no_more() {
    struct Any;
    impl NodeSource for Any {
        type Error = std::convert::Infallible;
        fn node(&self, height: u32, index: u64) -> Result<Hash, Self::Error> {
            Ok(crate::leaf_hash(
                &[&height.to_be_bytes()[..], &index.to_be_bytes()].concat(),
            ))
        }
    }
    for index in [0, 1, u64::MAX / 2, u64::MAX - 1] {
        let proof = cover_proof(&Any, [index], u64::MAX).unwrap();
        assert!(proof.len() <= 64);
        assert!(root_by_cover([(index, [7; 32])], u64::MAX, proof).is_ok());
    }
}

#[test]
fn a_source_is_asked_only_for_what_the_proof_needs() {
    struct Counting<'a>(&'a [Hash], RefCell<Vec<(u32, u64)>>);
    impl NodeSource for Counting<'_> {
        type Error = crate::OutsideTree;
        fn node(&self, height: u32, index: u64) -> Result<Hash, Self::Error> {
            self.1.borrow_mut().push((height, index));
            self.0.node(height, index)
        }
    }
    let l = leaves(1000);
    let source = Counting(&l, RefCell::default());
    let proof = cover_proof(&source, [100, 101, 999], 1000).unwrap();
    let asked = source.1.into_inner();
    // Every node of this proof is a complete subtree: 1000 = 512 + 256 + 128 + 64 + 32 + 8.
    assert_eq!(asked.len(), proof.len());
    // No subtree that was asked for holds a leaf that is shown.
    assert!(
        [100, 101, 999]
            .iter()
            .all(|leaf| asked.iter().all(|(height, index)| leaf >> height != *index))
    );
    // Three paths of their own would have 10, 10 and 6 hashes.
    assert_eq!(proof.len(), 8 + 5 + 3 - 1);
}
