//! The documents that may match, part by part in an order, so that whoever has enough stops and the rest is not looked at.

use std::ops::Range;

use activity::query::Expr;

use crate::bitmap::{Bitmap, SOME};
use crate::error::Result;
use crate::eval::{Bounds, Node, Source};
use crate::index::open::OpenIndex;
use crate::order::{Cursor, Order, Rank};
use crate::query::Deadline;
use crate::times::{Places, TimeMap, Walk, Window, Within};

/// Documents evaluated at once.
const WINDOW: u32 = if cfg!(test) { 70 } else { 1 << 20 };

/// What candidates are looked for in.
#[derive(Clone, Copy)]
pub(crate) struct Searched<'a> {
    pub(crate) index: &'a OpenIndex,
    pub(crate) times: &'a TimeMap,
    pub(crate) node: &'a Node,
    pub(crate) deadline: &'a Deadline,
}

/// A document that may match, and whether it surely does.
pub(crate) type Candidate = (u32, bool);

/// The candidates of one volume in one order.
pub(crate) struct Candidates(Way);

enum Way {
    /// As they were recorded.
    Recorded(Windows),
    /// In the order of time.
    Time(Places, Walk),
}

impl Candidates {
    /// Those of the question that come after the cursor, and before `until`.
    pub(crate) fn new(of: Source<'_>, expr: &Expr, order: Order, after: Option<Cursor>, until: Option<Rank>) -> Self {
        let (from, to) = expr.time_bounds();
        let within = Within { from, to };
        let places = Places {
            order,
            first_seq: of.first_seq,
        };
        let docs = of.index.docs;
        Self(match order {
            Order::Recorded => {
                let skip = after.map_or(0, |after| after.seq.saturating_add(1).saturating_sub(of.first_seq));
                let skip = u32::try_from(skip).unwrap_or(docs).min(docs);
                Way::Recorded(Windows::new(skip..docs))
            }
            Order::Newest | Order::Oldest => Way::Time(places, Walk::new(places, within, after).to(until)),
        })
    }

    /// The next candidates among about the next `rows` documents: no more than about `most` of them, which is at least 1.
    /// `None` at the end.
    pub(crate) fn next(&mut self, of: Searched<'_>, rows: u32, most: usize) -> Result<Option<Vec<Candidate>>> {
        match &mut self.0 {
            Way::Recorded(windows) => {
                let Some(window) = windows.next(rows.min(WINDOW)) else {
                    return Ok(None);
                };
                let bounds = of.evaluate(window)?;
                let found = bounds.possible().iter().map(|doc| (doc, bounds.sure.contains(doc)));
                Ok(Some(found.collect()))
            }
            Way::Time(places, walk) => {
                let Some(window) = walk.next(of.times, rows) else {
                    return Ok(None);
                };
                let mut found = Found::new(*places, window, most);
                for docs in std::mem::take(&mut found.window.docs) {
                    let mut windows = Windows::new(docs);
                    while let Some(docs) = windows.next(WINDOW) {
                        found.add(of, docs)?;
                    }
                }
                if let Some(last) = found.finish() {
                    walk.resume_after(last);
                }
                Ok(Some(found.ranks.into_iter().map(|(_, candidate)| candidate).collect()))
            }
        }
    }
}

impl Searched<'_> {
    pub(crate) fn evaluate(&self, docs: Range<u32>) -> Result<Bounds> {
        #[cfg(test)]
        EVALUATED.set(EVALUATED.get() + docs.len());
        let bounds = self.node.evaluate(&Bitmap::full(docs), self.deadline);
        bounds.map_err(self.index.io())
    }
}

#[cfg(test)]
thread_local! {
    /// Documents that a question was evaluated on, for tests that count them.
    pub(crate) static EVALUATED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// Candidates of a window of the walk.
struct Found {
    places: Places,
    window: Window,
    most: usize,
    ranks: Vec<(Rank, Candidate)>,
    /// Whether some were let go of, all of which come later.
    is_cut: bool,
}

impl Found {
    fn new(places: Places, window: Window, most: usize) -> Self {
        Self {
            places,
            window,
            most,
            ranks: Vec::new(),
            is_cut: false,
        }
    }

    fn add(&mut self, of: Searched<'_>, docs: Range<u32>) -> Result<()> {
        let bounds = of.evaluate(docs)?;
        let mut times = [0; SOME];
        bounds.possible().each_some(|docs| {
            let times = &mut times[..docs.len()];
            of.index.occurred.get_vals(docs, times);
            for (at, doc) in times.iter().zip(docs) {
                let rank = self.places.rank((*at, *doc));
                if rank >= self.window.from && self.window.to.is_none_or(|to| rank < to) {
                    self.ranks.push((rank, (*doc, bounds.sure.contains(*doc))));
                }
            }
            // No more is held than a few times what is given.
            if self.ranks.len() > self.most.saturating_mul(4).max(SOME) {
                self.cut();
            }
        });
        Ok(())
    }

    /// Keeps the first ones.
    fn cut(&mut self) {
        if self.ranks.len() <= self.most {
            return;
        }
        let (_, last, _) = self.ranks.select_nth_unstable(self.most - 1);
        self.window.to = Some(last.0.next());
        self.ranks.truncate(self.most);
        self.is_cut = true;
    }

    /// Puts them in order; the last one if some that come later were let go of.
    fn finish(&mut self) -> Option<Rank> {
        self.cut();
        self.ranks.sort_unstable();
        self.ranks.last().filter(|_| self.is_cut).map(|(rank, _)| *rank)
    }
}

/// Documents cut into windows.
pub(crate) struct Windows(Range<u32>);

impl Windows {
    pub(crate) fn new(docs: Range<u32>) -> Self {
        Self(docs)
    }

    /// The next ones, at most so many, which are at least 1.
    pub(crate) fn next(&mut self, most: u32) -> Option<Range<u32>> {
        if self.0.is_empty() {
            return None;
        }
        let cut = self.0.start.saturating_add(most.max(1)).min(self.0.end);
        Some(std::mem::replace(&mut self.0.start, cut)..cut)
    }
}
