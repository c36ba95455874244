//! Pages: the first rows of a query in an order, after a cursor.

use std::ops::Range;

use activity::{Activity, Time};

use crate::bitmap::Bitmap;
use crate::error::Result;
use crate::eval::{Bounds, Node};
use crate::order::{Cursor, Order};
use crate::query::{Deadline, Filling, Query, Step};
use crate::volume::{Opened, Volume};

/// The first window looked at; each further one is four times as large.
const FIRST_WINDOW: u32 = if cfg!(test) { 5 } else { 1 << 14 };
const LAST_WINDOW: u32 = if cfg!(test) { 70 } else { 1 << 20 };

/// Bytes of rows read at once.
const READ_BYTES: usize = 512 << 10;
/// The most rows read at once.
const MOST_ROWS: usize = 1024;

impl Volume {
    /// The first matches after the cursor, in `order`: as many as `filling` takes.
    pub fn search(
        &self,
        query: &mut Query,
        order: Order,
        after: Option<Cursor>,
        filling: Filling,
    ) -> Result<Vec<Activity>> {
        let volume = &*self.0;
        if filling.missing() == 0 {
            return Ok(Vec::new());
        }
        let node = volume.compile(query)?;
        let mut page = Page {
            volume,
            query,
            filling,
            step: Step::new(READ_BYTES, MOST_ROWS),
        };
        match order.documents(volume) {
            Some(ascending) => {
                let mut windows = Windows::new(volume.after(order, after), ascending);
                while let Some(window) = windows.next(FIRST_WINDOW, LAST_WINDOW) {
                    let bounds = volume.evaluate(&node, &Bitmap::full(window), &page.query.deadline)?;
                    let mut docs: Vec<u32> = bounds.possible().iter().collect();
                    if !ascending {
                        docs.reverse();
                    }
                    if page.take(&docs, &bounds)? {
                        break;
                    }
                }
            }
            None => page.take_sorted(&node, order, after)?,
        }
        Ok(page.filling.into_rows())
    }
}

impl Order {
    /// Whether documents are in this order as they are (`true`) or backwards; `None` if they must be sorted.
    pub(crate) fn documents(self, volume: &Opened) -> Option<bool> {
        match self {
            Self::Recorded => Some(true),
            Self::Oldest if volume.meta.in_time_order => Some(true),
            Self::Newest if volume.meta.in_time_order => Some(false),
            Self::Oldest | Self::Newest => None,
        }
    }
}

impl Opened {
    pub(crate) fn evaluate(&self, node: &Node, within: &Bitmap, deadline: &Deadline) -> Result<Bounds> {
        node.evaluate(within, deadline).map_err(self.index.io())
    }

    pub(crate) fn cursor(&self, doc: u32) -> Cursor {
        Cursor {
            occurred_at: Time(self.index.occurred.get_val(doc)),
            seq: self.meta.first_seq + u64::from(doc),
        }
    }

    /// The documents that come after the cursor, where documents are in that order.
    pub(crate) fn after(&self, order: Order, after: Option<Cursor>) -> Range<u32> {
        let docs = 0..self.docs();
        let Some(after) = after else { return docs };
        // How many documents from the first fulfil what every later one does not.
        let first = |test: &dyn Fn(u32) -> bool| {
            let (mut low, mut high) = (0, self.docs());
            while low < high {
                let middle = low + (high - low) / 2;
                if test(middle) { low = middle + 1 } else { high = middle }
            }
            low
        };
        match order {
            Order::Newest => 0..first(&|doc| after.precedes(self.cursor(doc), order)),
            Order::Oldest => first(&|doc| !after.precedes(self.cursor(doc), order))..docs.end,
            Order::Recorded => {
                let skip = (after.seq + 1).saturating_sub(self.meta.first_seq);
                u32::try_from(skip).unwrap_or(docs.end).min(docs.end)..docs.end
            }
        }
    }
}

/// Documents cut into growing windows, from either end.
pub(crate) struct Windows {
    left: Range<u32>,
    ascending: bool,
    taken: u32,
}

impl Windows {
    pub(crate) fn new(left: Range<u32>, ascending: bool) -> Self {
        Self {
            left,
            ascending,
            taken: 0,
        }
    }

    pub(crate) fn next(&mut self, first: u32, last: u32) -> Option<Range<u32>> {
        if self.left.is_empty() {
            return None;
        }
        let size = first
            .saturating_mul(4u32.saturating_pow(self.taken))
            .min(last)
            .min(self.left.len() as u32);
        self.taken += 1;
        Some(if self.ascending {
            let cut = self.left.start + size;
            std::mem::replace(&mut self.left.start, cut)..cut
        } else {
            let cut = self.left.end - size;
            cut..std::mem::replace(&mut self.left.end, cut)
        })
    }
}

struct Page<'a> {
    volume: &'a Opened,
    query: &'a mut Query,
    filling: Filling,
    step: Step,
}

impl Page<'_> {
    /// Adds the rows of those of `docs` that match, in their order; whether the page is full.
    fn take(&mut self, docs: &[u32], bounds: &Bounds) -> Result<bool> {
        let mut docs = docs.iter().copied();
        loop {
            let missing = self.filling.missing();
            let next: Vec<u32> = docs.by_ref().take(missing.min(self.step.rows())).collect();
            if next.is_empty() {
                return Ok(missing == 0);
            }
            self.query.check()?;
            let rows = self.volume.rows(&next)?;
            self.step.held(&rows);
            for (row, doc) in rows.into_iter().zip(&next) {
                if self.filling.missing() == 0 {
                    return Ok(true);
                }
                if bounds.sure.contains(*doc) || self.query.matches(&row)? {
                    self.filling.push(row);
                }
            }
        }
    }

    /// Fills the page where documents are not in time order.
    fn take_sorted(&mut self, node: &Node, order: Order, after: Option<Cursor>) -> Result<()> {
        let (bounds, mut found) = sorted_candidates(self.volume, node, (order, after), &self.query.deadline)?;
        let newest = order == Order::Newest;
        let key = |cursor: &Cursor| {
            if newest {
                (-cursor.occurred_at.0, u64::MAX - cursor.seq)
            } else {
                (cursor.occurred_at.0, cursor.seq)
            }
        };
        let mut rest: &mut [Cursor] = &mut found;
        while !rest.is_empty() {
            // Sort only as much as the page needs, twice over for rows that turn out not to match.
            let cut = rest.len().min(self.filling.missing().saturating_mul(2));
            if cut < rest.len() {
                rest.select_nth_unstable_by_key(cut, key);
            }
            let (head, tail) = rest.split_at_mut(cut);
            head.sort_unstable_by_key(key);
            let docs: Vec<u32> = head
                .iter()
                .map(|it| (it.seq - self.volume.meta.first_seq) as u32)
                .collect();
            if self.take(&docs, &bounds)? {
                break;
            }
            rest = tail;
        }
        Ok(())
    }
}

/// All documents that may match after the cursor, unsorted.
pub(crate) fn sorted_candidates(
    volume: &Opened,
    node: &Node,
    (order, after): (Order, Option<Cursor>),
    deadline: &Deadline,
) -> Result<(Bounds, Vec<Cursor>)> {
    let bounds = volume.evaluate(node, &Bitmap::full(0..volume.docs()), deadline)?;
    let cursors = bounds.possible().iter().map(|doc| volume.cursor(doc));
    let found = cursors
        .filter(|row| after.is_none_or(|after| after.precedes(*row, order)))
        .collect();
    Ok((bounds, found))
}
