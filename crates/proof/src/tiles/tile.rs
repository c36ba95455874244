//! The coordinates of a tile and the one path that stands for them.

use std::fmt;
use std::str::FromStr;

use super::{FULL, HEIGHT, hashes};
use crate::text::decimal;

/// Levels that a path can name; trees of more leaves than 2⁶⁴ would have them.
const NAMED_LEVELS: u8 = 64;

/// A tile: `width` hashes of the nodes of height `8 · level`, the first of them number `256 · index` of its height.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tile {
    level: u8,
    index: u64,
    width: u16,
}

/// Why there is no such tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TileError {
    /// Not the path of a tile, or not the one spelling of it.
    #[error(
        "a tile's path reads `tile/<level>/<index>` or `tile/<level>/<index>.p/<width>`, with the index as `x001/234`"
    )]
    Path,
    /// Levels end at 63.
    #[error("a tile's level is 0 to 63, not {0}")]
    Level(u64),
    /// A tile holds something, and no more than a full one.
    #[error("a tile has 1 to 256 hashes, and a partial one fewer than 256, not {0}")]
    Width(u64),
    /// The tree has no such tile.
    #[error("a tree of {size} leaves does not have {tile}")]
    Outside {
        /// The tile.
        tile: Tile,
        /// The size of the tree.
        size: u64,
    },
}

impl Tile {
    /// The tile of this level (at most 63), index and width (1 to 256, which is a full one).
    pub fn new(level: u8, index: u64, width: u16) -> Result<Self, TileError> {
        if level >= NAMED_LEVELS {
            return Err(TileError::Level(level.into()));
        }
        if width == 0 || u64::from(width) > FULL {
            return Err(TileError::Width(width.into()));
        }
        Ok(Self { level, index, width })
    }

    /// Level 0 has the leaves, each next one the roots of the full tiles below.
    #[must_use]
    pub fn level(self) -> u8 {
        self.level
    }

    /// Number of the tile within its level.
    #[must_use]
    pub fn index(self) -> u64 {
        self.index
    }

    /// How many hashes it has, 1 to 256.
    #[must_use]
    pub fn width(self) -> u16 {
        self.width
    }

    /// How many bytes it has.
    #[must_use]
    pub fn length(self) -> usize {
        usize::from(self.width) * 32
    }

    /// Itself, if the tree of this size has all its hashes.
    pub fn within(self, size: u64) -> Result<Self, TileError> {
        let end = self
            .index
            .checked_mul(FULL)
            .and_then(|first| first.checked_add(self.width.into()));
        match end {
            Some(end) if end <= hashes(self.level, size) => Ok(self),
            _ => Err(TileError::Outside { tile: self, size }),
        }
    }

    /// The tile at this place in the tree of this size, full or partial; `None` where it would be empty.
    pub(super) fn at(level: u8, index: u64, size: u64) -> Option<Self> {
        let left = hashes(level, size).checked_sub(index.checked_mul(FULL)?)?;
        Self::new(level, index, left.min(FULL) as u16).ok()
    }

    /// The height of its nodes. Levels above 7 are of no tree with a size of 64 bits.
    pub(super) fn height(self) -> u32 {
        HEIGHT * u32::from(self.level)
    }

    /// The number of its first node within the height.
    pub(super) fn first(self) -> u64 {
        self.index.saturating_mul(FULL)
    }
}

impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tile/{}/", self.level)?;
        // A u64 has seven groups of three digits at most.
        let groups = (1..7).rev().map(|group| self.index / 1000_u64.pow(group));
        for group in groups.skip_while(|group| *group == 0) {
            write!(f, "x{:03}/", group % 1000)?;
        }
        write!(f, "{:03}", self.index % 1000)?;
        match u64::from(self.width) {
            FULL => Ok(()),
            width => write!(f, ".p/{width}"),
        }
    }
}

impl FromStr for Tile {
    type Err = TileError;

    fn from_str(path: &str) -> Result<Self, TileError> {
        let rest = path.strip_prefix("tile/").ok_or(TileError::Path)?;
        let (level, rest) = rest.split_once('/').ok_or(TileError::Path)?;
        let level = decimal(level).ok_or(TileError::Path)?;
        let (index, width) = match rest.split_once(".p/") {
            Some((index, width)) => (index, decimal(width).ok_or(TileError::Path)?),
            None => (rest, FULL),
        };
        let short = |wide: u64| u16::try_from(wide).map_err(|_| TileError::Width(wide));
        let tile = Self::new(
            u8::try_from(level).map_err(|_| TileError::Level(level))?,
            number(index).ok_or(TileError::Path)?,
            short(width)?,
        )?;
        // A full tile has no width in its path.
        if width == FULL && rest != index {
            return Err(TileError::Width(width));
        }
        Ok(tile)
    }
}

/// The number that is written in groups of three digits, all but the last with an `x`, the first not zero if another follows.
fn number(text: &str) -> Option<u64> {
    let (groups, last) = match text.rsplit_once('/') {
        Some((groups, last)) => (Some(groups), last),
        None => (None, text),
    };
    let mut number = 0_u64;
    for (at, group) in groups.into_iter().flat_map(|groups| groups.split('/')).enumerate() {
        number = number
            .checked_mul(1000)?
            .checked_add(three(group.strip_prefix('x')?)?)?;
        if at == 0 && number == 0 {
            return None;
        }
    }
    number.checked_mul(1000)?.checked_add(three(last)?)
}

fn three(digits: &str) -> Option<u64> {
    let ascii = digits.len() == 3 && digits.bytes().all(|byte| byte.is_ascii_digit());
    if ascii { digits.parse().ok() } else { None }
}
