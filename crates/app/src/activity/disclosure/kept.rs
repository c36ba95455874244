//! Rows that go into a kept file: nobody is given them yet, and whoever downloads the file is.

use std::collections::BTreeMap;

use super::people::People;
use super::{Rows, Unseen};

/// Whose rows a file holds so far.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    people: BTreeMap<String, i64>,
}

impl Kept {
    /// Opens rows for the file.
    pub(crate) fn keep(&mut self, rows: Unseen) -> Rows {
        for (person, count) in People::of_all(rows.peek()).counts {
            *self.people.entry(person).or_default() += count;
        }
        rows.open()
    }

    /// How many rows of whom.
    pub(crate) fn people(&self) -> &BTreeMap<String, i64> {
        &self.people
    }
}
