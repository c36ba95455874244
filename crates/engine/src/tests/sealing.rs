//! Sealing, merging and dying in between.

use activity::query::Expr;
use activity::{Activity, Time};

use super::{Bed, many, reporter};
use crate::Order;
use crate::ledger::rewrite::{Step, Work};

#[tokio::test(flavor = "multi_thread")]
async fn hot_rows_go_only_when_their_volume_is_there() {
    let bed = Bed::new(100).await;
    bed.append(many(0..90)).await;
    bed.log.settle(false).await.unwrap();
    assert_eq!(bed.log.head().await.unwrap().sealed, 0, "90 of 100 are not due");
    bed.append(many(90..150)).await;
    bed.log.settle(false).await.unwrap();
    assert_eq!(bed.log.head().await.unwrap().sealed, 100, "a batch may be half sealed");
    let mut beside = bed.store.beside().await.unwrap();
    let left: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM hot_batch")
        .fetch_one(&mut beside)
        .await
        .unwrap();
    assert_eq!(left, 1, "the batch that is half sealed stays");
    bed.assert_root().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_few_activities_are_sealed_after_their_time() {
    let bed = Bed::new(1000).await;
    bed.append(many(0..3)).await;
    bed.log.settle(false).await.unwrap();
    assert_eq!(bed.log.head().await.unwrap().sealed, 0);
    bed.clock.advance(Time::DAY);
    bed.append(many(3..4)).await;
    bed.log.settle(false).await.unwrap();
    assert_eq!(bed.log.head().await.unwrap().sealed, 4);
    bed.assert_root().await;
}

/// A log of so many activities whose work ended at this step, as after the restart: everything is read before and after,
/// and so many volumes are there.
async fn crashed(count: u64, work: Work, step: Step, volumes: usize) -> (Bed, Vec<Activity>) {
    // Where others share the database, what was begun is given up only once its lease has lapsed.
    let bed = Bed::embedded(50).await;
    bed.append(many(0..count)).await;
    let before = bed.all(&Expr::All, Order::Newest, 50).await;
    bed.crash_at(work, step);
    assert!(bed.log.settle(false).await.is_err());
    let read = bed.all(&Expr::All, Order::Newest, 50).await;
    assert_eq!(read, before, "{step:?}, before the restart");
    let bed = bed.reopen(50).await;
    let read = bed.all(&Expr::All, Order::Newest, 50).await;
    assert_eq!(read, before, "{step:?}, after the restart");
    let on_disk = bed.volumes_on_disk().len();
    assert_eq!(on_disk, volumes, "{step:?}: only published volumes remain");
    (bed, before)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_at_any_step_of_sealing_loses_nothing_and_leaves_nothing() {
    for step in [Step::Chosen, Step::Noted, Step::Made, Step::Published] {
        let published = usize::from(step == Step::Published);
        let (bed, before) = crashed(120, Work::Seal, step, published).await;
        bed.log.settle(false).await.unwrap();
        assert_eq!(bed.log.head().await.unwrap().sealed, 100);
        assert_eq!(bed.all(&Expr::All, Order::Newest, 50).await, before);
        bed.assert_root().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_at_any_step_of_merging_loses_nothing_and_leaves_nothing() {
    for step in [Step::Noted, Step::Made, Step::Published] {
        let volumes = if step == Step::Published { 1 } else { 4 };
        let (bed, before) = crashed(220, Work::Merge, step, volumes).await;
        bed.log.settle(false).await.unwrap();
        assert_eq!(bed.volumes_on_disk().len(), 1);
        assert_eq!(bed.all(&Expr::All, Order::Newest, 50).await, before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn damage_to_hot_rows_is_noticed_before_they_are_sealed() {
    let bed = Bed::new(50).await;
    bed.append(many(0..30)).await;
    bed.append(many(30..60)).await;
    let mut beside = bed.store.beside().await.unwrap();
    // A row of an earlier version, which has no sum of its own.
    let swap = "UPDATE hot_batch SET sum = NULL, facts = (SELECT facts FROM hot_batch WHERE first_seq = 30) \
                WHERE first_seq = 0";
    sqlx::query(swap).execute(&mut beside).await.unwrap();
    // What this process appended itself it has in memory.
    let bed = bed.reopen(50).await;
    bed.log.settle(true).await.unwrap();
    let page = bed.page(&Expr::All, Order::Recorded, None, 100).await;
    assert_eq!((page.rows.len(), &page.unreadable[0].seqs), (30, &(0..30)));
    assert!(page.unreadable[0].why.contains("is not what was committed"), "{page:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_wait_while_the_hot_tail_is_far_too_long() {
    let bed = Bed::with(|settings| {
        settings.background = true;
        settings.seal_at = 50;
    })
    .await;
    let blocked = bed.log.ledger().alone().await;
    bed.append(many(0..200)).await;
    let log = bed.log.clone();
    let waiting = tokio::spawn(async move { log.ingest(reporter(many(200..201))).await });
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    assert!(!waiting.is_finished());
    assert_eq!(
        bed.append(many(300..301)).await,
        200..201,
        "a change made here is not held up"
    );
    drop(blocked);
    assert_eq!(waiting.await.unwrap().unwrap().items[0].seq(), 201);
    bed.log.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sealing_in_the_background_goes_on_under_load_and_reading() {
    let bed = Bed::with(|settings| {
        settings.background = true;
        settings.seal_at = 200;
    })
    .await;
    let writers: Vec<_> = (0..4_u64)
        .map(|worker| {
            let log = bed.log.clone();
            tokio::spawn(async move {
                for round in 0..25 {
                    log.ingest(reporter(many(
                        worker * 1000 + round * 20..worker * 1000 + round * 20 + 20,
                    )))
                    .await
                    .unwrap();
                }
            })
        })
        .collect();
    let mut seen = 0;
    while seen < 2000 {
        let rows = bed.all(&Expr::All, Order::Recorded, 300).await;
        assert!(rows.iter().zip(0..).all(|(row, seq)| row.seq == seq));
        assert!(rows.len() >= seen, "nothing disappears");
        seen = rows.len();
    }
    for writer in writers {
        writer.await.unwrap();
    }
    bed.log.settle(true).await.unwrap();
    assert_eq!(bed.log.head().await.unwrap().sealed, 2000);
    bed.assert_root().await;
    bed.log.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn volumes_are_merged_also_while_there_is_always_more_to_seal() {
    let bed = Bed::with(|settings| (settings.seal_at, settings.merge_factor) = (10, 2)).await;
    bed.append(many(0..400)).await;
    bed.crash_at(Work::Merge, Step::Published);
    assert!(bed.log.settle(false).await.is_err());
    let sealed = bed.log.head().await.unwrap().sealed;
    assert!(
        sealed >= 40,
        "{sealed}: the first merge comes after twice what it takes"
    );
    assert!(
        (50..400).contains(&sealed),
        "{sealed}: beside it is sealed what is due, no longer than it takes"
    );
    bed.log.ledger().at_step(None);
    bed.log.settle(false).await.unwrap();
    assert_eq!(bed.log.head().await.unwrap().sealed, 400);
    bed.assert_root().await;
}
