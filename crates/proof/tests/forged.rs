//! Forged proofs by the hundred thousand: honest ones of trees of up to 300 leaves, each changed in one way. None holds.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::BTreeSet;

use proof::{
    Hash, NodeSource, consistency_proof, cover_proof, inclusion_proof, leaf_hash, node_hash, root_at, root_by_cover,
    verify_consistency, verify_inclusion,
};

/// How many of each kind; in a release build ten times as many.
const FORGERIES: u32 = if cfg!(debug_assertions) { 110_000 } else { 1_100_000 };

/// Numbers that look random and are the same in each run (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Below this, which is not 0.
    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn hash(&mut self) -> Hash {
        std::array::from_fn(|_| self.next() as u8)
    }

    /// A number near this one, or a large one, but not itself.
    fn other_than(&mut self, number: u64) -> u64 {
        let wrong = match self.below(4) {
            0 => number.wrapping_add(self.below(300)),
            1 => number ^ (1 << self.below(64)),
            2 => self.below(300),
            _ => self.next(),
        };
        if wrong == number { number.wrapping_add(1) } else { wrong }
    }
}

/// All complete subtrees of a tree, each hashed once.
struct Levels(Vec<Vec<Hash>>);

impl Levels {
    fn of(count: u64) -> Self {
        let mut levels = vec![(0..count).map(|at| leaf_hash(&at.to_be_bytes())).collect::<Vec<Hash>>()];
        while let Some(last) = levels.last().filter(|last| last.len() > 1) {
            let next = last.chunks_exact(2).map(|pair| node_hash(&pair[0], &pair[1])).collect();
            levels.push(next);
        }
        Self(levels)
    }
}

impl NodeSource for Levels {
    type Error = std::convert::Infallible;

    fn node(&self, height: u32, index: u64) -> Result<Hash, Self::Error> {
        Ok(self.0[height as usize][index as usize])
    }
}

/// The path changed in one way; never the same path.
fn forged(path: &[Hash], numbers: &mut Numbers) -> Vec<Hash> {
    let mut wrong = path.to_vec();
    let at = numbers.below(path.len().max(1) as u64) as usize;
    match numbers.below(7) {
        0 if !path.is_empty() => wrong[at][numbers.below(32) as usize] ^= 1 << numbers.below(8),
        1 if !path.is_empty() => wrong[at] = numbers.hash(),
        2 if !path.is_empty() => drop(wrong.remove(at)),
        3 if path.len() > 1 => wrong.swap(at, (at + 1) % path.len()),
        4 if !path.is_empty() => wrong.insert(at, path[at]),
        5 if path.len() > 1 => wrong.reverse(),
        _ => wrong.insert(at, numbers.hash()),
    }
    wrong
}

#[test]
fn no_forged_inclusion_proof_holds() {
    let (tree, mut numbers) = (Levels::of(300), Numbers(1));
    let roots: Vec<Hash> = (0..=300).map(|size| root_at(&tree, size).unwrap()).collect();
    let mut tried = 0;
    while tried < FORGERIES {
        let size = 1 + numbers.below(300);
        let index = numbers.below(size);
        let (leaf, root) = (tree.0[0][index as usize], roots[size as usize]);
        let path = inclusion_proof(&tree, index, size).unwrap();
        assert!(verify_inclusion(&leaf, index, size, &path, &root));
        for _ in 0..8 {
            let wrong = numbers.other_than(index);
            assert!(
                !verify_inclusion(&leaf, wrong, size, &path, &root),
                "{index} as {wrong} of {size}"
            );
            assert!(
                !verify_inclusion(&leaf, index, size, &forged(&path, &mut numbers), &root),
                "{index} of {size}"
            );
            assert!(!verify_inclusion(&numbers.hash(), index, size, &path, &root));
            let other = roots[(size + 1 + numbers.below(299)) as usize % 301];
            assert!(other == root || !verify_inclusion(&leaf, index, size, &path, &other));
            // Everything at once.
            let (path, size) = (forged(&path, &mut numbers), numbers.other_than(size));
            assert!(!verify_inclusion(&leaf, wrong, size, &path, &root));
            tried += 5;
        }
    }
}

#[test]
fn no_forged_cover_holds() {
    let (tree, mut numbers) = (Levels::of(300), Numbers(3));
    let mut tried = 0;
    while tried < FORGERIES / 2 {
        let size = 2 + numbers.below(299);
        let root = root_at(&tree, size).unwrap();
        let shown: BTreeSet<u64> = (0..1 + numbers.below(8)).map(|_| numbers.below(size)).collect();
        let nodes = cover_proof(&tree, shown.iter().copied(), size).unwrap();
        let rows: Vec<(u64, Hash)> = shown.iter().map(|at| (*at, tree.0[0][*at as usize])).collect();
        let holds = |rows: &[(u64, Hash)], nodes: &[Hash]| {
            root_by_cover(rows.iter().copied(), size, nodes.iter().copied()) == Ok(root)
        };
        assert!(holds(&rows, &nodes));
        for _ in 0..8 {
            let at = numbers.below(rows.len() as u64) as usize;
            let mut other = rows.clone();
            other[at].0 = numbers.other_than(rows[at].0);
            assert!(!holds(&other, &nodes), "{rows:?} as {other:?} of {size}");
            other[at] = (rows[at].0, numbers.hash());
            assert!(!holds(&other, &nodes));
            other.remove(at);
            assert!(!holds(&other, &nodes));
            other.insert(at, rows[(at + 1) % rows.len()]);
            assert!(rows.len() == 1 || !holds(&other, &nodes));
            assert!(!holds(&rows, &forged(&nodes, &mut numbers)), "{shown:?} of {size}");
            tried += 5;
        }
    }
}

#[test]
fn no_forged_consistency_proof_holds() {
    let (tree, mut numbers) = (Levels::of(300), Numbers(2));
    let roots: Vec<Hash> = (0..=300).map(|size| root_at(&tree, size).unwrap()).collect();
    let mut tried = 0;
    while tried < FORGERIES {
        let new = 2 + numbers.below(299);
        let old = 1 + numbers.below(new - 1);
        let (older, newer) = (roots[old as usize], roots[new as usize]);
        let path = consistency_proof(&tree, old, new).unwrap();
        assert!(verify_consistency(old, &older, new, &newer, &path));
        for _ in 0..8 {
            let path = &path[..];
            assert!(
                !verify_consistency(old, &older, new, &newer, &forged(path, &mut numbers)),
                "{old} to {new}"
            );
            assert!(!verify_consistency(old, &numbers.hash(), new, &newer, path));
            assert!(!verify_consistency(old, &older, new, &numbers.hash(), path));
            let wrong = numbers.other_than(old);
            assert!(
                wrong == 0 || !verify_consistency(wrong, &older, new, &newer, path),
                "{old} as {wrong} to {new}"
            );
            assert!(!verify_consistency(old, &newer, new, &older, path));
            tried += 5;
        }
    }
}
