//! Which tiles a tree has, and their bytes.

use super::tile::{Tile, TileError};
use super::{FULL, LEVELS, hashes};
use crate::source::{NodeSource, ProofError};

/// The tiles of the tree of this size, level by level.
pub fn tiles_of(size: u64) -> impl Iterator<Item = Tile> {
    tiles_between(0, size)
}

/// The tiles that are new when a tree grows from `old` to `new` leaves, level by level. Partial ones of sizes between
/// are not among them.
pub fn tiles_between(old: u64, new: u64) -> impl Iterator<Item = Tile> {
    (0..LEVELS).flat_map(move |level| {
        let (before, after) = (hashes(level, old), hashes(level, new));
        let indices = match before < after {
            true => before / FULL..after.div_ceil(FULL),
            false => 0..0,
        };
        indices.filter_map(move |index| Tile::at(level, index, new))
    })
}

/// The bytes of a tile of the tree of `size` leaves: its hashes, one after the other.
pub fn tile_bytes<S: NodeSource + ?Sized>(source: &S, tile: Tile, size: u64) -> Result<Vec<u8>, ProofError<S::Error>> {
    let outside = |_: TileError| ProofError::Outside {
        asked: tile.first(),
        size,
    };
    let tile = tile.within(size).map_err(outside)?;
    let mut bytes = Vec::with_capacity(tile.length());
    for at in 0..u64::from(tile.width()) {
        bytes.extend(source.node(tile.height(), tile.first() + at)?);
    }
    Ok(bytes)
}
