//! Pages, counts and streams, the same whatever is hot and whatever is sealed.

use activity::query::Expr;
use activity::{Facts, Time};

use super::{Bed, START, facts, many, parse, seqs};
use crate::{Breakdown, Count, Facet, LogError, Order};

/// A history in which some activities happened long before they were recorded, and some at the same instant.
fn with_late_ones(range: std::ops::Range<u64>) -> Vec<Facts> {
    let late = |n: u64| {
        let mut facts = facts(n);
        if n.is_multiple_of(7) {
            facts.occurred_at = facts.occurred_at.plus(-300 * Time::DAY);
        }
        if n.is_multiple_of(5) {
            facts.occurred_at = START;
        }
        facts
    };
    range.map(late).collect()
}

const QUERIES: [&str; 6] = [
    "",
    "user:usr_1",
    "activity:user.login_failed",
    "-user:usr_1 activity:user.login",
    "nowhere",
    "id:20..130",
];

async fn assert_same_everywhere(bed: &Bed, model: &[activity::Activity]) {
    for text in QUERIES {
        let expr = parse(text);
        let mut expected: Vec<_> = model.iter().filter(|row| expr.matches(row)).cloned().collect();
        for order in [Order::Recorded, Order::Oldest, Order::Newest] {
            expected.sort_by_key(|row| match order {
                Order::Recorded => (Time(0), row.seq),
                Order::Oldest | Order::Newest => (row.occurred_at, row.seq),
            });
            if order == Order::Newest {
                expected.reverse();
            }
            for limit in [1, 7, 1000] {
                if limit == 1 && expected.len() > 50 {
                    continue;
                }
                assert_eq!(
                    seqs(&bed.all(&expr, order, limit).await),
                    seqs(&expected),
                    "{text:?} {order:?} {limit}"
                );
            }
            assert_eq!(bed.scanned(&expr, order).await, expected, "{text:?} {order:?}");
        }
        let count = bed.log.count(&expr, 1_000_000).await.unwrap();
        assert_eq!(
            count,
            Count {
                n: expected.len() as u64,
                exact: true
            },
            "{text:?}"
        );
    }
    let by = Breakdown {
        facets: vec![Facet::User],
        ..Breakdown::default()
    };
    let by_user = bed.log.summary(&parse("activity:user.login"), &by, 2).await.unwrap();
    let logins = model.iter().filter(|row| &*row.kind == "user.login");
    let logins = logins.count() as u64;
    assert_eq!(by_user.count, Count { n: logins, exact: true });
    assert_eq!(
        by_user.tops[0].values.iter().map(|(_, n)| n).sum::<u64>() + by_user.tops[0].other,
        logins
    );
    for seq in [0, model.len() as u64 / 2, model.len() as u64 - 1] {
        assert_eq!(bed.log.get(seq).await.unwrap().as_ref(), Some(&model[seq as usize]));
    }
    assert_eq!(bed.log.get(model.len() as u64).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_the_same_hot_and_sealed_and_after_a_merge() {
    let bed = Bed::new(100).await;
    for part in 0..9 {
        bed.append(with_late_ones(part * 50..part * 50 + 50)).await;
    }
    let model = bed.all(&Expr::All, Order::Recorded, 100).await;
    assert_eq!(model.len(), 450);
    assert_same_everywhere(&bed, &model).await;
    assert_eq!(bed.volumes_on_disk().len(), 0);
    let ledger = bed.log.ledger();
    while ledger.as_sealer(ledger.seal_next(false)).await.unwrap() {
        assert_same_everywhere(&bed, &model).await;
    }
    assert_eq!(bed.log.head().await.unwrap().sealed, 400);
    assert_eq!(bed.volumes_on_disk().len(), 4);
    bed.log.settle(false).await.unwrap();
    assert_eq!(bed.volumes_on_disk().len(), 1);
    assert_same_everywhere(&bed, &model).await;
    bed.log.settle(true).await.unwrap();
    assert_eq!(bed.log.head().await.unwrap().sealed, 450);
    assert_same_everywhere(&bed, &model).await;
    bed.assert_root().await;
    let bed = bed.reopen(100).await;
    assert_same_everywhere(&bed, &model).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_of_last_year_appears_in_last_year() {
    let bed = Bed::new(10).await;
    bed.append(many(0..20)).await;
    bed.log.settle(true).await.unwrap();
    let mut old = many(20..25);
    old.iter_mut()
        .for_each(|facts| facts.occurred_at = facts.occurred_at.plus(-365 * Time::DAY));
    bed.append(old).await;
    assert_eq!(seqs(&bed.all(&Expr::All, Order::Newest, 3).await)[..3], [19, 18, 17]);
    assert_eq!(
        seqs(&bed.all(&Expr::All, Order::Oldest, 3).await)[..6],
        [20, 21, 22, 23, 24, 0]
    );
    assert_eq!(
        seqs(&bed.page(&Expr::All, Order::Recorded, None, 100).await.rows),
        (0..25).collect::<Vec<_>>()
    );
    bed.log.settle(true).await.unwrap();
    assert_eq!(
        seqs(&bed.all(&Expr::All, Order::Oldest, 3).await)[..6],
        [20, 21, 22, 23, 24, 0]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn following_by_seq_meets_every_activity_once() {
    let bed = Bed::new(8).await;
    let mut met = Vec::new();
    let mut after = None;
    for part in 0..10 {
        bed.append(with_late_ones(part * 5..part * 5 + 5)).await;
        if part % 3 == 2 {
            bed.log.settle(false).await.unwrap();
        }
        let page = bed.page(&Expr::All, Order::Recorded, after, 3).await;
        after = page
            .rows
            .last()
            .map(|row| crate::Cursor {
                occurred_at: row.occurred_at,
                seq: row.seq,
            })
            .or(after);
        met.extend(seqs(&page.rows));
    }
    loop {
        let page = bed.page(&Expr::All, Order::Recorded, after, 3).await;
        met.extend(seqs(&page.rows));
        let Some(next) = page.next else { break };
        after = Some(next);
    }
    assert_eq!(met, (0..50).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expensive_count_stops_at_its_cap() {
    let bed = Bed::new(100).await;
    bed.append(many(0..50)).await;
    let count = bed.log.count(&Expr::All, 10).await.unwrap();
    assert_eq!(
        count,
        Count { n: 50, exact: true },
        "the size of the log costs nothing to know"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scan_that_is_dropped_early_stops() {
    let bed = Bed::new(100_000).await;
    bed.append(many(0..9_000)).await;
    let mut scan = bed.log.scan(Expr::All, Order::Newest).await.unwrap();
    assert_eq!(scan.complete_through().size, 9_000);
    let first = scan.next_chunk().await.unwrap().unwrap();
    assert_eq!(first[0].seq, 8_999);
    drop(scan);
    bed.append(many(0..1)).await;
    assert_eq!(bed.scanned(&Expr::All, Order::Oldest).await.len(), 9_001);
}

#[tokio::test]
async fn work_that_panics_is_told_as_a_mistake_not_as_damage_and_the_next_reading_goes_well() {
    let bed = Bed::new(10).await;
    bed.append((0..3).map(facts).collect()).await;
    for text in ["", "user:usr_1"] {
        let fails = move |_: &crate::reader::view::View| -> Result<(), LogError> { panic!("capacity {text}overflow") };
        let inquiry = bed.log.own_inquiry();
        let view = std::sync::Arc::new(bed.log.reader().view().await.unwrap());
        let failed = inquiry.reading(&view, fails).await.unwrap_err();
        assert!(
            matches!(&failed, LogError::Panicked(why) if why.contains("overflow")),
            "{failed}"
        );
        assert!(!failed.to_string().contains("damaged") && !failed.is_fatal());
    }
    assert_eq!(bed.all(&Expr::All, Order::Newest, 10).await.len(), 3);
}
