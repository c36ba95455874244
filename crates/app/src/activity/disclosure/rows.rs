//! Rows before and after somebody was given them.

use std::ops::Deref;

use activity::Activity;
use engine::Cursor;

/// Rows that nobody was given yet. Only a disclosure, or the keeper of a file, opens them.
#[derive(Debug)]
pub(crate) struct Unseen(Vec<Activity>);

impl Unseen {
    pub(super) fn new(rows: Vec<Activity>) -> Self {
        Self(rows)
    }

    /// Keeps only rows below this place, of rows in order of recording; whether there were others.
    pub(crate) fn keep_below(&mut self, seq: activity::Seq) -> bool {
        let all = self.0.len();
        self.0.truncate(self.0.partition_point(|row| row.seq < seq));
        self.0.len() < all
    }

    pub(crate) fn reverse(&mut self) {
        self.0.reverse();
    }

    /// Where the first row stands.
    pub(crate) fn first(&self) -> Option<Cursor> {
        self.0.first().map(place)
    }

    /// Where the last row stands.
    pub(crate) fn last(&self) -> Option<Cursor> {
        self.0.last().map(place)
    }

    /// The rows, for deciding whether and under which name they may be given. What is looked at here stays here.
    pub(in crate::activity) fn peek(&self) -> &[Activity] {
        &self.0
    }

    pub(super) fn open(self) -> Rows {
        Rows(self.0)
    }
}

fn place(row: &Activity) -> Cursor {
    Cursor {
        occurred_at: row.occurred_at,
        seq: row.seq,
    }
}

/// Rows that whoever they are about can know of: made by a disclosure and by nothing else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows(Vec<Activity>);

impl Rows {
    /// The rows themselves.
    #[must_use]
    pub fn into_vec(self) -> Vec<Activity> {
        self.0
    }
}

impl Deref for Rows {
    type Target = [Activity];
    fn deref(&self) -> &[Activity] {
        &self.0
    }
}

impl IntoIterator for Rows {
    type Item = Activity;
    type IntoIter = std::vec::IntoIter<Activity>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Rows {
    type Item = &'a Activity;
    type IntoIter = std::slice::Iter<'a, Activity>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}
