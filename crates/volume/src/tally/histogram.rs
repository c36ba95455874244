//! How many there are of each outcome, over time.

use std::ops::Range;

use activity::{Outcome, Time};

use crate::bitmap::{Bitmap, SOME};
use crate::error::Result;
use crate::eval::Node;
use crate::index::column::{Column, Part};
use crate::indexed::Opened;
use crate::query::Deadline;
use crate::times;

/// How many there are of each outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcomes([u64; Outcome::ALL.len()]);

impl Outcomes {
    /// How many of this outcome.
    #[must_use]
    pub fn of(&self, outcome: Outcome) -> u64 {
        self.0[outcome as usize]
    }

    /// Without those of `less`, which are among them.
    pub(super) fn take_away(&mut self, less: &Self) {
        for (n, less) in self.0.iter_mut().zip(less.0) {
            *n = n.saturating_sub(less);
        }
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
fn outcomes(of: &Opened) -> Result<Vec<Outcome>> {
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

/// Counts documents by outcome between edges. Blocks that lie between two of them are counted by their bits; of the
/// commonest outcome is what is of no other.
pub(super) struct Bars<'a> {
    of: &'a Opened,
    edges: &'a [Time],
    bars: times::Bars,
    common: Outcome,
    /// The documents of every other outcome.
    rare: Vec<(Outcome, Node)>,
}

impl<'a> Bars<'a> {
    pub(super) fn new(of: &'a Opened, edges: &'a [Time]) -> Result<Self> {
        let (common, rare) = of.by_outcome()?;
        Ok(Self {
            bars: of.times.bars(edges),
            of,
            edges,
            common,
            rare,
        })
    }

    /// Adds these documents.
    pub(super) fn add(&self, docs: &Bitmap, into: &mut [Outcomes]) -> Result<()> {
        if docs.is_empty() {
            return Ok(());
        }
        let mut totals = vec![0; into.len()];
        self.count(docs, |pair, n| totals[pair] += n);
        for (outcome, node) in &self.rare {
            let mut rare = node.evaluate(docs, &Deadline::none()).map_err(self.of.index.io())?.sure;
            rare.and(docs);
            self.count(&rare, |pair, n| {
                into[pair].add(*outcome, n);
                totals[pair] -= n;
            });
        }
        for (into, total) in into.iter_mut().zip(totals) {
            into.add(self.common, total);
        }
        Ok(())
    }

    /// Calls `add` with how many of these documents lie between two edges.
    fn count(&self, docs: &Bitmap, mut add: impl FnMut(usize, u64)) {
        let window = docs.window();
        let within = |range: &Range<u32>| range.start < window.end && range.end > window.start;
        for (range, pair) in self.bars.whole.iter().filter(|(range, _)| within(range)) {
            add(*pair, docs.count_in(range));
        }
        if self.bars.mixed.iter().any(within) {
            each_bucket(self.of, self.edges, &docs.only(&self.bars.mixed), |pairs, _| {
                pairs
                    .iter()
                    .filter(|pair| **pair != usize::MAX)
                    .for_each(|pair| add(*pair, 1));
            });
        }
    }
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
    let (common, rare) = of.by_outcome()?;
    let deadline = Deadline::none();
    for (outcome, node) in rare {
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
    /// The commonest outcome, and the documents of every other.
    fn by_outcome(&self) -> Result<(Outcome, Vec<(Outcome, Node)>)> {
        let outcomes = outcomes(self)?;
        let deadline = Deadline::none();
        let mut nodes = Vec::with_capacity(outcomes.len());
        for (ord, outcome) in (0..).zip(&outcomes) {
            let node = self.having(Column::Outcome, &[ord], &deadline)?;
            let documents = self.known(&node).unwrap_or_default();
            nodes.push((documents, *outcome, node));
        }
        nodes.sort_by_key(|(documents, ..)| *documents);
        let common = nodes.pop().map_or(Outcome::Unknown, |(_, common, _)| common);
        Ok((
            common,
            nodes.into_iter().map(|(_, outcome, node)| (outcome, node)).collect(),
        ))
    }

    /// The documents with these values.
    fn having(&self, column: Column, ords: &[u64], deadline: &Deadline) -> Result<Node> {
        crate::eval::having(self.source(), column, ords, deadline).map_err(self.index.io())
    }
}
