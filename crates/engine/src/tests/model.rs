//! The log against the plainest model of one: a `Vec`.

use std::collections::BTreeMap;

use activity::query::Expr;
use activity::{Activity, Facts, Outcome, Time};
use proptest::prelude::*;

use super::{Bed, START, facts, parse, reporter, seqs};
use crate::reader::freeze::Load;
use crate::{Breakdown, Count, Facet, Look, Order, Search, Top};

#[derive(Clone, Debug)]
enum Step {
    Append(Vec<(u64, i64)>),
    Ingest(Vec<(u64, i64)>),
    Abandon(Vec<(u64, i64)>),
    Settle(bool),
    Freeze(Load),
    Reopen,
    Read { order: u8, limit: usize },
    Look,
}

fn some() -> impl Strategy<Value = Vec<(u64, i64)>> {
    proptest::collection::vec((0..30_u64, -40..40_i64), 1..25)
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => some().prop_map(Step::Append),
        4 => some().prop_map(Step::Ingest),
        1 => some().prop_map(Step::Abandon),
        2 => any::<bool>().prop_map(Step::Settle),
        3 => proptest::sample::select(vec![Load::Heavy, Load::Usual, Load::None]).prop_map(Step::Freeze),
        1 => Just(Step::Reopen),
        3 => (0..3_u8, 1..20_usize).prop_map(|(order, limit)| Step::Read { order, limit }),
        3 => Just(Step::Look),
    ]
}

fn made(some: &[(u64, i64)]) -> Vec<Facts> {
    let one = |(n, hours): &(u64, i64)| {
        let mut facts = facts(*n);
        facts.occurred_at = START.plus(hours * 3600 * Time::SECOND);
        facts
    };
    some.iter().map(one).collect()
}

fn ordered(model: &[Facts], order: Order) -> Vec<u64> {
    let mut rows: Vec<(Time, u64)> = model
        .iter()
        .zip(0..)
        .map(|(facts, seq)| (facts.occurred_at, seq))
        .collect();
    match order {
        Order::Recorded => {}
        Order::Oldest => rows.sort_unstable(),
        Order::Newest => rows.sort_unstable_by_key(|row| std::cmp::Reverse(*row)),
    }
    rows.into_iter().map(|(_, seq)| seq).collect()
}

/// Whatever happened since, a look answers everything as of when it was taken, and its answers agree.
async fn assert_as_of(look: &Look, model: &[Facts]) {
    assert_eq!(look.complete_through().size, model.len() as u64);
    for order in [Order::Newest, Order::Oldest, Order::Recorded] {
        let search = Search {
            expr: Expr::All,
            order,
            after: None,
            limit: 100_000,
        };
        let page = look.search(&search).await.unwrap();
        assert_eq!(seqs(&page.rows), ordered(model, order));
        assert_eq!((page.next, page.complete_through), (None, look.complete_through()));
        let mut scan = look.scan(Expr::All, order).unwrap();
        let mut rows = Vec::new();
        while let Some(chunk) = scan.next_chunk().await {
            rows.extend(chunk.unwrap());
        }
        assert_eq!(rows, page.rows);
    }
    for query in ["", "user:usr_1", "outcome:failure", "at:2027-01-15T08:00:00Z.."] {
        let expr = parse(query);
        let n = model.iter().filter(|facts| expr.matches(&of(facts))).count() as u64;
        assert_eq!(
            look.count(&expr, u64::MAX).await.unwrap(),
            Count { n, exact: true },
            "{query}"
        );
        assert_summary(look, &expr, model).await;
    }
    assert!(look.get(model.len() as u64).await.unwrap().is_none());
}

async fn assert_summary(look: &Look, expr: &Expr, model: &[Facts]) {
    let by = Breakdown {
        facets: vec![Facet::Kind, Facet::User, Facet::Ip],
        edges: (-6..=6).map(|n| START.plus(n * 7 * 3600 * Time::SECOND)).collect(),
        most_checked: u64::MAX,
    };
    let rows: Vec<Activity> = model.iter().map(of).filter(|row| expr.matches(row)).collect();
    for top in [1, 2, 5] {
        let summary = look.summary(expr, &by, top).await.unwrap();
        let n = rows.len() as u64;
        assert_eq!(summary.count, Count { n, exact: true });
        for (facet, found) in by.facets.iter().zip(&summary.tops) {
            assert_eq!(*found, top_of(&rows, *facet, top), "{facet:?}");
        }
        for (edge, outcomes) in by.edges.windows(2).zip(&summary.histogram) {
            let within = rows.iter().filter(|row| (edge[0]..edge[1]).contains(&row.occurred_at));
            for outcome in Outcome::ALL {
                let n = within.clone().filter(|row| row.outcome == *outcome).count();
                assert_eq!(outcomes.of(*outcome), n as u64);
            }
        }
    }
}

fn top_of(rows: &[Activity], facet: Facet, n: usize) -> Top {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    let values = rows.iter().filter_map(|row| facet.of(row));
    values.for_each(|value| *counts.entry(value).or_default() += 1);
    let mut values: Vec<(String, u64)> = counts.into_iter().collect();
    values.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let other = values.iter().skip(n).map(|(_, count)| count).sum();
    values.truncate(n);
    Top { values, other }
}

fn of(facts: &Facts) -> Activity {
    Activity {
        seq: 0,
        recorded_at: START,
        facts: facts.clone(),
    }
}

async fn play(steps: Vec<Step>) {
    let mut bed = Bed::new(30).await;
    let mut model: Vec<Facts> = Vec::new();
    let mut looks: Vec<(Look, usize)> = Vec::new();
    for step in steps {
        match step {
            Step::Append(some) => {
                let seqs = bed.append(made(&some)).await;
                assert_eq!(seqs.start, model.len() as u64);
                model.extend(made(&some));
            }
            Step::Ingest(some) => {
                bed.log.ingest(reporter(made(&some))).await.unwrap();
                model.extend(made(&some));
            }
            Step::Abandon(some) => {
                let mut tx = bed.store.begin().await.unwrap();
                bed.log.append(&mut tx, made(&some)).await.unwrap();
            }
            Step::Settle(all) => bed.log.settle(all).await.unwrap(),
            Step::Freeze(load) => bed.freeze(load).await,
            Step::Reopen => bed = bed.reopen(30).await,
            Step::Read { order, limit } => {
                let order = [Order::Newest, Order::Oldest, Order::Recorded][usize::from(order)];
                assert_eq!(seqs(&bed.all(&Expr::All, order, limit).await), ordered(&model, order));
                assert_eq!(seqs(&bed.scanned(&Expr::All, order).await), ordered(&model, order));
            }
            Step::Look => looks.push((bed.log.look().await.unwrap(), model.len())),
        }
    }
    for (look, size) in &looks {
        assert_as_of(look, &model[..*size]).await;
    }
    let rows: Vec<Activity> = bed
        .log
        .search(&Search {
            expr: Expr::All,
            order: Order::Recorded,
            after: None,
            limit: 100_000,
        })
        .await
        .unwrap()
        .rows;
    assert!(rows.iter().map(|row| &row.facts).eq(model.iter()));
    bed.assert_root().await;
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_history_reads_like_a_vec(steps in proptest::collection::vec(step(), 1..25)) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(play(steps));
    }
}
