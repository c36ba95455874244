//! The tree levels of a volume: the file `tree`. Holds the hashes of the log's complete subtrees of 256 leaves and more
//! that lie within the volume, and the leaves at its two edges that fill no such subtree. Every other leaf is
//! recomputed from the record.

use std::path::Path;

use activity::Seq;
use proof::{CompactRange, Hash};

use crate::error::{Result, VolumeError};

const MAGIC: &[u8; 16] = b"whodid tree v1\n\0";
/// Subtrees of this height and higher are kept.
const LOWEST: u32 = 8;
pub(crate) const TILE: u64 = 1 << LOWEST;

/// The kept hashes of a volume's part of the log's tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Levels {
    range: CompactRange,
    /// Leaves in front of the first whole tile, and those after the last.
    left: Vec<Hash>,
    right: Vec<Hash>,
    /// For each height from [`LOWEST`], the number of the first subtree, and the hashes from there on.
    heights: Vec<(u64, Vec<Hash>)>,
}

impl Levels {
    pub(crate) fn new(first: Seq) -> Self {
        Self {
            range: CompactRange::new(first),
            left: Vec::new(),
            right: Vec::new(),
            heights: Vec::new(),
        }
    }

    pub(crate) fn range(&self) -> &CompactRange {
        &self.range
    }

    /// The first leaf that begins a whole tile.
    fn boundary(&self) -> u64 {
        self.range.begin().next_multiple_of(TILE)
    }

    pub(crate) fn push(&mut self, leaf: Hash) {
        if self.range.end() < self.boundary() {
            self.left.push(leaf);
        } else {
            self.right.push(leaf);
        }
        let (right, heights) = (&mut self.right, &mut self.heights);
        self.range.push_noting(leaf, |height, index, hash| {
            if height == LOWEST {
                right.clear();
            }
            note(heights, height, index, hash);
        });
    }

    /// Adds the levels of the volume that follows.
    pub(crate) fn join(&mut self, next: &Self) -> Result<()> {
        let unfit = |e: proof::NotAdjacent| VolumeError::Unfit(e.to_string());
        if next.range.begin() != self.range.end() {
            return self.range.join(&next.range).map_err(unfit);
        }
        next.left.iter().for_each(|leaf| self.push(*leaf));
        if let Some((first, tiles)) = next.heights.first() {
            for (at, tile) in tiles.iter().enumerate() {
                self.push_tile(first + at as u64, tile).map_err(unfit)?;
            }
        }
        next.right.iter().for_each(|leaf| self.push(*leaf));
        Ok(())
    }

    /// The root of this whole tile of the log.
    fn tile(&self, index: u64) -> Option<&Hash> {
        let (first, tiles) = self.heights.first()?;
        tiles.get(usize::try_from(index.checked_sub(*first)?).ok()?)
    }

    /// A complete subtree that is kept, by its height and number.
    pub(crate) fn node(&self, height: u32, index: u64) -> Option<Hash> {
        let at = |first: u64, hashes: &[Hash]| hashes.get(usize::try_from(index.checked_sub(first)?).ok()?).copied();
        if height == 0 {
            let right = self.range.end() - self.right.len() as u64;
            return at(self.range.begin(), &self.left).or_else(|| at(right, &self.right));
        }
        let (first, hashes) = self.heights.get(height.checked_sub(LOWEST)? as usize)?;
        at(*first, hashes)
    }

    fn push_tile(&mut self, index: u64, tile: &Hash) -> std::result::Result<(), proof::NotAdjacent> {
        let (begin, end) = (index << LOWEST, (index + 1) << LOWEST);
        let Some(range) = CompactRange::from_parts(begin, end, vec![*tile]) else {
            return Ok(());
        };
        let heights = &mut self.heights;
        note(heights, LOWEST, index, tile);
        self.range
            .join_noting(&range, |height, index, hash| note(heights, height, index, hash))
    }

    /// Begins to hold leaves against these levels, from the first.
    pub(crate) fn check(&self) -> Check<'_> {
        self.check_from(self.range.begin())
    }

    /// The same from another one, with which a tile begins.
    pub(crate) fn check_from(&self, at: Seq) -> Check<'_> {
        Check {
            levels: self,
            at,
            tile: Vec::new(),
            is_whole: true,
        }
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        let number = |out: &mut Vec<u8>, value: u64| out.extend_from_slice(&value.to_be_bytes());
        number(&mut out, self.range.begin());
        number(&mut out, self.range.end());
        for leaves in [&self.left, &self.right] {
            number(&mut out, leaves.len() as u64);
            out.extend(leaves.iter().flatten());
        }
        for (first, hashes) in &self.heights {
            number(&mut out, *first);
            number(&mut out, hashes.len() as u64);
            out.extend(hashes.iter().flatten());
        }
        out
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes.strip_prefix(MAGIC)?;
        let begin = take_number(&mut rest)?;
        let end = take_number(&mut rest)?;
        let left = take_hashes(&mut rest)?;
        let right = take_hashes(&mut rest)?;
        let mut heights = Vec::new();
        while !rest.is_empty() {
            heights.push((take_number(&mut rest)?, take_hashes(&mut rest)?));
        }
        // Joining rebuilds the range from the lowest level; what it says must then be what was stored.
        let parts = Self {
            range: CompactRange::new(begin),
            left,
            right,
            heights,
        };
        let mut whole = Self::new(begin);
        whole.join(&parts.clone()).ok()?;
        let sound = whole.range.end() == end && whole.heights == parts.heights;
        sound.then_some(whole)
    }

    pub(crate) fn read(path: &Path) -> Result<Self> {
        let bytes = std::fs::read(path).map_err(VolumeError::io(path))?;
        let damaged = || VolumeError::damaged(&path.to_string_lossy(), "these are not tree levels of version 1");
        Self::from_bytes(&bytes).ok_or_else(damaged)
    }
}

/// Leaves held against kept levels, one after the other.
pub(crate) struct Check<'a> {
    levels: &'a Levels,
    at: Seq,
    /// Leaves of the tile under way, and whether all of them are known.
    tile: Vec<Hash>,
    is_whole: bool,
}

impl Check<'_> {
    /// Whether the next leaf is what the levels say, as far as that can be told by now: a tile is compared with its last
    /// leaf, and not at all if a leaf of it is unknown.
    pub(crate) fn holds(&mut self, leaf: Option<Hash>) -> bool {
        let (levels, at) = (self.levels, self.at);
        self.at += 1;
        let edge = |leaves: &[Hash], first: Seq| {
            let kept = usize::try_from(at - first).ok().and_then(|at| leaves.get(at));
            kept.is_some_and(|kept| leaf.is_none_or(|leaf| leaf == *kept))
        };
        if at >= levels.range.end() {
            return false;
        }
        if at < levels.boundary() {
            return edge(&levels.left, levels.range.begin());
        }
        let right = levels.range.end() - levels.right.len() as u64;
        if at >= right {
            return edge(&levels.right, right);
        }
        self.is_whole &= leaf.is_some();
        self.tile.extend(leaf);
        if !(at + 1).is_multiple_of(TILE) {
            return true;
        }
        let tile = std::mem::take(&mut self.tile);
        let is_whole = std::mem::replace(&mut self.is_whole, true);
        !is_whole || levels.tile(at >> LOWEST) == Some(&proof::root_of(&tile))
    }
}

fn note(heights: &mut Vec<(u64, Vec<Hash>)>, height: u32, index: u64, hash: &Hash) {
    let Some(at) = height.checked_sub(LOWEST) else { return };
    match heights.get_mut(at as usize) {
        Some((_, hashes)) => hashes.push(*hash),
        // A subtree completes only after its children, so heights appear one after the other.
        None => heights.push((index, vec![*hash])),
    }
}

fn take_number(rest: &mut &[u8]) -> Option<u64> {
    let (number, after) = rest.split_first_chunk::<8>()?;
    *rest = after;
    Some(u64::from_be_bytes(*number))
}

fn take_hashes(rest: &mut &[u8]) -> Option<Vec<Hash>> {
    let count = usize::try_from(take_number(rest)?).ok()?;
    let (hashes, after) = rest.split_at_checked(count.checked_mul(32)?)?;
    *rest = after;
    Some(hashes.as_chunks::<32>().0.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf(at: u64) -> Hash {
        proof::leaf_hash(&at.to_be_bytes())
    }

    fn levels(leaves: std::ops::Range<u64>) -> Levels {
        let mut levels = Levels::new(leaves.start);
        leaves.for_each(|at| levels.push(leaf(at)));
        levels
    }

    #[test]
    fn joined_levels_are_those_of_one_volume_wherever_the_joints_lie() {
        for cuts in [
            vec![0, 256, 512, 1024],
            vec![0, 100, 300, 301, 2000],
            vec![77, 90, 800, 1300],
            vec![5, 20, 90],
        ] {
            let mut joined = Levels::new(cuts[0]);
            for pair in cuts.windows(2) {
                joined.join(&levels(pair[0]..pair[1])).unwrap();
            }
            let whole = levels(cuts[0]..cuts[cuts.len() - 1]);
            assert_eq!(joined, whole);
            assert_eq!(Levels::from_bytes(&whole.to_bytes()), Some(whole));
        }
    }

    #[test]
    fn leaves_are_held_against_levels_wherever_these_lie_and_unknown_ones_pass() {
        for range in [0..1, 0..256, 0..777, 100..301, 77..1300, 256..1024, 5..20, 300..520] {
            let levels = levels(range.clone());
            let sound = |seq: u64| Some(leaf(seq));
            let holds = |leaf_at: &dyn Fn(u64) -> Option<Hash>| {
                let mut check = levels.check();
                range.clone().all(|seq| check.holds(leaf_at(seq)))
            };
            assert!(holds(&sound), "{range:?}");
            assert!(holds(&|_| None), "{range:?}");
            assert!(holds(&|seq| sound(seq).filter(|_| seq % 3 > 0)), "{range:?}");
            for wrong in range.clone() {
                let other = |seq: u64| sound(if seq == wrong { seq + 1 } else { seq });
                assert!(!holds(&other), "{wrong} of {range:?}");
            }
            let mut check = levels.check();
            assert!(
                range.clone().all(|seq| check.holds(sound(seq))) && !check.holds(None),
                "no more than it has"
            );
        }
    }

    #[test]
    fn the_root_from_zero_is_the_trees() {
        let leaves: Vec<Hash> = (0..777).map(leaf).collect();
        assert_eq!(levels(0..777).range().root(), proof::root_of(&leaves));
    }
}
