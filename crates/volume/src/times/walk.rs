//! A walk through a volume in the order of time, from either end.

use std::ops::Range;

use activity::{Seq, Time};

use super::{Key, Span, TimeMap, ranges};
use crate::order::{Cursor, Order, Rank};

/// The next rows of a walk: those of these documents whose rank lies from `from` on and before `to`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) docs: Vec<Range<u32>>,
    pub(crate) from: Rank,
    /// `None`: to the end.
    pub(crate) to: Option<Rank>,
}

/// When the rows of a walk happened: from an instant on, and before another; `None` is unbounded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Within {
    pub(crate) from: Option<Time>,
    pub(crate) to: Option<Time>,
}

/// A walk from a cursor to the end, from the oldest or the newest. Its windows follow each other and leave nothing out.
#[derive(Debug)]
pub(crate) struct Walk {
    places: Places,
    /// Rows from here on are still to come.
    from: Rank,
    /// Rows from here on are not wanted.
    until: Rank,
    /// How many spans were entered, in the order in which they begin.
    entered: usize,
    /// Spans that were entered and are not behind yet.
    open: Vec<u32>,
}

/// How documents of a volume are ranked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Places {
    pub(crate) order: Order,
    pub(crate) first_seq: Seq,
}

impl Places {
    pub(crate) fn rank(self, (at, doc): Key) -> Rank {
        let cursor = Cursor {
            occurred_at: Time(at),
            seq: self.first_seq + u64::from(doc),
        };
        Rank::of(self.order, cursor)
    }

    fn begin(self, span: &Span) -> Rank {
        self.rank(if self.order == Order::Newest {
            span.last
        } else {
            span.first
        })
    }

    fn end(self, span: &Span) -> Rank {
        self.rank(if self.order == Order::Newest {
            span.first
        } else {
            span.last
        })
    }

    /// Before the first row of an instant.
    fn before(self, at: Time) -> Rank {
        Rank::least(self.order, at, at, 0)
    }
}

impl Walk {
    /// A walk over the rows that happened within these bounds and come after the cursor.
    pub(crate) fn new(places: Places, within: Within, after: Option<Cursor>) -> Self {
        let Within { from, to } = within;
        let at = |bound: Option<Time>| bound.map(|bound| places.before(bound));
        // From the newest, the last instant that is wanted is the first of the walk, and the first that is wanted its last.
        let earlier = |bound: Option<Time>| at(bound.map(|bound| Time(bound.0.saturating_sub(1))));
        let (begin, end) = match places.order {
            Order::Newest => (earlier(to), earlier(from)),
            Order::Oldest | Order::Recorded => (at(from), at(to)),
        };
        let after = after.map(|after| Rank::of(places.order, after).next());
        Self {
            places,
            from: after.max(begin).unwrap_or(Rank::LEAST),
            until: end.unwrap_or(Rank::MOST),
            entered: 0,
            open: Vec::new(),
        }
    }

    /// The same walk, but no further than to this rank.
    pub(crate) fn to(mut self, until: Option<Rank>) -> Self {
        self.until = self.until.min(until.unwrap_or(Rank::MOST));
        self
    }

    /// The next window, of about `rows` rows and all that lies between them; `None` at the end.
    pub(crate) fn next(&mut self, map: &TimeMap, rows: u32) -> Option<Window> {
        let (places, from) = (self.places, self.from);
        if from >= self.until {
            return None;
        }
        self.open.retain(|span| places.end(&map.spans[*span as usize]) >= from);
        let mut fresh = 0;
        while let Some(span) = self.upcoming(map) {
            let begins = places.begin(&map.spans[span as usize]);
            if begins >= self.until || (fresh >= rows && begins > from) {
                break;
            }
            self.entered += 1;
            let span_rows = map.spans[span as usize].rows;
            if places.end(&map.spans[span as usize]) >= from {
                self.open.push(span);
                // What a cursor lies in is not fresh: it may be nearly behind.
                fresh += if begins >= from { span_rows } else { 0 };
            }
        }
        if self.open.is_empty() {
            return None;
        }
        let next = self.upcoming(map).map(|span| places.begin(&map.spans[span as usize]));
        let to = next.unwrap_or(Rank::MOST).min(self.until);
        self.from = to;
        let blocks = self.open.iter().map(|span| map.spans[*span as usize].block).collect();
        Some(Window {
            docs: ranges(blocks, map.docs),
            from,
            to: (to < Rank::MOST).then_some(to),
        })
    }

    /// Goes on after `last` instead of after the window that was given last: its later rows were not taken.
    pub(crate) fn resume_after(&mut self, last: Rank) {
        self.from = last.next();
    }

    fn upcoming(&self, map: &TimeMap) -> Option<u32> {
        if self.places.order == Order::Newest {
            map.by_last.get(self.entered).copied()
        } else {
            (self.entered < map.spans.len()).then_some(self.entered as u32)
        }
    }
}
