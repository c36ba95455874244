//! Counting rows one by one, where there is no index.

use std::collections::HashMap;

use activity::Activity;

use super::histogram::{self, Outcomes};
use super::{Breakdown, Tally, Values};

/// Counts of the rows so far.
#[derive(Debug)]
pub struct RowTally<'a> {
    by: &'a Breakdown,
    n: u64,
    values: Vec<HashMap<String, u64>>,
    histogram: Vec<Outcomes>,
}

impl<'a> RowTally<'a> {
    /// None yet.
    #[must_use]
    pub fn new(by: &'a Breakdown) -> Self {
        Self {
            by,
            n: 0,
            values: vec![HashMap::new(); by.facets.len()],
            histogram: histogram::none(&by.edges),
        }
    }

    /// Counts a row that matches.
    pub fn add(&mut self, row: &Activity) {
        self.n += 1;
        for (facet, counts) in self.by.facets.iter().zip(&mut self.values) {
            if let Some(value) = facet.of(row) {
                *counts.entry(value).or_default() += 1;
            }
        }
        let bucket = histogram::bucket(&self.by.edges, row.occurred_at);
        if let Some(outcomes) = bucket.and_then(|at| self.histogram.get_mut(at)) {
            outcomes.add(row.outcome, 1);
        }
    }

    /// The counts.
    #[must_use]
    pub fn finish(self) -> Tally {
        Tally {
            n: self.n,
            exact: true,
            values: self.values.into_iter().map(Values::named).collect(),
            histogram: self.histogram,
            checked: self.n,
        }
    }
}
