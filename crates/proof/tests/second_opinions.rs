//! Everything that others have implemented too, against them, both ways: ours verifies there, theirs here.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::cell::RefCell;
use std::convert::Infallible;

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ct_merkle::{ConsistencyProof, InclusionProof};
use proof::{
    Checkpoint, CosigningKey, EMPTY_ROOT, Hash, NodeSource, Note, Origin, PosixTime, SigningKey, Tile,
    consistency_proof, inclusion_proof, leaf_hash, node_hash, root_at, tile_bytes, tiles_between, verify_consistency,
    verify_inclusion,
};
use sha2::Sha256;
use signed_note::{StandardSigner, StandardVerifier, VerifierList};
use tlog_tiles as tlog;

const MOST: u64 = 256;

fn content(at: u64) -> Vec<u8> {
    at.to_be_bytes().to_vec()
}

/// All complete subtrees of a tree, each hashed once.
struct Levels(Vec<Vec<Hash>>);

impl Levels {
    fn of(count: u64) -> Self {
        let mut levels = vec![(0..count).map(|at| leaf_hash(&content(at))).collect::<Vec<Hash>>()];
        while let Some(last) = levels.last().filter(|last| last.len() > 1) {
            let next = last.chunks_exact(2).map(|pair| node_hash(&pair[0], &pair[1])).collect();
            levels.push(next);
        }
        Self(levels)
    }
}

impl NodeSource for Levels {
    type Error = Infallible;

    fn node(&self, height: u32, index: u64) -> Result<Hash, Infallible> {
        Ok(self.0[height as usize][index as usize])
    }
}

impl tlog::HashReader for Levels {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog::Hash>, tlog::Error> {
        let place = |index| tlog::split_stored_hash_index(index);
        let nodes = indexes
            .iter()
            .map(|index| place(*index))
            .map(|(level, n)| self.0[level as usize][n as usize]);
        Ok(nodes.map(tlog::Hash).collect())
    }
}

fn theirs(path: &[Hash]) -> Vec<tlog::Hash> {
    path.iter().copied().map(tlog::Hash).collect()
}

fn ours(path: &[tlog::Hash]) -> Vec<Hash> {
    path.iter().map(|hash| hash.0).collect()
}

#[test]
fn all_inclusion_proofs_of_small_trees_are_theirs() {
    let levels = Levels::of(MOST);
    let mut tree: MemoryBackedTree<Sha256, Vec<u8>> = MemoryBackedTree::new();
    for size in 1..=MOST {
        tree.push(content(size - 1));
        let root = root_at(&levels, size).unwrap();
        assert_eq!(tlog::tree_hash(size, &levels).unwrap().0, root);
        assert_eq!(tree.root().as_bytes().as_slice(), root);
        for index in 0..size {
            let (leaf, path) = (
                levels.0[0][index as usize],
                inclusion_proof(&levels, index, size).unwrap(),
            );
            let of_tlog = tlog::prove_record(size, index, &levels).unwrap();
            let of_ct = tree.prove_inclusion(index as usize);
            assert_eq!((ours(&of_tlog), of_ct.as_bytes()), (path.clone(), path.as_flattened()));
            assert!(verify_inclusion(&leaf, index, size, &ours(&of_tlog), &root));
            let (leaf, root) = (tlog::Hash(leaf), tlog::Hash(root));
            tlog::check_record(&theirs(&path), size, root, index, leaf).unwrap();
            let path = InclusionProof::try_from_bytes(path.concat()).unwrap();
            tree.root().verify_inclusion(&content(index), index, &path).unwrap();
        }
    }
}

#[test]
fn all_consistency_proofs_of_small_trees_are_theirs() {
    let levels = Levels::of(MOST);
    let mut roots = vec![EMPTY_ROOT];
    let mut tree: MemoryBackedTree<Sha256, Vec<u8>> = MemoryBackedTree::new();
    let mut ct_roots = vec![tree.root()];
    for new in 1..=MOST {
        tree.push(content(new - 1));
        ct_roots.push(tree.root());
        roots.push(root_at(&levels, new).unwrap());
        let root = roots[new as usize];
        for old in 1..=new {
            let (older, path) = (roots[old as usize], consistency_proof(&levels, old, new).unwrap());
            let of_ct = tree.prove_consistency((new - old) as usize);
            assert_eq!(of_ct.as_bytes(), path.as_flattened());
            let of_tlog = tlog::prove_tree(new, old, &levels).unwrap();
            assert_eq!(ours(&of_tlog), path);
            assert!(verify_consistency(old, &older, new, &root, &ours(&of_tlog)));
            tlog::check_tree(&theirs(&path), new, tlog::Hash(root), old, tlog::Hash(older)).unwrap();
            let path = ConsistencyProof::try_from_bytes(path.concat()).unwrap();
            tree.root().verify_consistency(&ct_roots[old as usize], &path).unwrap();
        }
    }
}

/// Tiles of ours for their reader, which verifies them against the root.
struct Tiles {
    levels: Levels,
    size: u64,
    read: RefCell<u64>,
}

impl tlog::TileReader for Tiles {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[tlog::Tile]) -> Result<Vec<Vec<u8>>, tlog::Error> {
        *self.read.borrow_mut() += tiles.len() as u64;
        let ours = tiles
            .iter()
            .map(|tile| Tile::new(tile.level(), tile.level_index(), tile.width() as u16).unwrap());
        Ok(ours
            .map(|tile| tile_bytes(&self.levels, tile, self.size).unwrap())
            .collect())
    }

    fn save_tiles(&self, _: &[tlog::Tile], _: &[Vec<u8>]) {}
}

#[test]
fn tiles_are_what_their_reader_verifies() {
    let size = 1000;
    let tiles = Tiles {
        levels: Levels::of(size),
        size,
        read: RefCell::default(),
    };
    let root = tlog::Hash(root_at(&tiles.levels, size).unwrap());
    let reader = tlog::TileHashReader::new(size, root, &tiles);
    for index in (0..size).step_by(37) {
        let path = tlog::prove_record(size, index, &reader).unwrap();
        assert_eq!(ours(&path), inclusion_proof(&tiles.levels, index, size).unwrap());
    }
    assert!(*tiles.read.borrow() > 0);
}

#[test]
fn the_tiles_of_a_grown_tree_are_the_ones_they_publish() {
    // Their paths have the height of a tile in front of the level.
    for (old, new) in [
        (0, 1),
        (0, 255),
        (0, 256),
        (1, 257),
        (255, 256),
        (256, 256),
        (500, 70_000),
        (65_535, 65_536),
        (0, 300_000),
    ] {
        let published: Vec<_> = tlog::Tile::new_tiles(8, old, new)
            .iter()
            .map(tlog::Tile::path)
            .collect();
        let ours: Vec<_> = tiles_between(old, new)
            .map(|tile| tile.to_string().replacen("tile/", "tile/8/", 1))
            .collect();
        assert_eq!(ours, published, "{old} to {new}");
        for path in published {
            let theirs = tlog::Tile::from_path(&path).unwrap();
            let ours: Tile = path.replacen("tile/8/", "tile/", 1).parse().unwrap();
            let place = (theirs.level(), theirs.level_index(), theirs.width());
            assert_eq!((ours.level(), ours.index(), u32::from(ours.width())), place);
        }
    }
}

#[test]
fn notes_and_checkpoints_are_signed_and_verified_alike() {
    for seed in 0..50_u8 {
        let key = SigningKey::from_seed(format!("example.com/log{seed}").parse().unwrap(), &[seed; 32]);
        let origin: Origin = "example.com/log".parse().unwrap();
        let extensions = (0..seed % 3).map(|at| format!("extension {at}")).collect();
        let checkpoint = Checkpoint::new(origin, u64::from(seed) << (seed % 40), [seed; 32]);
        let checkpoint = checkpoint.with_extensions(extensions).unwrap();
        let text = checkpoint.to_string();
        let read = tlog::Checkpoint::from_bytes(text.as_bytes()).unwrap();
        assert_eq!(
            (read.origin(), read.size(), read.hash().0),
            ("example.com/log", checkpoint.size(), [seed; 32])
        );
        assert_eq!(String::from_utf8(read.to_bytes()).unwrap(), text);

        let signed = checkpoint.sign(&[&key]).unwrap();
        let verifier = StandardVerifier::new(&key.public().to_string()).unwrap();
        let known = VerifierList::new(vec![Box::new(verifier)]);
        let theirs = signed_note::Note::from_bytes(signed.to_string().as_bytes()).unwrap();
        assert_eq!(theirs.verify(&known).unwrap().0.len(), 1);

        // With a cosignature, which they do not know, they still read the log's own signature and every line.
        let witness = CosigningKey::from_seed("witness.example/w1".parse().unwrap(), &[seed; 32]);
        let mut cosigned = signed.clone();
        let at = PosixTime::new(1 + u64::from(seed)).unwrap();
        cosigned.renew(witness.cosign(&signed, at)).unwrap();
        let theirs = signed_note::Note::from_bytes(cosigned.to_string().as_bytes()).unwrap();
        let (verified, unknown) = theirs.verify(&known).unwrap();
        assert_eq!((verified.len(), unknown.len()), (1, 1));
        assert_eq!(String::from_utf8(theirs.to_bytes()).unwrap(), cosigned.to_string());

        let signer = StandardSigner::new(&key.to_secret_text()).unwrap();
        let mut theirs = signed_note::Note::new(text.as_bytes(), &[]).unwrap();
        theirs.add_sigs(&[&signer]).unwrap();
        assert_eq!(String::from_utf8(theirs.to_bytes()).unwrap(), signed.to_string());
        let keys = [key.public().clone()];
        assert_eq!(
            Note::parse(&theirs.to_bytes()).unwrap().verify(&keys).unwrap().text,
            text
        );
    }
}
