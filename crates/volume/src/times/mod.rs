//! When what is in a volume happened: the spans of time of every block of documents, and a walk through them in time order.
//!
//! A volume is in the order of recording. How far that is from the order of time differs: senders overlap, some are late by
//! hours, an import is late by years. The rows of a block are cut at their widest gaps into a few spans, so that two streams
//! which alternate row by row are still told apart, and a walk looks at the blocks that can hold the next rows and no others.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;

use activity::Time;
use tantivy::columnar::ColumnValues;

use crate::error::{Result, VolumeError};

mod file;
mod walk;

#[cfg(test)]
mod tests;

pub(crate) use walk::{Places, Walk, Window, Within};

/// Documents of a block.
pub(crate) const BLOCK: u32 = if cfg!(test) { 6 } else { 4_096 };
/// The most spans of a block.
const SPANS: usize = if cfg!(test) { 3 } else { 8 };
/// A gap is worth a cut if it is this part of what is left of the block's time, or more.
const GAP: i128 = 16;

/// A document's place in the order of time: `occurred_at` in microseconds, then its number.
pub(crate) type Key = (i64, u32);

/// Some rows of one block with neighbouring times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span {
    /// The block's first document.
    block: u32,
    /// How many rows.
    rows: u32,
    first: Key,
    last: Key,
}

/// Documents by where their times lie between edges.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Bars {
    /// Blocks that lie between two neighbouring edges as a whole, with the number of that pair. Ascending.
    pub(crate) whole: Vec<(Range<u32>, usize)>,
    /// Blocks that lie on both sides of an edge. Ascending.
    pub(crate) mixed: Vec<Range<u32>>,
}

/// All spans of a volume.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TimeMap {
    docs: u32,
    /// By their first rows.
    spans: Vec<Span>,
    /// Numbers of `spans`, by their last rows, latest first.
    by_last: Vec<u32>,
}

impl TimeMap {
    /// Reads the times of all documents.
    pub(crate) fn of(occurred: &dyn ColumnValues<i64>, docs: u32) -> Self {
        Self::read(docs, |from, times| occurred.get_range(u64::from(from), times))
    }

    fn read(docs: u32, read: impl Fn(u32, &mut [i64])) -> Self {
        let mut spans = Vec::new();
        let mut times = [0; BLOCK as usize];
        for block in (0..docs).step_by(BLOCK as usize) {
            let times = &mut times[..BLOCK.min(docs - block) as usize];
            read(block, times);
            let mut keys: Vec<Key> = times.iter().copied().zip(block..).collect();
            if !keys.is_sorted() {
                keys.sort_unstable();
            }
            cut(block, &keys, &mut spans);
        }
        Self::new(docs, spans)
    }

    fn new(docs: u32, mut spans: Vec<Span>) -> Self {
        spans.sort_unstable_by_key(|span| span.first);
        let mut by_last: Vec<u32> = (0..).take(spans.len()).collect();
        by_last.sort_unstable_by_key(|at| std::cmp::Reverse(spans[*at as usize].last));
        Self { docs, spans, by_last }
    }

    /// Reads what was written beside the index in `dir`, which is of so many documents.
    pub(crate) fn open(dir: &Path, docs: u32) -> Result<Self> {
        let path = dir.join(file::NAME);
        let bytes = std::fs::read(&path).map_err(VolumeError::io(&path))?;
        file::decode(&bytes)
            .filter(|map| map.docs == docs)
            .ok_or_else(|| VolumeError::damaged(&path.to_string_lossy(), "its spans of time cannot be read"))
    }

    /// Writes it beside the index in `dir`.
    pub(crate) fn write(&self, dir: &Path) -> Result<()> {
        let path = dir.join(file::NAME);
        std::fs::write(&path, file::encode(self)).map_err(VolumeError::io(&path))
    }

    /// The earliest and latest time.
    pub(crate) fn bounds(&self) -> (i64, i64) {
        let first = self.spans.first().map_or(i64::MAX, |span| span.first.0);
        let last = self
            .by_last
            .first()
            .map_or(i64::MIN, |at| self.spans[*at as usize].last.0);
        (first, last)
    }

    /// What lies between any two neighbouring edges: of blocks of which every span does, the number of the pair and how many
    /// rows; and the documents of the other blocks, as ascending ranges.
    pub(crate) fn between(&self, edges: &[Time]) -> (Vec<(usize, u32)>, Vec<Range<u32>>) {
        let place = |at: i64| edges.partition_point(|edge| edge.0 <= at);
        let cut = |span: &&Span| place(span.first.0) != place(span.last.0);
        let blocks: BTreeSet<u32> = self.spans.iter().filter(cut).map(|span| span.block).collect();
        let whole = self.spans.iter().filter(|span| !blocks.contains(&span.block));
        let within = whole.filter_map(|span| {
            let pair = place(span.first.0).checked_sub(1)?;
            (pair + 1 < edges.len()).then_some((pair, span.rows))
        });
        (within.collect(), ranges(blocks.into_iter().collect(), self.docs))
    }

    /// Which blocks lie between which two neighbouring edges.
    pub(crate) fn bars(&self, edges: &[Time]) -> Bars {
        let place = |at: i64| edges.partition_point(|edge| edge.0 <= at);
        let mut places = vec![(usize::MAX, 0); self.docs.div_ceil(BLOCK) as usize];
        for span in &self.spans {
            let (least, most) = &mut places[(span.block / BLOCK) as usize];
            *least = (*least).min(place(span.first.0));
            *most = (*most).max(place(span.last.0));
        }
        let mut bars = Bars::default();
        for (block, (least, most)) in (0..self.docs).step_by(BLOCK as usize).zip(places) {
            let docs = block..block.saturating_add(BLOCK).min(self.docs);
            if least != most {
                match bars.mixed.last_mut() {
                    Some(last) if last.end == docs.start => last.end = docs.end,
                    _ => bars.mixed.push(docs),
                }
            } else if let Some(pair) = least.checked_sub(1).filter(|_| least < edges.len()) {
                match bars.whole.last_mut() {
                    Some((last, of)) if last.end == docs.start && *of == pair => last.end = docs.end,
                    _ => bars.whole.push((docs, pair)),
                }
            }
        }
        bars
    }

    /// The documents of all blocks that have a row from `from` on and before `to`, as ascending ranges that do not touch.
    pub(crate) fn blocks(&self, from: i64, to: i64) -> Vec<Range<u32>> {
        let overlapping = |span: &&Span| span.first.0 < to && span.last.0 >= from;
        let begun = self.spans.partition_point(|span| span.first.0 < to);
        ranges(
            self.spans[..begun]
                .iter()
                .filter(overlapping)
                .map(|span| span.block)
                .collect(),
            self.docs,
        )
    }
}

/// Cuts the rows of a block, in the order of time, at their widest gaps.
fn cut(block: u32, keys: &[Key], spans: &mut Vec<Span>) {
    let (Some(first), Some(last)) = (keys.first(), keys.last()) else {
        return;
    };
    let gap = |at: usize| i128::from(keys[at].0) - i128::from(keys[at - 1].0);
    let mut left = i128::from(last.0) - i128::from(first.0);
    let mut gaps: Vec<usize> = (1..keys.len()).filter(|at| gap(*at) > 0).collect();
    gaps.sort_unstable_by_key(|at| std::cmp::Reverse(gap(*at)));
    let mut cuts = Vec::with_capacity(SPANS);
    for at in gaps.into_iter().take(SPANS - 1) {
        if gap(at) * GAP < left {
            break;
        }
        left -= gap(at);
        cuts.push(at);
    }
    cuts.sort_unstable();
    cuts.push(keys.len());
    let mut from = 0;
    for to in cuts {
        spans.push(Span {
            block,
            rows: (to - from) as u32,
            first: keys[from],
            last: keys[to - 1],
        });
        from = to;
    }
}

/// The documents of these blocks.
fn ranges(mut blocks: Vec<u32>, docs: u32) -> Vec<Range<u32>> {
    blocks.sort_unstable();
    blocks.dedup();
    let mut ranges: Vec<Range<u32>> = Vec::new();
    for block in blocks {
        let end = block.saturating_add(BLOCK).min(docs);
        match ranges.last_mut() {
            Some(last) if last.end == block => last.end = end,
            _ => ranges.push(block..end),
        }
    }
    ranges
}
