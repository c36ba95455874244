//! Reading all matches in order, a chunk at a time, in constant memory besides 16 bytes a match where documents must
//! be sorted first.

use std::collections::VecDeque;

use activity::Activity;

use crate::bitmap::Bitmap;
use crate::error::Result;
use crate::eval::Node;
use crate::order::{Cursor, Order};
use crate::query::{Query, Room, Step};
use crate::rows::Decoded;
use crate::search::{Windows, sorted_candidates};
use crate::volume::Volume;

/// Documents evaluated at once.
const WINDOW: u32 = if cfg!(test) { 9 } else { 1 << 16 };
/// Decoded values a scan keeps, in bytes.
const DECODED_BYTES: usize = 4 << 20;

/// All matches in order, a chunk at a time. Owns its volume; ends after an error.
pub struct Scan {
    volume: Volume,
    query: Query,
    node: Node,
    chunk: Step,
    decoded: Decoded,
    /// Candidates not yet read, and whether each surely matches.
    found: VecDeque<(u32, bool)>,
    windows: Windows,
    ascending: bool,
    failed: bool,
}

impl Volume {
    /// All matches in `order`, at most so many rows and about so many bytes at a time.
    pub fn scan(&self, query: Query, order: Order, chunk: Room) -> Result<Scan> {
        let volume = &*self.0;
        let node = volume.compile(&query)?;
        let mut found = VecDeque::new();
        let mut left = 0..0;
        let ascending = order.documents(volume);
        if ascending.is_some() {
            left = 0..volume.docs();
        } else {
            let (bounds, mut cursors) = sorted_candidates(volume, &node, (order, None), &query.deadline)?;
            cursors.sort_unstable();
            if order == Order::Newest {
                cursors.reverse();
            }
            let doc = |row: Cursor| (row.seq - volume.meta.first_seq) as u32;
            found.extend(cursors.into_iter().map(doc).map(|doc| (doc, bounds.sure.contains(doc))));
        }
        let ascending = ascending.unwrap_or(true);
        Ok(Scan {
            volume: self.clone(),
            query,
            node,
            chunk: Step::new(chunk.bytes, chunk.rows.max(1)),
            decoded: Decoded::new(DECODED_BYTES),
            found,
            windows: Windows::new(left, ascending),
            ascending,
            failed: false,
        })
    }
}

impl Scan {
    fn read(&mut self) -> Result<Option<Vec<Activity>>> {
        let volume = &*self.volume.0;
        loop {
            while self.found.len() < self.chunk.rows() {
                let Some(window) = self.windows.next(WINDOW, WINDOW) else {
                    break;
                };
                let bounds = volume.evaluate(&self.node, &Bitmap::full(window), &self.query.deadline)?;
                let docs = bounds.possible().iter();
                let sure = |doc| (doc, bounds.sure.contains(doc));
                if self.ascending {
                    self.found.extend(docs.map(sure));
                } else {
                    self.found.extend(docs.rev().map(sure));
                }
            }
            if self.found.is_empty() {
                return Ok(None);
            }
            self.query.check()?;
            let take = self.chunk.rows().min(self.found.len());
            let (docs, sure): (Vec<u32>, Vec<bool>) = self.found.drain(..take).unzip();
            let mut rows = self.decoded.rows(&volume.index, volume.meta.first_seq, &docs)?;
            self.chunk.held(&rows);
            if sure.contains(&false) {
                let mut keep = Vec::with_capacity(rows.len());
                for (row, sure) in rows.iter().zip(sure) {
                    keep.push(sure || self.query.matches(row)?);
                }
                let mut keep = keep.into_iter();
                rows.retain(|_| keep.next() == Some(true));
            }
            if !rows.is_empty() {
                return Ok(Some(rows));
            }
        }
    }
}

impl Iterator for Scan {
    type Item = Result<Vec<Activity>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let chunk = self.read().transpose();
        self.failed = matches!(chunk, Some(Err(_)));
        chunk
    }
}
