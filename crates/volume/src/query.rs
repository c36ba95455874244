//! A question while it is worked on: what is asked, until when, and what one answer may hold.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use activity::Activity;
use activity::query::{Expr, Matcher};

use crate::order::Rank;

/// Until when a question may be worked on, and whether anybody still waits for the answer. Clones are of the same one.
#[derive(Clone, Debug, Default)]
pub struct Deadline {
    until: Option<Instant>,
    given_up: Arc<AtomicBool>,
}

/// Why the work on a question was ended before its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Overdue {
    /// Its time is over.
    #[error("the time for this question is over")]
    Time,
    /// Whoever asked has gone.
    #[error("nobody waits for this answer any more")]
    GivenUp,
}

impl Deadline {
    /// None: the question may take as long as somebody waits.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// This long from now.
    #[must_use]
    pub fn within(time: Duration) -> Self {
        Self {
            until: Instant::now().checked_add(time),
            ..Self::default()
        }
    }

    /// Says that nobody waits any more: every clone is overdue from now on.
    pub fn give_up(&self) {
        self.given_up.store(true, Ordering::Relaxed);
    }

    /// Whether the work may go on.
    pub fn check(&self) -> Result<(), Overdue> {
        if self.given_up.load(Ordering::Relaxed) {
            return Err(Overdue::GivenUp);
        }
        match self.until {
            Some(until) if Instant::now() >= until => Err(Overdue::Time),
            _ => Ok(()),
        }
    }
}

/// So that it passes through the index library's readers; [`crate::VolumeError::io`] takes it out again.
impl From<Overdue> for std::io::Error {
    fn from(overdue: Overdue) -> Self {
        Self::other(overdue)
    }
}

/// A bound query under way. Carried from one stretch of the log to the next.
#[derive(Debug)]
pub struct Query {
    pub(crate) expr: Expr,
    pub(crate) deadline: Deadline,
    matcher: Matcher,
    /// Activities that may be matched before the next look at the clock.
    left: u32,
}

impl Query {
    /// Begins with a bound query.
    #[must_use]
    pub fn new(expr: &Expr, deadline: Deadline) -> Self {
        Self {
            matcher: Matcher::new(expr),
            expr: expr.clone(),
            deadline,
            left: 0,
        }
    }

    /// Another query under the same deadline.
    #[must_use]
    pub fn another(&self, expr: &Expr) -> Self {
        Self::new(expr, self.deadline.clone())
    }

    /// The query itself.
    #[must_use]
    pub fn expr(&self) -> &Expr {
        &self.expr
    }

    /// Whether an activity matches.
    pub fn matches(&mut self, activity: &Activity) -> Result<bool, Overdue> {
        if self.left == 0 {
            self.deadline.check()?;
            self.left = self.matcher.stride();
        }
        self.left -= 1;
        Ok(self.matcher.matches(activity))
    }

    /// Whether the work may go on.
    pub fn check(&self) -> Result<(), Overdue> {
        self.deadline.check()
    }
}

/// What one answer may hold. It is full with the row that reaches either bound, so that one row is always given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// Most rows.
    pub rows: usize,
    /// Bytes after which no further row is taken, as [`activity::weight`] counts them.
    pub bytes: usize,
}

impl Room {
    /// Room for so many rows, however large.
    #[must_use]
    pub fn rows(rows: usize) -> Self {
        Self {
            rows,
            bytes: usize::MAX,
        }
    }

    /// What is left of it behind these rows.
    #[must_use]
    pub fn behind(self, rows: &[Activity]) -> Self {
        let bytes: usize = rows.iter().map(|row| activity::weight(row)).sum();
        Self {
            rows: self.rows.saturating_sub(rows.len()),
            bytes: self.bytes.saturating_sub(bytes),
        }
    }

    /// How many of `rows`, from the first, have room.
    #[must_use]
    pub fn fitting(&self, rows: &[Activity]) -> usize {
        let mut bytes = 0;
        let fits = |row: &&Activity| {
            let fits = bytes < self.bytes;
            bytes += activity::weight(row);
            fits
        };
        rows.iter().take(self.rows).take_while(fits).count()
    }
}

/// Rows on the way into an answer, and one beyond it, which tells that there are more.
#[derive(Debug)]
pub struct Filling {
    room: Room,
    bytes: usize,
    /// Rows beyond the answer that are wanted.
    beyond: usize,
    /// Rows from this rank on are not wanted.
    until: Option<Rank>,
    rows: Vec<Activity>,
}

impl Filling {
    /// Nothing yet; no more than there is room for.
    #[must_use]
    pub fn new(room: Room) -> Self {
        Self {
            room,
            bytes: 0,
            beyond: 0,
            until: None,
            rows: Vec::new(),
        }
    }

    /// Nothing yet; what there is room for and one row beyond.
    #[must_use]
    pub fn and_one_beyond(room: Room) -> Self {
        Self {
            beyond: 1,
            ..Self::new(room)
        }
    }

    /// The same, but nothing from this rank on: there are enough rows before it.
    #[must_use]
    pub fn before(self, until: Option<Rank>) -> Self {
        Self { until, ..self }
    }

    /// From which rank on no row is wanted.
    #[must_use]
    pub fn until(&self) -> Option<Rank> {
        self.until
    }

    /// Another, with the same room and nothing in it.
    pub(crate) fn another(&self) -> Self {
        Self {
            beyond: self.beyond,
            until: self.until,
            ..Self::new(self.room)
        }
    }

    /// Adds a row.
    pub fn push(&mut self, row: Activity) {
        if self.is_full() {
            self.beyond = self.beyond.saturating_sub(1);
        }
        self.bytes += activity::weight(&row);
        self.rows.push(row);
    }

    /// Takes these rows, all of which have room, for its own, where it has none.
    pub fn take(&mut self, rows: Vec<Activity>) {
        self.bytes = rows.iter().map(|row| activity::weight(row)).sum();
        self.rows = rows;
    }

    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How many rows more, at most.
    #[must_use]
    pub fn missing(&self) -> usize {
        if self.is_full() {
            self.beyond
        } else {
            self.room.rows - self.rows.len() + self.beyond
        }
    }

    fn is_full(&self) -> bool {
        self.bytes >= self.room.bytes || self.rows.len() >= self.room.rows
    }

    /// The rows, in the order they came.
    #[must_use]
    pub fn into_rows(self) -> Vec<Activity> {
        self.rows
    }
}

/// How many rows are read at once: so many that they hold about as many bytes as was set, by what those before held.
#[derive(Debug)]
pub(crate) struct Step {
    bytes: usize,
    rows: usize,
    most: usize,
}

impl Step {
    /// The first step: a usual page.
    const FIRST: usize = if cfg!(test) { 3 } else { 64 };

    pub(crate) fn new(bytes: usize, most: usize) -> Self {
        Self {
            bytes,
            rows: Self::FIRST.min(most),
            most,
        }
    }

    /// How many rows the next step reads.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Takes note of what a step held.
    pub(crate) fn held(&mut self, rows: &[Activity]) {
        if rows.is_empty() {
            return;
        }
        // Only the frame, which rows have besides what is weighed.
        let frame = size_of::<Activity>();
        let each = rows.iter().map(|row| frame + activity::weight(row)).sum::<usize>() / rows.len();
        self.rows = (self.bytes / each.max(1)).clamp(1, self.most);
    }
}
