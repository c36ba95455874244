//! Reading all matches in order, a chunk at a time, in constant memory besides 16 bytes a match where documents must
//! be sorted first.

use std::collections::VecDeque;

use activity::Activity;
use activity::query::Expr;

use crate::bitmap::Bitmap;
use crate::error::Result;
use crate::eval::Node;
use crate::order::{Cursor, Order};
use crate::rows::Decoded;
use crate::search::{Windows, sorted_candidates};
use crate::volume::Volume;

/// Documents evaluated at once.
const WINDOW: u32 = if cfg!(test) { 9 } else { 1 << 16 };
/// Decoded values a scan keeps, in bytes.
const DECODED_BYTES: usize = 16 << 20;

/// All matches in order, a chunk at a time. Owns its volume; ends after an error.
pub struct Scan {
    volume: Volume,
    expr: Expr,
    node: Node,
    chunk: usize,
    decoded: Decoded,
    /// Candidates not yet read, and whether each surely matches.
    found: VecDeque<(u32, bool)>,
    windows: Windows,
    ascending: bool,
    failed: bool,
}

impl Volume {
    /// All matches of the bound `expr` in `order`, at most `chunk` rows at a time.
    pub fn scan(&self, expr: &Expr, order: Order, chunk: usize) -> Result<Scan> {
        let volume = &*self.0;
        let node = volume.compile(expr)?;
        let mut found = VecDeque::new();
        let mut left = 0..0;
        let ascending = order.documents(volume);
        if ascending.is_some() {
            left = 0..volume.docs();
        } else {
            let (bounds, mut cursors) = sorted_candidates(volume, &node, order, None)?;
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
            expr: expr.clone(),
            node,
            chunk: chunk.max(1),
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
            while self.found.len() < self.chunk {
                let Some(window) = self.windows.next(WINDOW, WINDOW) else {
                    break;
                };
                let bounds = volume.evaluate(&self.node, &Bitmap::full(window))?;
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
            let take = self.chunk.min(self.found.len());
            let (docs, sure): (Vec<u32>, Vec<bool>) = self.found.drain(..take).unzip();
            let mut rows = self.decoded.rows(&volume.index, volume.meta.first_seq, &docs)?;
            if sure.contains(&false) {
                let mut sure = sure.into_iter();
                rows.retain(|row| sure.next() == Some(true) || self.expr.matches(row));
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
