//! A walk through a volume in the order of time, from either end.

use std::ops::Range;

use activity::{Seq, Time};

use super::{Key, Span, TimeMap, ranges};
use crate::order::Cursor;

/// A row's place in the order of a walk: less comes first. The second part is the number of its document, which is
/// negative for a cursor at a row before the volume.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rank(i64, i64);

impl Rank {
    const LEAST: Self = Self(i64::MIN, i64::MIN);
    const MOST: Self = Self(i64::MAX, i64::MAX);

    /// Less than every row with this first part.
    fn before(at: i64) -> Self {
        Self(at, i64::MIN)
    }

    fn of(newest: bool, at: i64, doc: i64) -> Self {
        // Complement turns the order of integers around, without overflow.
        if newest { Self(!at, !doc) } else { Self(at, doc) }
    }

    pub(crate) fn row(newest: bool, (at, doc): Key) -> Self {
        Self::of(newest, at, i64::from(doc))
    }

    /// The row's document.
    pub(crate) fn doc(self, newest: bool) -> u32 {
        let doc = if newest { !self.1 } else { self.1 };
        u32::try_from(doc).unwrap_or(u32::MAX)
    }

    /// The rank after this one.
    pub(crate) fn next(self) -> Self {
        match self.1.checked_add(1) {
            Some(next) => Self(self.0, next),
            None => Self(self.0.saturating_add(1), i64::MIN),
        }
    }
}

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

/// A walk from a cursor to the end. Its windows follow each other and leave nothing out.
#[derive(Debug)]
pub(crate) struct Walk {
    newest: bool,
    /// Rows from here on are still to come.
    from: Rank,
    /// Rows from here on are not wanted.
    until: Rank,
    /// How many spans were entered, in the order in which they begin.
    entered: usize,
    /// Spans that were entered and are not behind yet.
    open: Vec<u32>,
}

impl Walk {
    /// A walk over the rows that happened within these bounds and come after the cursor.
    pub(crate) fn new(newest: bool, within: Within, after: Option<Cursor>, first_seq: Seq) -> Self {
        let after = after.map(|cursor| {
            let doc = i128::from(cursor.seq) - i128::from(first_seq);
            let doc = i64::try_from(doc).unwrap_or(if doc < 0 { i64::MIN } else { i64::MAX });
            Rank::of(newest, cursor.occurred_at.0, doc).next()
        });
        // Before the first row of that instant, in the order of the walk.
        let at = |time: Time| {
            if newest {
                Rank::before(!time.0)
            } else {
                Rank::before(time.0)
            }
        };
        let Within { from, to } = within;
        // From the newest, the last instant that is wanted is the first of the walk, and the first that is wanted its last.
        let before = |bound: Option<Time>| bound.map(|bound| at(Time(bound.0.saturating_sub(1))));
        let (begin, end) = if newest {
            (before(to), before(from))
        } else {
            (from.map(at), to.map(at))
        };
        Self {
            newest,
            from: after.max(begin).unwrap_or(Rank::LEAST),
            until: end.unwrap_or(Rank::MOST),
            entered: 0,
            open: Vec::new(),
        }
    }

    /// The next window, of about `rows` rows and all that lies between them; `None` at the end.
    pub(crate) fn next(&mut self, map: &TimeMap, rows: u32) -> Option<Window> {
        let (newest, from) = (self.newest, self.from);
        if from >= self.until {
            return None;
        }
        self.open.retain(|span| end(newest, &map.spans[*span as usize]) >= from);
        let mut fresh = 0;
        while let Some(span) = self.upcoming(map) {
            let begins = begin(newest, &map.spans[span as usize]);
            if begins >= self.until || (fresh >= rows && begins > from) {
                break;
            }
            self.entered += 1;
            let span_rows = map.spans[span as usize].rows;
            if end(newest, &map.spans[span as usize]) >= from {
                self.open.push(span);
                // What a cursor lies in is not fresh: it may be nearly behind.
                fresh += if begins >= from { span_rows } else { 0 };
            }
        }
        if self.open.is_empty() {
            return None;
        }
        let to = self.upcoming(map).map(|span| begin(newest, &map.spans[span as usize]));
        self.from = to.unwrap_or(Rank::MOST);
        let blocks = self.open.iter().map(|span| map.spans[*span as usize].block).collect();
        Some(Window {
            docs: ranges(blocks, map.docs),
            from,
            to,
        })
    }

    /// Goes on after `last` instead of after the window that was given last: its later rows were not taken.
    pub(crate) fn resume_after(&mut self, last: Rank) {
        self.from = last.next();
    }

    fn upcoming(&self, map: &TimeMap) -> Option<u32> {
        if self.newest {
            map.by_last.get(self.entered).copied()
        } else {
            (self.entered < map.spans.len()).then_some(self.entered as u32)
        }
    }
}

fn begin(newest: bool, span: &Span) -> Rank {
    Rank::row(newest, if newest { span.last } else { span.first })
}

fn end(newest: bool, span: &Span) -> Rank {
    Rank::row(newest, if newest { span.first } else { span.last })
}
