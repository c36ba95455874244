//! Two makers of volumes on one log: whatever step one of them is at when the other does the same work, every activity is
//! there once, and nothing is left of the one that was late. On SQLite, where whoever opens the log takes all leases; that a
//! lease is waited for elsewhere is tested with the jobs.

use std::sync::mpsc::sync_channel;

use activity::query::Expr;

use super::{Bed, many, rng};
use crate::ledger::rewrite::{Step, Work};
use crate::{Log, LogSettings, Order};

/// The other process on the same database and shelf.
pub(super) async fn other(bed: &Bed, merge_factor: usize) -> Log {
    let settings = LogSettings {
        background: false,
        seal_at: 50,
        merge_factor,
        grace_seconds: 0,
        ..LogSettings::new(bed.dir.path().join("volumes"))
    };
    Log::open(bed.store.clone(), settings, bed.clock.clone(), rng())
        .await
        .unwrap()
}

/// Does this work.
async fn work(log: &Log, work: Work) {
    match work {
        Work::Seal | Work::Merge | Work::Erase | Work::Prune => log.settle(false).await.unwrap(),
        Work::Reindex => drop(log.reindex(true).await.unwrap()),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_makers_one_wins_at_every_step_and_nothing_is_lost_or_doubled() {
    for what in [Work::Seal, Work::Merge, Work::Reindex] {
        for step in [Step::Chosen, Step::Noted, Step::Made, Step::Published] {
            if step == Step::Chosen && what != Work::Seal {
                continue;
            }
            let merge_factor = if what == Work::Merge { 4 } else { 0 };
            let bed = Bed::at(testkit::Place::embedded(), |settings| {
                (settings.seal_at, settings.merge_factor) = (50, merge_factor)
            })
            .await;
            bed.append(many(0..230)).await;
            if what == Work::Reindex {
                bed.log.settle(false).await.unwrap();
            }
            let before = bed.all(&Expr::All, Order::Newest, 60).await;
            let log = bed.log.clone();
            let late = bed.late((what, step), async move { work(&log, what).await }).await;
            let early = other(&bed, merge_factor).await;
            work(&early, what).await;
            late.goes_on().await;
            for log in [&bed.log, &early] {
                let verified = log.verify(|_| {}).await.unwrap();
                assert_eq!((verified.sound, verified.faults), (230, vec![]), "{what:?} at {step:?}");
            }
            assert_eq!(
                bed.all(&Expr::All, Order::Newest, 60).await,
                before,
                "{what:?} at {step:?}"
            );
            bed.log.ledger().sweep().await.unwrap();
            let mut live: Vec<String> = bed
                .log
                .ledger()
                .live()
                .await
                .unwrap()
                .into_iter()
                .map(|meta| meta.id)
                .collect();
            live.sort_unstable();
            assert_eq!(
                bed.volumes_on_disk(),
                live,
                "{what:?} at {step:?}: nothing is left of the other"
            );
            bed.assert_root().await;
            early.close().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_verification_finds_no_fault_where_volumes_are_replaced_and_more_is_sealed_meanwhile() {
    let bed = Bed::at(testkit::Place::embedded(), |settings| {
        (settings.seal_at, settings.merge_factor) = (50, 0)
    })
    .await;
    bed.append(many(0..230)).await;
    bed.log.settle(false).await.unwrap();
    let merging = other(&bed, 4).await;
    let (reached, is_reached) = sync_channel(1);
    let (go, wait) = sync_channel::<()>(1);
    let wait = std::sync::Mutex::new(Some(wait));
    let log = bed.log.clone();
    let verifying = tokio::spawn(async move {
        let wait_once = move |_: u64| {
            if let Some(wait) = wait.lock().unwrap().take() {
                reached.send(()).unwrap();
                wait.recv().unwrap();
            }
        };
        log.verify(wait_once).await.unwrap()
    });
    tokio::task::spawn_blocking(move || is_reached.recv().unwrap())
        .await
        .unwrap();
    // The first volume was read: all of them become one, and what was hot is sealed.
    merging.settle(true).await.unwrap();
    merging.ledger().sweep().await.unwrap();
    go.send(()).unwrap();
    let verified = verifying.await.unwrap();
    assert_eq!((verified.sound, verified.faults), (230, vec![]));
    merging.close().await;
}
