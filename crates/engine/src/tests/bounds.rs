//! Bounds in bytes and time: of questions, of answers, of what is hot, and of what is on its way.

use std::sync::Arc;
use std::time::{Duration, Instant};

use activity::query::Expr;
use activity::{Facts, Time};

use super::{Bed, START, facts, many, parse};
use crate::{Breakdown, LogError, LogSettings, Order, Search};

/// So many activities with a text of so many bytes, the times of neighbours apart.
fn heavy(range: std::ops::Range<u64>, bytes: usize) -> Vec<Facts> {
    let one = |n: u64| {
        let mut facts = facts(n);
        facts.occurred_at = START.plus(i64::try_from(n * 7 % 50).unwrap() * Time::SECOND);
        facts.description = Some("x".repeat(bytes));
        facts
    };
    range.map(one).collect()
}

fn asked(expr: &Expr, limit: usize) -> Search {
    Search {
        expr: expr.clone(),
        order: Order::Newest,
        after: None,
        limit,
    }
}

/// A hundred activities in a volume and a hundred hot ones.
async fn half_sealed(change: impl Fn(&mut LogSettings)) -> Bed {
    let bed = Bed::with(change).await;
    bed.append(heavy(0..100, 100)).await;
    bed.log.settle(true).await.unwrap();
    bed.append(heavy(100..200, 100)).await;
    bed
}

/// What is hot by the database.
async fn hot_bytes(bed: &Bed) -> u64 {
    let mut read = bed.log.shared().store().glance().await.unwrap();
    store::log::head::position(&mut read).await.unwrap().hot_bytes
}

/// A query that has to look at every row, and does not match.
fn costly() -> Expr {
    let words: Vec<String> = (0..200).map(|n| format!("\"no{n} words{n}\"")).collect();
    parse(&words.join(" OR "))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_takes_too_long_is_refused_and_the_next_is_answered() {
    let bed = half_sealed(|settings| settings.query_ms = 5_000).await;
    let look = bed.log.inquiry("ada").await.unwrap().look().await.unwrap();
    // As if five seconds had passed.
    let overdue = bed
        .log
        .inquiry("ada")
        .await
        .unwrap()
        .with_deadline(volume::Deadline::within(Duration::ZERO))
        .look()
        .await
        .unwrap();
    let expr = costly();
    let is_refused = |error| matches!(error, LogError::TooCostly { after } if after == Duration::from_secs(5));
    assert!(is_refused(overdue.search(&asked(&expr, 10)).await.unwrap_err()));
    assert!(is_refused(overdue.count(&expr, 10).await.unwrap_err()));
    assert!(is_refused(
        overdue.summary(&expr, &Breakdown::default(), 3).await.unwrap_err()
    ));
    assert_eq!(look.search(&asked(&expr, 10)).await.unwrap().rows.len(), 0);
    assert_eq!(look.search(&asked(&Expr::All, 10)).await.unwrap().rows.len(), 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_has_so_many_questions_at_once_and_others_are_answered_meanwhile() {
    let bed = half_sealed(|settings| (settings.queries, settings.queries_per_caller) = (3, 2)).await;
    let held = [
        bed.log.inquiry("bob").await.unwrap(),
        bed.log.inquiry("bob").await.unwrap(),
    ];
    assert!(matches!(
        bed.log.inquiry("bob").await.unwrap_err(),
        LogError::Busy { yours: true }
    ));
    let ada = bed.log.inquiry("ada").await.unwrap();
    let ada = ada.look().await.unwrap();
    assert_eq!(ada.search(&asked(&Expr::All, 10)).await.unwrap().rows.len(), 10);
    assert!(matches!(
        bed.log.inquiry("cara").await.unwrap_err(),
        LogError::Busy { yours: false }
    ));
    drop(held);
    assert!(bed.log.inquiry("bob").await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_work_for_somebody_who_has_gone_ends_and_only_then_is_their_place_free() {
    let bed = Bed::with(|settings| (settings.query_ms, settings.queries_per_caller) = (0, 1)).await;
    let inquiry = bed.log.inquiry("bob").await.unwrap();
    let looked = Arc::new(std::sync::atomic::AtomicU64::new(0));
    let (counted, deadline) = (Arc::clone(&looked), inquiry.deadline());
    // Looks for ever, as long as somebody waits.
    let view = Arc::new(bed.log.reader().view().await.unwrap());
    let reading = tokio::spawn(async move {
        let look = move |_: &crate::reader::view::View| loop {
            deadline.check()?;
            counted.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            std::thread::sleep(Duration::from_millis(1));
        };
        inquiry.reading::<()>(&view, look).await
    });
    while looked.load(std::sync::atomic::Ordering::SeqCst) == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert!(bed.log.inquiry("bob").await.is_err());
    reading.abort();
    assert!(reading.await.unwrap_err().is_cancelled());
    assert!(bed.log.inquiry("bob").await.is_ok(), "the thread has ended");
    let after = looked.load(std::sync::atomic::Ordering::SeqCst);
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(looked.load(std::sync::atomic::Ordering::SeqCst), after);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scan_ends_when_it_is_dropped_also_where_nothing_matches() {
    let bed = half_sealed(|_| ()).await;
    let scan = bed.log.scan(costly(), Order::Newest).await.unwrap();
    let deadline = scan.deadline();
    assert!(deadline.check().is_ok());
    drop(scan);
    assert!(deadline.check().is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_large_rows_ends_early_and_its_cursor_goes_on() {
    let bed = Bed::with(|settings| (settings.page_bytes, settings.seal_at) = (10_000, 1000)).await;
    for part in 0..4 {
        bed.append(heavy(part * 50..(part + 1) * 50, 1_000)).await;
        if part < 3 {
            bed.log.settle(true).await.unwrap();
        }
    }
    for order in [Order::Newest, Order::Oldest, Order::Recorded] {
        let mut search = Search {
            order,
            ..asked(&Expr::All, 1000)
        };
        let mut rows = Vec::new();
        loop {
            let page = bed.log.search(&search).await.unwrap();
            assert!(page.rows.len() <= 10, "{}", page.rows.len());
            assert_eq!(page.is_cut, page.next.is_some());
            rows.extend(page.rows);
            search.after = page.next;
            if search.after.is_none() {
                break;
            }
        }
        let expected = bed.scanned(&Expr::All, order).await;
        assert_eq!(super::seqs(&rows), super::seqs(&expected), "{order:?}");
    }
    let small = bed.log.search(&asked(&Expr::All, 3)).await.unwrap();
    assert!(!small.is_cut && small.next.is_some() && small.rows.len() == 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn chunks_of_a_scan_are_bounded_in_bytes_hot_and_sealed() {
    let bed = Bed::new(1000).await;
    bed.append(heavy(0..100, 50_000)).await;
    bed.log.settle(true).await.unwrap();
    bed.append(heavy(100..200, 50_000)).await;
    for order in [Order::Newest, Order::Recorded] {
        let mut scan = bed.log.scan(Expr::All, order).await.unwrap();
        let mut rows = 0;
        while let Some(chunk) = scan.next_chunk().await {
            let chunk = chunk.unwrap();
            let bytes: usize = chunk.iter().map(|row| activity::weight(row)).sum();
            assert!(bytes <= (512 << 10) + 51_000, "{bytes}");
            rows += chunk.len();
        }
        assert_eq!(rows, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn few_heavy_activities_are_sealed_as_many_light_ones_are() {
    let bed = Bed::with(|settings| (settings.seal_at, settings.seal_bytes) = (1000, 20_000)).await;
    bed.append(many(0..10)).await;
    bed.log.settle(false).await.unwrap();
    assert_eq!(bed.log.head().await.unwrap().sealed, 0, "neither many nor heavy");
    for part in 1..4 {
        bed.append(heavy(part * 10..(part + 1) * 10, 1_000)).await;
    }
    bed.log.settle(false).await.unwrap();
    let sealed = bed.log.head().await.unwrap().sealed;
    assert!(
        (25..40).contains(&sealed),
        "a volume ends with the activity that makes it heavy: {sealed}"
    );
    assert!(bed.log.shared().hot_bytes() < 20_000);
    bed.log.settle(true).await.unwrap();
    assert_eq!(bed.log.head().await.unwrap().sealed, 40);
    assert_eq!(bed.log.shared().hot_bytes(), 0);
    bed.assert_root().await;
    let bed = bed.reopen(1000).await;
    bed.append(heavy(40..50, 1_000)).await;
    assert!(
        bed.log.shared().hot_bytes() > 10_000,
        "what is hot is known after a restart"
    );
    bed.assert_root().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_hot_stays_bounded_while_heavy_activities_arrive() {
    let bed = Bed::with(|settings| {
        settings.background = true;
        (settings.seal_at, settings.seal_bytes, settings.queue_bytes) = (100_000, 100_000, 50_000);
    })
    .await;
    let begun = Instant::now();
    let mut most = 0;
    for part in 0..20 {
        bed.log
            .ingest(super::reporter(heavy(part * 20..(part + 1) * 20, 2_000)))
            .await
            .unwrap();
        most = most.max(bed.log.shared().hot_bytes());
    }
    assert!(most <= 100_000 * 2 + 50_000, "{most}");
    assert!(begun.elapsed() < Duration::from_secs(60));
    bed.assert_root().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_heavy_request_becomes_hot_batches_of_which_each_is_read_alone() {
    let bed = Bed::new(1000).await;
    bed.append(heavy(0..100, 60_000)).await;
    for batch in [heavy(100..300, 60_000), heavy(300..400, 60_000)] {
        bed.log.ingest(super::reporter(batch)).await.unwrap();
    }
    let store = bed.log.shared().store();
    let batches = store::log::hot_batch::load(&mut store.glance().await.unwrap(), 0, 400, 100)
        .await
        .unwrap();
    assert_eq!(batches.iter().map(|batch| batch.count).sum::<u64>(), 400);
    let most = batches.iter().map(|batch| batch.count * 60_000).max().unwrap();
    assert!(most <= (2 << 20) + 60_000, "{most}");
    bed.assert_root().await;
    bed.log.settle(true).await.unwrap();
    bed.assert_root().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_hot_is_weighed_once_whoever_reads_while_it_is_committed() {
    let bed = Arc::new(Bed::new(1_000_000).await);
    let (done, ended) = tokio::sync::watch::channel(false);
    let readers: Vec<_> = (0..4)
        .map(|_| {
            let (bed, ended) = (Arc::clone(&bed), ended.clone());
            tokio::spawn(async move {
                while !*ended.borrow() {
                    drop(bed.log.reader().view().await.unwrap());
                    let known = bed.log.shared().hot_bytes();
                    let head = hot_bytes(&bed).await;
                    assert!(known <= head, "{known} bytes are known, and {head} are hot since");
                }
            })
        })
        .collect();
    let senders = (0..4_u64).map(|sender| {
        let bed = Arc::clone(&bed);
        tokio::spawn(async move {
            for part in 0..40 {
                let from = sender * 1_000 + part * 5;
                bed.log
                    .ingest(super::reporter(heavy(from..from + 5, 100)))
                    .await
                    .unwrap();
            }
        })
    });
    for sender in senders.collect::<Vec<_>>() {
        sender.await.unwrap();
    }
    done.send(true).unwrap();
    for reader in readers {
        reader.await.unwrap();
    }
    assert_eq!(bed.log.shared().hot_bytes(), hot_bytes(&bed).await);
}
