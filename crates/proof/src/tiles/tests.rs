//! Tiles against the specification's words and examples.

use super::*;
use crate::checkpoint::Checkpoint;
use crate::consistency::{consistency_proof, verify_consistency};
use crate::hash::Hash;
use crate::inclusion::{inclusion_proof, verify_inclusion};
use crate::source::{NodeSource, ProofError, root_at, root_of};
use crate::support::{leaves, origin};

fn tile(path: &str) -> Tile {
    path.parse().unwrap()
}

/// The tiles of a tree, as a server keeps them.
struct Folder(std::collections::BTreeMap<String, Vec<u8>>);

impl Folder {
    fn of(leaves: &[Hash]) -> Self {
        let size = leaves.len() as u64;
        Self(
            tiles_of(size)
                .map(|tile| (tile.to_string(), tile_bytes(leaves, tile, size).unwrap()))
                .collect(),
        )
    }
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no such tile")]
struct Absent;

impl TileReader for Folder {
    type Error = Absent;

    fn read(&self, tile: Tile) -> Result<Vec<u8>, Absent> {
        self.0.get(&tile.to_string()).cloned().ok_or(Absent)
    }
}

impl TileReader for &Folder {
    type Error = Absent;

    fn read(&self, tile: Tile) -> Result<Vec<u8>, Absent> {
        (**self).read(tile)
    }
}

#[test]
fn paths_are_those_of_the_specification() {
    for (path, level, index, width) in [
        ("tile/0/000", 0, 0, 256),
        ("tile/0/x001/x234/067", 0, 1_234_067, 256),
        ("tile/63/999.p/255", 63, 999, 255),
        ("tile/1/x001/000.p/1", 1, 1000, 1),
        ("tile/7/x018/x446/x744/x073/x709/x551/615", 7, u64::MAX, 256),
    ] {
        let expected = Tile::new(level, index, width).unwrap();
        assert_eq!((tile(path), expected.to_string()), (expected, path.to_owned()));
    }
}

#[test]
fn no_other_spelling_is_a_path() {
    for path in [
        "",
        "tile",
        "tile/0",
        "tile/0/",
        "/tile/0/000",
        "tile/0/000/",
        "tile/00/000",
        "tile/+1/000",
        "tile/-0/000",
        "tile/0/0",
        "tile/0/0000",
        "tile/0/+00",
        "tile/0/x000",
        "tile/0/x000/000",
        "tile/0/001/000",
        "tile/0/x01/000",
        "tile/0/x001/x000",
        "tile/0/x001//000",
        "tile/0/000.p",
        "tile/0/000.p/",
        "tile/0/000.p/01",
        "tile/0/000.p/+1",
        "tile/0/000.p/1/",
        "tile/0/000.p/1.p/1",
        "tile/0/x018/x446/x744/x073/x709/x551/616",
        "tile/0/x001/x000/x000/x000/x000/x000/x000/000",
        "tile/entries/000",
        "tile/data/000",
        "tile/8/0/000",
        "tile/0/\u{661}\u{662}\u{663}",
        "tile/0/..",
    ] {
        assert_eq!(path.parse::<Tile>(), Err(TileError::Path), "{path}");
    }
    for (path, error) in [
        ("tile/64/000", TileError::Level(64)),
        ("tile/18446744073709551615/000", TileError::Level(u64::MAX)),
        ("tile/0/000.p/0", TileError::Width(0)),
        ("tile/0/000.p/256", TileError::Width(256)),
        ("tile/0/000.p/65536", TileError::Width(65536)),
    ] {
        assert_eq!(path.parse::<Tile>(), Err(error), "{path}");
    }
    assert_eq!(Tile::new(64, 0, 1), Err(TileError::Level(64)));
    assert_eq!(Tile::new(0, 0, 0), Err(TileError::Width(0)));
    assert_eq!(Tile::new(0, 0, 257), Err(TileError::Width(257)));
}

#[test]
fn a_tree_has_the_tiles_of_the_specifications_examples() {
    let count = |size, level, full: bool| {
        tiles_of(size)
            .filter(|tile| tile.level() == level && (tile.width() == 256) == full)
            .count()
    };
    let widths = |size| {
        tiles_of(size)
            .filter(|t| t.width() < 256)
            .map(|t| (t.level(), t.width()))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        [count(70_000, 0, true), count(70_000, 1, true), count(70_000, 2, true)],
        [273, 1, 0]
    );
    assert_eq!(widths(70_000), [(0, 112), (1, 17), (2, 1)]);
    assert_eq!(
        tiles_of(256).map(|tile| tile.to_string()).collect::<Vec<_>>(),
        ["tile/0/000", "tile/1/000.p/1"]
    );
    assert_eq!(tiles_of(0).count(), 0);
    assert_eq!(tiles_between(256, 256).count(), 0);
    let new: Vec<_> = tiles_between(255, 257).map(|tile| tile.to_string()).collect();
    assert_eq!(new, ["tile/0/000", "tile/0/001.p/1", "tile/1/000.p/1"]);
    let last: Vec<_> = tiles_between(u64::MAX - 1, u64::MAX)
        .map(|tile| tile.to_string())
        .collect();
    assert_eq!(last, ["tile/0/x072/x057/x594/x037/x927/935.p/255"]);
}

#[test]
fn proofs_made_of_tiles_are_those_of_the_leaves() {
    let l = leaves(700);
    let folder = Folder::of(&l);
    let source = TileSource::new(&folder, 700);
    assert_eq!(root_at(&source, 700), Ok(root_of(&l)));
    for index in [0, 1, 255, 256, 511, 512, 698, 699] {
        let path = inclusion_proof(&source, index, 700).unwrap();
        assert!(verify_inclusion(&l[index as usize], index, 700, &path, &root_of(&l)));
    }
    for old in [1, 200, 256, 257, 512, 600, 699] {
        let path = consistency_proof(&source, old, 700).unwrap();
        assert!(verify_consistency(
            old,
            &root_of(&l[..old as usize]),
            700,
            &root_of(&l),
            &path
        ));
    }
}

#[test]
fn what_the_tree_does_not_have_is_not_read() {
    let l = leaves(300);
    let folder = Folder::of(&l);
    let source = TileSource::new(&folder, 300);
    for (height, index) in [
        (0, 300),
        (1, 150),
        (8, 1),
        (9, 0),
        (64, 0),
        (u32::MAX, 0),
        (0, u64::MAX),
        (7, u64::MAX),
    ] {
        assert_eq!(
            source.node(height, index),
            Err(TileSourceError::Outside { height, index })
        );
    }
    for path in [
        "tile/0/001.p/45",
        "tile/0/001",
        "tile/0/002.p/1",
        "tile/1/000.p/2",
        "tile/63/000.p/1",
        "tile/0/x018/x446/x744/x073/x709/x551/615",
    ] {
        let asked = tile(path).first();
        assert_eq!(
            tile_bytes(&l[..], tile(path), 300),
            Err(ProofError::Outside { asked, size: 300 }),
            "{path}"
        );
    }
    // A narrower tile of the same place can still be made.
    assert_eq!(
        tile_bytes(&l[..], tile("tile/0/001.p/3"), 300).unwrap(),
        l[256..259].concat()
    );
}

#[test]
fn an_audit_reads_every_tile_and_finds_the_one_that_lies() {
    // Three levels: the least tree that has a tile at level 2.
    let l = leaves(65_536 + 300);
    let folder = Folder::of(&l);
    let size = l.len() as u64;
    let root = audit_tiles(&folder, size).unwrap();
    let checkpoint = Checkpoint::new(origin(), size, root_at(&TileSource::new(&folder, size), size).unwrap());
    assert_eq!(checkpoint.root(), &root);
    for path in [
        "tile/0/000",
        "tile/0/256",
        "tile/1/000",
        "tile/1/001.p/1",
        "tile/2/000.p/1",
        "tile/0/257.p/44",
    ] {
        let mut lying = Folder(folder.0.clone());
        lying.0.get_mut(path).unwrap()[7] ^= 1;
        assert_ne!(audit_tiles(&lying, size), Ok(root), "{path}");
        if tile(path).level() > 0 {
            assert_eq!(
                audit_tiles(&lying, size),
                Err(TileSourceError::Contradiction(tile(path)))
            );
        }
    }
    let mut short = Folder(folder.0.clone());
    short.0.get_mut("tile/1/001.p/1").unwrap().pop();
    let (found, expected) = (31, 32);
    assert_eq!(
        audit_tiles(&short, size),
        Err(TileSourceError::Length {
            tile: tile("tile/1/001.p/1"),
            found,
            expected
        })
    );
    short.0.remove("tile/1/001.p/1");
    assert_eq!(audit_tiles(&short, size), Err(TileSourceError::Read(Absent)));
    assert_eq!(audit_tiles(&short, 0), Ok(crate::EMPTY_ROOT));
}
