//! What a look finds in all: how many, by which values, and when. Owns how the counts of stretches become those of the log.

use std::cmp::Reverse;
use std::collections::HashMap;

use activity::query::Expr;
use volume::{Breakdown, Count, Outcomes, Query, Tally, Values};

use super::view::View;
use crate::{LogError, Order};

/// How many more values than asked for are looked at first.
const SPARE: usize = 3;
/// How many times as many are looked at where those did not suffice.
const GROWTH: usize = 4;

/// What matches, counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// In all.
    pub count: Count,
    /// For each facet asked for, its largest values.
    pub tops: Vec<Top>,
    /// By outcome, between each two edges asked for.
    pub histogram: Vec<Outcomes>,
}

/// The largest values of a facet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Top {
    /// Most first; of equal ones, the lesser value.
    pub values: Vec<(String, u64)>,
    /// How many rows have another value than these.
    pub other: u64,
}

/// Counts what matches in this view.
pub(crate) fn summary(view: &View, query: &mut Query, by: &Breakdown, top: usize) -> Result<Summary, LogError> {
    let expr = query.expr().clone();
    let mut left = by.clone();
    let whole = |expr: &Expr| view.holes_of(expr, Order::Recorded, None).next().is_none();
    let mut count = Count {
        n: 0,
        exact: whole(&expr),
    };
    let mut histogram = vec![Outcomes::default(); by.edges.len().saturating_sub(1)];
    let mut values: Vec<Vec<Values>> = by.facets.iter().map(|_| Vec::new()).collect();
    // Newest first: what is not counted any more is the oldest.
    let stretches = view.stretches().rev();
    for stretch in stretches.filter(|stretch| stretch.may_match(&expr, Order::Recorded, None)) {
        query.check()?;
        let tally: Tally = stretch.tally(query, &left)?;
        left.most_checked = left.most_checked.saturating_sub(tally.checked);
        count.n += tally.n;
        count.exact &= tally.exact;
        histogram
            .iter_mut()
            .zip(&tally.histogram)
            .for_each(|(sum, more)| sum.join(more));
        values
            .iter_mut()
            .zip(tally.values)
            .for_each(|(all, more)| all.push(more));
    }
    let tops = values.iter().map(|values| largest(values, top, query));
    Ok(Summary {
        count,
        tops: tops.collect::<Result<_, _>>()?,
        histogram,
    })
}

/// The `n` largest of all values.
fn largest(parts: &[Values], n: usize, query: &Query) -> Result<Top, LogError> {
    let mut few: HashMap<String, u64> = HashMap::new();
    let mut many: Vec<&Values> = Vec::new();
    for part in parts {
        match part.few()? {
            Some(named) => named
                .into_iter()
                .for_each(|(name, count)| *few.entry(name).or_default() += count),
            None => many.push(part),
        }
    }
    let mut total: u64 = few.values().sum();
    for part in &many {
        total += part.total()?;
    }
    let mut wanted = n.saturating_mul(SPARE);
    let values = loop {
        query.check()?;
        let (values, others) = candidates(&few, &many, n, wanted)?;
        // Guarantee: whatever was not looked at has no more than `others` in all.
        if others == 0
            || values
                .get(n.saturating_sub(1))
                .is_some_and(|(_, least)| *least > others)
        {
            break values;
        }
        wanted = wanted.saturating_mul(GROWTH);
    };
    let values: Vec<(String, u64)> = values.into_iter().take(n).collect();
    Ok(Top {
        other: total - values.iter().map(|(_, count)| count).sum::<u64>(),
        values,
    })
}

/// The values that may be the `k` largest, most first; no value that is not looked at has more than the number.
fn candidates(
    few: &HashMap<String, u64>,
    many: &[&Values],
    k: usize,
    n: usize,
) -> Result<(Vec<(String, u64)>, u64), LogError> {
    let mut known: HashMap<String, Known> = HashMap::new();
    let mut others = Vec::with_capacity(many.len());
    for (part, values) in many.iter().enumerate() {
        let largest = values.largest(n)?;
        others.push(largest.others);
        for (name, count) in largest.values {
            known.entry(name).or_default().add(part, count);
        }
    }
    let mut named: Vec<(&String, u64)> = few.iter().map(|(name, count)| (name, *count)).collect();
    let mut rest = 0;
    if !many.is_empty() && named.len() > n {
        named.select_nth_unstable_by_key(n, |(_, count)| Reverse(*count));
        rest = named[n].1;
        named.truncate(n);
    }
    for (name, _) in named {
        known.entry(name.clone()).or_default();
    }
    for (name, known) in &mut known {
        known.count += few.get(name).copied().unwrap_or_default();
    }
    // Guarantee: as many as are wanted have this many at least, so that who cannot reach it is none of them.
    let mut counts: Vec<u64> = known.values().map(|known| known.count).collect();
    counts.sort_unstable_by_key(|count| Reverse(*count));
    let reached = counts.get(k.saturating_sub(1)).copied().unwrap_or_default();
    let mut values = Vec::new();
    for (name, known) in known {
        let unknown = |part: &usize| !known.parts.contains(part);
        let more: u64 = (0..many.len()).filter(unknown).map(|part| others[part]).sum();
        if known.count + more < reached {
            continue;
        }
        let mut count = known.count;
        for part in (0..many.len()).filter(unknown) {
            count += many[part].of(&name)?;
        }
        values.push((name, count));
    }
    values.sort_unstable_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    Ok((values, others.iter().sum::<u64>() + rest))
}

/// How many there are of a value in those parts in which it is among the largest.
#[derive(Debug, Default)]
struct Known {
    count: u64,
    parts: Vec<usize>,
}

impl Known {
    fn add(&mut self, part: usize, count: u64) {
        self.count += count;
        self.parts.push(part);
    }
}
