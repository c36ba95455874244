//! Reading all matches in order, a chunk at a time, in constant memory.

use std::collections::VecDeque;

use activity::Activity;

use crate::candidates::{Candidate, Candidates};
use crate::error::Result;
use crate::eval::Node;
use crate::indexed::Indexed;
use crate::order::Order;
use crate::query::{Query, Room, Step};
use crate::rows::Decoded;
use crate::search::MOST_CANDIDATES;

/// Documents looked at at once.
const WINDOW: u32 = if cfg!(test) { 9 } else { 1 << 16 };
/// The most candidates held at once.
const MOST: usize = if cfg!(test) { 11 } else { MOST_CANDIDATES };
/// Decoded values a scan keeps, in bytes.
const DECODED_BYTES: usize = 8 << 20;
/// Values are decoded for so many chunks at once, and for no more than so many rows.
const CHUNKS: usize = 32;
const ROWS: usize = 65_536;

/// All matches in order, a chunk at a time. Owns what it reads; ends after an error.
pub struct Scan {
    of: Indexed,
    query: Query,
    node: Node,
    chunk: Step,
    decoded: Decoded,
    candidates: Candidates,
    /// Candidates not yet read.
    found: VecDeque<Candidate>,
    /// The values of so many of them are decoded.
    prepared: usize,
    is_at_end: bool,
    failed: bool,
}

impl Indexed {
    /// All matches in `order`, at most so many rows and about so many bytes at a time.
    pub fn scan(&self, query: Query, order: Order, chunk: Room) -> Result<Scan> {
        let of = &*self.0;
        let node = of.compile(&query)?;
        Ok(Scan {
            is_at_end: node.most(of.docs()) == 0,
            node,
            candidates: Candidates::new(of.source(), &query.expr, order, None, None),
            of: self.clone(),
            query,
            chunk: Step::new(chunk.bytes, chunk.rows.max(1)),
            decoded: Decoded::new(DECODED_BYTES),
            found: VecDeque::new(),
            prepared: 0,
            failed: false,
        })
    }
}

impl Scan {
    fn read(&mut self) -> Result<Option<Vec<Activity>>> {
        let of = &*self.of.0;
        loop {
            while self.found.len() < self.chunk.rows() && !self.is_at_end {
                let searched = of.searched(&self.node, &self.query.deadline);
                match self.candidates.next(searched, WINDOW, MOST)? {
                    Some(found) => self.found.extend(found),
                    None => self.is_at_end = true,
                }
            }
            if self.found.is_empty() {
                return Ok(None);
            }
            self.query.check()?;
            let take = self.chunk.rows().min(self.found.len());
            if self.prepared < take {
                self.prepared = (take * CHUNKS).min(ROWS.max(take)).min(self.found.len());
                let docs: Vec<u32> = self.found.iter().take(self.prepared).map(|(doc, _)| *doc).collect();
                of.prepare(&docs, &mut self.decoded)?;
            }
            self.prepared -= take;
            let (docs, sure): (Vec<u32>, Vec<bool>) = self.found.drain(..take).unzip();
            let mut rows = of.rows_by(&docs, &mut self.decoded)?;
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
