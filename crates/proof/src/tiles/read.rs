//! The tree from its tiles, for whoever has nothing else of it.

use super::tile::Tile;
use super::write::tiles_of;
use super::{FULL, HEIGHT, LEVELS};
use crate::compact::CompactRange;
use crate::hash::Hash;
use crate::source::{NodeSource, root_of};

/// Where tiles are read: a folder, a server, a cache in front of either.
pub trait TileReader {
    /// Why a tile could not be read.
    type Error;

    /// The bytes of the tile, 32 for each of its hashes. A reader may cut them from a wider tile of the same place.
    fn read(&self, tile: Tile) -> Result<Vec<u8>, Self::Error>;
}

/// The nodes of a tree of `size` leaves, from its tiles. What is read is as true as the tiles are: whoever makes a proof
/// of it verifies the proof.
#[derive(Clone, Debug)]
pub struct TileSource<R> {
    reader: R,
    size: u64,
}

/// Why no node, or no root, comes of the tiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TileSourceError<E> {
    /// The tree has no such node.
    #[error("node {index} of height {height} is not complete in this tree")]
    Outside {
        /// Height of the node, 0 for a leaf.
        height: u32,
        /// Its number within the height.
        index: u64,
    },
    /// The tile has too few or too many bytes.
    #[error("{tile} has {found} bytes, not {expected}")]
    Length {
        /// The tile.
        tile: Tile,
        /// Bytes that were read.
        found: usize,
        /// Bytes that it has.
        expected: usize,
    },
    /// A tile does not hold what the tiles below it do.
    #[error("{0} does not fit the tiles below it")]
    Contradiction(Tile),
    /// A tile could not be read.
    #[error(transparent)]
    Read(#[from] E),
}

impl<R: TileReader> TileSource<R> {
    /// The tree of the first `size` leaves.
    pub fn new(reader: R, size: u64) -> Self {
        Self { reader, size }
    }
}

/// The hashes of a tile as it is read.
fn read<R: TileReader + ?Sized>(reader: &R, tile: Tile) -> Result<Vec<Hash>, TileSourceError<R::Error>> {
    let bytes = reader.read(tile)?;
    let (found, expected) = (bytes.len(), tile.length());
    if found != expected {
        return Err(TileSourceError::Length { tile, found, expected });
    }
    Ok(bytes.as_chunks().0.to_vec())
}

impl<R: TileReader> NodeSource for TileSource<R> {
    type Error = TileSourceError<R::Error>;

    fn node(&self, height: u32, index: u64) -> Result<Hash, Self::Error> {
        let outside = || TileSourceError::Outside { height, index };
        let level = u8::try_from(height / HEIGHT).map_err(|_| outside())?;
        let width = 1_u64 << (height % HEIGHT);
        let first = index.checked_mul(width).ok_or_else(outside)?;
        let tile = Tile::at(level, first / FULL, self.size).ok_or_else(outside)?;
        let hashes = read(&self.reader, tile)?;
        let from = (first % FULL) as usize;
        let nodes = hashes.get(from..from + width as usize);
        nodes.map(root_of).ok_or_else(outside)
    }
}

/// The root of the tree of `size` leaves, from all its tiles: the leaves of level 0, and every tile above compared with
/// what they give. Reads each tile once and keeps one of each level.
pub fn audit_tiles<R: TileReader + ?Sized>(reader: &R, size: u64) -> Result<Hash, TileSourceError<R::Error>> {
    let mut tree = CompactRange::new(0);
    let mut above = Above::default();
    for tile in tiles_of(size).take_while(|tile| tile.level() == 0) {
        for leaf in read(reader, tile)? {
            tree.push_noting(leaf, |height, _, hash| above.note(height, *hash));
        }
        above.compare(reader, FULL as usize)?;
    }
    above.compare(reader, 1)?;
    Ok(tree.root())
}

/// The hashes for which a tile above level 0 is still to come, and how many tiles of the level came already.
#[derive(Default)]
struct Above([(u64, Vec<Hash>); LEVELS as usize]);

impl Above {
    fn note(&mut self, height: u32, hash: Hash) {
        let level = (height / HEIGHT) as usize;
        if height > 0
            && height.is_multiple_of(HEIGHT)
            && let Some((_, hashes)) = self.0.get_mut(level)
        {
            hashes.push(hash);
        }
    }

    /// Compares the tiles that have as many hashes as this.
    fn compare<R: TileReader + ?Sized>(&mut self, reader: &R, least: usize) -> Result<(), TileSourceError<R::Error>> {
        for (level, (index, hashes)) in self.0.iter_mut().enumerate() {
            if hashes.len() < least {
                continue;
            }
            // A full level gives one hash above, so none has more than a tile's.
            let Ok(tile) = Tile::new(level as u8, *index, hashes.len() as u16) else {
                continue;
            };
            if read(reader, tile)? != *hashes {
                return Err(TileSourceError::Contradiction(tile));
            }
            hashes.clear();
            *index += 1;
        }
        Ok(())
    }
}
