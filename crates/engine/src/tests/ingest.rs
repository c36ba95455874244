//! Group-committed ingest: repeats, conflicts, concurrency.

use std::collections::HashSet;

use activity::Time;
use activity::query::Expr;

use super::{Bed, facts, keyed, many, reporter, with_id};
use crate::{Batch, IdSpace, IngestError, Item, Order};

#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_is_visible() {
    let bed = Bed::new(1000).await;
    for size in [1, 31, 32, 127, 128, 300] {
        let before = bed.log.head().await.unwrap().through.size;
        let result = bed.log.ingest(reporter(many(before..before + size))).await.unwrap();
        let expected: Vec<Item> = (before..before + size).map(|seq| Item::Recorded { seq }).collect();
        assert_eq!(result.items, expected);
        assert!(!result.replayed);
        assert_eq!(
            bed.page(&Expr::All, Order::Recorded, None, 1)
                .await
                .complete_through
                .size,
            before + size
        );
    }
    let rows = bed.all(&Expr::All, Order::Recorded, 100).await;
    assert!(rows.iter().zip(0..).all(|(row, n)| row.facts == facts(n)));
    bed.assert_root().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_and_body_get_the_same_answer_and_record_nothing_more() {
    let bed = Bed::new(1000).await;
    let first = bed.log.ingest(keyed(many(0..5), "a", 1)).await.unwrap();
    let again = bed.log.ingest(keyed(many(0..5), "a", 1)).await.unwrap();
    assert!(again.replayed);
    assert_eq!((again.items, again.recorded_at), (first.items, first.recorded_at));
    assert_eq!(bed.log.head().await.unwrap().through.size, 5);
    let bed = bed.reopen(1000).await;
    assert!(bed.log.ingest(keyed(many(0..5), "a", 1)).await.unwrap().replayed);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_with_another_body_is_a_conflict() {
    let bed = Bed::new(1000).await;
    bed.log.ingest(keyed(many(0..5), "a", 1)).await.unwrap();
    let other = bed.log.ingest(keyed(many(0..6), "a", 2)).await;
    assert!(matches!(other, Err(IngestError::Conflict)));
    assert_eq!(bed.log.head().await.unwrap().through.size, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_forgotten_after_its_time() {
    let bed = Bed::new(1000).await;
    bed.log.ingest(keyed(many(0..1), "a", 1)).await.unwrap();
    bed.log.ingest(reporter(vec![with_id(facts(1), "x")])).await.unwrap();
    bed.clock.advance(Time::DAY);
    assert!(!bed.log.ingest(keyed(many(0..2), "a", 2)).await.unwrap().replayed);
    let result = bed.log.ingest(reporter(vec![with_id(facts(1), "x")])).await.unwrap();
    assert_eq!(result.items, [Item::Recorded { seq: 4 }]);
    bed.clock.advance(Time::DAY);
    bed.log.ledger().forget().await.unwrap();
    let mut beside = bed.store.beside().await.unwrap();
    for table in ["idempotency", "external_id"] {
        let sql = sqlx::AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}"));
        let left: i64 = sqlx::query_scalar(sql).fetch_one(&mut beside).await.unwrap();
        assert_eq!(left, 0, "{table}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_external_id_is_recorded_once_for_each_source() {
    let bed = Bed::new(1000).await;
    let batch = || {
        vec![
            with_id(facts(0), "a"),
            with_id(facts(1), "b"),
            with_id(facts(2), "a"),
            facts(3),
        ]
    };
    let first = bed.log.ingest(reporter(batch())).await.unwrap();
    let (new, old) = (|seq| Item::Recorded { seq }, |seq| Item::Duplicate { seq });
    assert_eq!(first.items, [new(0), new(1), old(0), new(2)]);
    let again = bed.log.ingest(reporter(batch())).await.unwrap();
    assert_eq!(again.items, [old(0), old(1), old(0), new(3)]);
    let source = IdSpace::Reporter("key_2".to_owned());
    let other = bed
        .log
        .ingest(Batch {
            source,
            ..reporter(batch())
        })
        .await
        .unwrap();
    assert_eq!(other.items, [new(4), new(5), old(4), new(6)]);
    bed.assert_root().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_import_adds_nothing_however_late() {
    let bed = Bed::new(1000).await;
    let batch = || Batch {
        facts: (0..500).map(|n| with_id(facts(n), &format!("line {n}"))).collect(),
        idempotency: None,
        source: IdSpace::Ledger("import:openssh:auth.log".to_owned(), None),
        numbers: Vec::new(),
    };
    bed.log.ingest(batch()).await.unwrap();
    bed.clock.advance(400 * Time::DAY);
    bed.log.ledger().forget().await.unwrap();
    let again = bed.log.ingest(batch()).await.unwrap();
    assert!(
        again
            .items
            .iter()
            .zip(0..)
            .all(|(item, seq)| *item == Item::Duplicate { seq })
    );
    assert_eq!(bed.log.head().await.unwrap().through.size, 500);
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_activities_are_refused_with_the_limit() {
    let bed = Bed::with(|settings| settings.max_batch = 10).await;
    let refused = bed.log.ingest(reporter(many(0..11))).await;
    assert!(matches!(refused, Err(IngestError::TooMany { given: 11, limit: 10 })));
    assert!(bed.log.ingest(reporter(Vec::new())).await.unwrap().items.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_appends_and_ingests_give_one_gapless_sequence() {
    let bed = Bed::new(1000).await;
    let mut tasks = Vec::new();
    for worker in 0..8_u64 {
        let (log, store) = (bed.log.clone(), bed.store.clone());
        tasks.push(tokio::spawn(async move {
            let mut seqs = Vec::new();
            for round in 0..20 {
                let mut some = many(round..round + 1 + worker * 20);
                // New persons in every round, met by several workers at once.
                some.iter_mut()
                    .for_each(|facts| facts.user.as_mut().unwrap().id = format!("usr_new_{round}"));
                if (worker + round) % 2 == 0 {
                    let mut tx = store.begin().await.unwrap();
                    seqs.extend(log.append(&mut tx, some).await.unwrap());
                    tx.commit().await.unwrap();
                } else {
                    let result = log.ingest(reporter(some)).await.unwrap();
                    seqs.extend(result.items.iter().map(Item::seq));
                }
            }
            seqs
        }));
    }
    let mut all = Vec::new();
    for task in tasks {
        all.extend(task.await.unwrap());
    }
    let distinct: HashSet<u64> = all.iter().copied().collect();
    assert_eq!(distinct.len(), all.len());
    assert_eq!(distinct.len() as u64, bed.log.head().await.unwrap().through.size);
    bed.assert_root().await;
    let bed = bed.reopen(1000).await;
    bed.assert_root().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_repeats_of_one_request_record_it_once() {
    let bed = Bed::new(1000).await;
    let tasks: Vec<_> = (0..16)
        .map(|_| {
            let log = bed.log.clone();
            tokio::spawn(async move { log.ingest(keyed(many(0..3), "once", 1)).await.unwrap() })
        })
        .collect();
    let mut fresh = 0;
    for task in tasks {
        fresh += u32::from(!task.await.unwrap().replayed);
    }
    assert_eq!(fresh, 1);
    assert_eq!(bed.log.head().await.unwrap().through.size, 3);
}
