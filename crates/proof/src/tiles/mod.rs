//! Tiles (c2sp.org/tlog-tiles): the tree in files of up to 256 hashes that never change. Owns their names and what is in
//! them; serving and reading them is for others.

mod read;
mod tile;
mod write;

pub use read::{TileReader, TileSource, TileSourceError, audit_tiles};
pub use tile::{Tile, TileError};
pub use write::{tile_bytes, tiles_between, tiles_of};

/// Levels of the tree in a tile.
const HEIGHT: u32 = 8;
/// Hashes in a full tile.
const FULL: u64 = 1 << HEIGHT;
/// Levels that a tree can have whose size has 64 bits.
const LEVELS: u8 = (u64::BITS / HEIGHT) as u8;

/// How many hashes the level has in a tree of this size.
fn hashes(level: u8, size: u64) -> u64 {
    size.checked_shr(HEIGHT * u32::from(level)).unwrap_or(0)
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
