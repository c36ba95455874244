//! The index gives what the in-memory evaluator gives, for any activities and any query.

use std::collections::BTreeMap;

use activity::query::Expr;
use activity::{Activity, Outcome, Time};
use proptest::collection::vec;
use proptest::prelude::*;

use super::{asked, expected, leaf, open, samples, write};
use crate::{Breakdown, Count, Cursor, Facet, Filling, Indexed, Order, RecordOnly, Room, Tally};

const ORDERS: [Order; 3] = [Order::Newest, Order::Oldest, Order::Recorded];
/// Every case writes several volumes durably, so few cases with many queries each; `PROPTEST_CASES` runs more.
pub(super) fn config() -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok())
        .unwrap_or(24);
    ProptestConfig {
        cases,
        max_shrink_iters: 300,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_volume_answers_as_memory_does(
        activities in samples::activities(),
        queries in vec(samples::expr(), 20),
        cuts in vec(1usize..30, 1..4),
        limit in 1usize..9,
    ) {
        let dir = tempfile::tempdir().unwrap();
        let mut parts = Vec::new();
        let mut rest = activities.as_slice();
        for cut in cuts {
            let (part, after) = rest.split_at(cut.min(rest.len()));
            if !part.is_empty() {
                parts.push(open(dir.path(), &write(dir.path(), part)));
            }
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(open(dir.path(), &write(dir.path(), rest)));
        }
        let mut volumes = vec![(parts[0].clone(), &activities[..parts[0].meta().count as usize])];
        if parts.len() > 1 {
            let merged = super::merge(dir.path(), &parts).unwrap();
            volumes.push((open(dir.path(), &merged), &activities));
        }
        for (volume, _) in &volumes {
            crate::verify(volume.dir(), volume.meta(), &|activity: &Activity, _: &[activity::canonical::KeptDigest]| Some(leaf(activity)), &crate::Deadline::none()).unwrap();
        }
        for (volume, activities) in &volumes {
            let slow = RecordOnly::open(volume.dir(), volume.meta().clone()).unwrap();
            for query in &queries {
                check(&**volume, activities, query, limit)?;
            }
            for query in &queries[..4] {
                check(&slow, activities, query, limit)?;
            }
        }
    }
}

/// What answers: an index, or the record alone.
pub(super) trait Answers {
    fn scan(&self, query: &Expr, order: Order, room: Room) -> Vec<Activity>;
    fn search(&self, query: &Expr, order: Order, after: Option<Cursor>, room: Room) -> Vec<Activity>;
    fn count(&self, query: &Expr, cap: u64) -> Count;
    fn tally(&self, query: &Expr, by: &Breakdown) -> Tally;
    fn get(&self, seq: u64) -> Option<Activity>;
}

macro_rules! answers {
    ($($of:ty),+) => {$(
        impl Answers for $of {
            fn scan(&self, query: &Expr, order: Order, room: Room) -> Vec<Activity> {
                self.scan(asked(query), order, room).unwrap().flat_map(Result::unwrap).collect()
            }
            fn search(&self, query: &Expr, order: Order, after: Option<Cursor>, room: Room) -> Vec<Activity> {
                self.search(&mut asked(query), order, after, Filling::new(room)).unwrap()
            }
            fn count(&self, query: &Expr, cap: u64) -> Count {
                self.count(&mut asked(query), cap).unwrap()
            }
            fn tally(&self, query: &Expr, by: &Breakdown) -> Tally {
                self.tally(&mut asked(query), by).unwrap()
            }
            fn get(&self, seq: u64) -> Option<Activity> {
                self.get(seq).unwrap()
            }
        }
    )+};
}

answers!(Indexed, RecordOnly);

pub(super) fn check(
    volume: &impl Answers,
    activities: &[Activity],
    query: &Expr,
    limit: usize,
) -> Result<(), TestCaseError> {
    for order in ORDERS {
        let expected = expected(activities, query, order);
        let scanned = volume.scan(query, order, Room::rows(limit));
        prop_assert_eq!(&scanned, &expected, "scan {:?} `{}`", order, query);
        let mut paged = Vec::new();
        loop {
            let page = volume.search(query, order, paged.last().map(Cursor::after), Room::rows(limit));
            let full = page.len() == limit;
            paged.extend(page);
            if !full {
                break;
            }
        }
        prop_assert_eq!(&paged, &expected, "pages {:?} `{}`", order, query);
    }
    let all = expected(activities, query, Order::Recorded);
    let count = volume.count(query, 1000);
    prop_assert_eq!((count.n, count.exact), (all.len() as u64, true), "count `{}`", query);
    let capped = volume.count(query, limit as u64);
    prop_assert!(
        capped.n <= all.len() as u64 && (capped.exact || capped.n >= limit as u64),
        "capped `{}`",
        query
    );
    prop_assert!(!capped.exact || capped.n == all.len() as u64, "capped `{}`", query);
    check_tally(volume, query, &all, limit)?;
    for row in &all {
        let got = volume.get(row.seq);
        prop_assert_eq!(got.as_ref(), Some(row));
    }
    Ok(())
}

/// Counts by value and over time, against counting the rows.
fn check_tally(of: &impl Answers, query: &Expr, rows: &[Activity], n: usize) -> Result<(), TestCaseError> {
    let mut edges: Vec<Time> = rows.iter().step_by(4).map(|row| row.occurred_at).collect();
    edges.sort_unstable();
    let by = Breakdown {
        facets: Facet::ALL.to_vec(),
        edges: edges.clone(),
        most_checked: u64::MAX,
    };
    let tally = of.tally(query, &by);
    prop_assert_eq!((tally.n, tally.exact), (rows.len() as u64, true), "tally `{}`", query);
    for (facet, values) in Facet::ALL.into_iter().zip(&tally.values) {
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        let named = rows.iter().filter_map(|row| facet.of(row));
        named.for_each(|value| *counts.entry(value).or_default() += 1);
        prop_assert_eq!(
            values.total().unwrap(),
            counts.values().sum::<u64>(),
            "{:?} of `{}`",
            facet,
            query
        );
        let largest = values.largest(n).unwrap();
        for (value, count) in &counts {
            prop_assert_eq!(
                values.of(value).unwrap(),
                *count,
                "{:?} {:?} of `{}`",
                facet,
                value,
                query
            );
            prop_assert!(
                *count <= largest.others || largest.values.contains(&(value.clone(), *count)),
                "{:?} {:?} of `{}`",
                facet,
                value,
                query
            );
        }
        prop_assert_eq!(values.of("nobody").unwrap(), 0);
        if let Some(few) = values.few().unwrap() {
            prop_assert_eq!(
                few.into_iter().collect::<BTreeMap<_, _>>(),
                counts,
                "{:?} of `{}`",
                facet,
                query
            );
        }
    }
    prop_assert_eq!(tally.histogram.len(), edges.len().saturating_sub(1));
    for (edge, outcomes) in edges.windows(2).zip(&tally.histogram) {
        let within = rows.iter().filter(|row| (edge[0]..edge[1]).contains(&row.occurred_at));
        for outcome in Outcome::ALL {
            let n = within.clone().filter(|row| row.outcome == *outcome).count();
            prop_assert_eq!(outcomes.of(*outcome), n as u64, "{:?} of `{}`", outcome, query);
        }
    }
    Ok(())
}
