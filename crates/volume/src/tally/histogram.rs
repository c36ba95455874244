//! How many there are of each outcome, over time.

use activity::{Outcome, Time};

use crate::bitmap::{Bitmap, SOME};
use crate::error::Result;
use crate::eval::Node;
use crate::index::column::{Column, Part};
use crate::indexed::Opened;
use crate::query::Deadline;

/// How many there are of each outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcomes([u64; Outcome::ALL.len()]);

impl Outcomes {
    /// How many of this outcome.
    #[must_use]
    pub fn of(&self, outcome: Outcome) -> u64 {
        self.0[outcome as usize]
    }

    /// Of all outcomes.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    pub(super) fn add(&mut self, outcome: Outcome, n: u64) {
        self.0[outcome as usize] += n;
    }

    /// Adds those of another.
    pub fn join(&mut self, other: &Self) {
        self.0.iter_mut().zip(other.0).for_each(|(sum, n)| *sum += n);
    }
}

/// Nothing counted yet.
pub(super) fn none(edges: &[Time]) -> Vec<Outcomes> {
    vec![Outcomes::default(); edges.len().saturating_sub(1)]
}

/// Between which two edges an instant lies.
pub(super) fn bucket(edges: &[Time], at: Time) -> Option<usize> {
    let bucket = edges.partition_point(|edge| *edge <= at).checked_sub(1)?;
    (bucket + 1 < edges.len()).then_some(bucket)
}

/// The outcome of each number of the dictionary.
pub(super) fn outcomes(of: &Opened) -> Result<Vec<Outcome>> {
    let column = of.index.column(Column::Outcome);
    let ords: Vec<u64> = (0..column.terms() as u64).collect();
    let mut outcomes = Vec::with_capacity(ords.len());
    let found = column.parts(&ords, |_, part| {
        outcomes.push(if let Part::Outcome(outcome) = part {
            outcome
        } else {
            Outcome::Unknown
        });
    });
    if found.map_err(of.index.io())? {
        Ok(outcomes)
    } else {
        Err(of.index.damaged("an outcome cannot be read"))
    }
}

/// Adds these documents.
pub(super) fn add(of: &Opened, edges: &[Time], (docs, outcomes): (&Bitmap, &[Outcome]), into: &mut [Outcomes]) {
    let ords = of.index.column(Column::Outcome).ords();
    let mut numbers = [0; SOME];
    each_bucket(of, edges, docs, |buckets, docs| {
        let numbers = &mut numbers[..docs.len()];
        ords.get_vals(docs, numbers);
        for (bucket, number) in buckets.iter().zip(numbers) {
            if let (Some(into), Some(outcome)) = (into.get_mut(*bucket), outcomes.get(*number as usize)) {
                into.add(*outcome, 1);
            }
        }
    });
}

/// Calls `each` with the bucket of each of these documents, or `usize::MAX`.
fn each_bucket(of: &Opened, edges: &[Time], docs: &Bitmap, mut each: impl FnMut(&[usize], &[u32])) {
    let (mut times, mut buckets) = ([0; SOME], [usize::MAX; SOME]);
    let (mut known, mut last) = (0..0, usize::MAX);
    docs.each_some(|docs| {
        let times = &mut times[..docs.len()];
        of.index.occurred.get_vals(docs, times);
        for (at, into) in times.iter().zip(&mut buckets) {
            // Neighbours mostly lie between the same edges.
            if !known.contains(at) {
                let bucket = bucket(edges, Time(*at));
                last = bucket.unwrap_or(usize::MAX);
                known = bucket.map_or(0..0, |bucket| edges[bucket].0..edges[bucket + 1].0);
            }
            *into = last;
        }
        each(&buckets[..docs.len()], docs);
    });
}

/// Of all documents. Blocks of which all rows lie between two edges are not read; of the commonest outcome is what is of
/// no other.
pub(super) fn of_all(of: &Opened, edges: &[Time]) -> Result<Vec<Outcomes>> {
    let mut counted = none(edges);
    if counted.is_empty() {
        return Ok(counted);
    }
    let mut totals = vec![0u64; counted.len()];
    let mut count = |buckets: &[usize]| {
        for bucket in buckets {
            if let Some(total) = totals.get_mut(*bucket) {
                *total += 1;
            }
        }
    };
    let (whole, blocks) = of.times.between(edges);
    for docs in blocks {
        each_bucket(of, edges, &Bitmap::full(docs), |buckets, _| count(buckets));
    }
    whole
        .into_iter()
        .for_each(|(bucket, rows)| totals[bucket] += u64::from(rows));
    let common = rare_outcomes(of, edges, &mut counted)?;
    for (outcomes, total) in counted.iter_mut().zip(totals) {
        let rest = total.saturating_sub(outcomes.total());
        outcomes.add(common, rest);
    }
    Ok(counted)
}

/// Adds the documents of every outcome but the commonest, which is returned.
fn rare_outcomes(of: &Opened, edges: &[Time], into: &mut [Outcomes]) -> Result<Outcome> {
    let outcomes = outcomes(of)?;
    let deadline = Deadline::none();
    let mut nodes = Vec::with_capacity(outcomes.len());
    for (ord, outcome) in (0..).zip(&outcomes) {
        let node = of.having(Column::Outcome, &[ord], &deadline)?;
        let documents = of.known(&node).unwrap_or_default();
        nodes.push((documents, *outcome, node));
    }
    nodes.sort_by_key(|(documents, ..)| *documents);
    let Some((_, common, _)) = nodes.pop() else {
        return Ok(Outcome::Unknown);
    };
    for (_, outcome, node) in nodes {
        let bounds = of.searched(&node, &deadline).evaluate(0..of.docs())?;
        each_bucket(of, edges, &bounds.sure, |buckets, _| {
            for bucket in buckets {
                if let Some(into) = into.get_mut(*bucket) {
                    into.add(outcome, 1);
                }
            }
        });
    }
    Ok(common)
}

impl Opened {
    /// The documents with these values.
    fn having(&self, column: Column, ords: &[u64], deadline: &Deadline) -> Result<Node> {
        crate::eval::having(self.source(), column, ords, deadline).map_err(self.index.io())
    }
}
