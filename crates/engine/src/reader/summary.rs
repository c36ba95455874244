//! What a look finds in all: how many, by which values, and when. Owns how the counts of stretches become those of the log.

use std::collections::{HashMap, HashSet};

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
        let (values, others) = candidates(&few, &many, wanted)?;
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

/// The values that may be the largest, most first; no other one has more than the number.
fn candidates(few: &HashMap<String, u64>, many: &[&Values], n: usize) -> Result<(Vec<(String, u64)>, u64), LogError> {
    let mut names: HashSet<String> = HashSet::new();
    let mut others = 0;
    for part in many {
        let largest = part.largest(n)?;
        others += largest.others;
        names.extend(largest.values);
    }
    let mut named: Vec<(&String, u64)> = few.iter().map(|(name, count)| (name, *count)).collect();
    if !many.is_empty() && named.len() > n {
        named.select_nth_unstable_by_key(n, |(_, count)| std::cmp::Reverse(*count));
        others += named[n].1;
        named.truncate(n);
    }
    names.extend(named.into_iter().map(|(name, _)| name.clone()));
    let mut values = Vec::with_capacity(names.len());
    for name in names {
        let mut count = few.get(&name).copied().unwrap_or_default();
        for part in many {
            count += part.of(&name)?;
        }
        values.push((name, count));
    }
    values.sort_unstable_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    Ok((values, others))
}
