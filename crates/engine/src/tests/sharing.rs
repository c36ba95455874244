//! Several processes on one directory: one writer, any number of readers.

use std::sync::Arc;

use activity::query::Expr;
use store::{Store, StoreError, StoreUrl};

use super::{Bed, many, seqs};
use crate::{IngestError, Log, LogError, LogSettings, Order, Search};

#[tokio::test(flavor = "multi_thread")]
async fn a_second_server_is_refused_at_once_and_told_who_has_it() {
    let bed = Bed::embedded(100).await;
    let started = std::time::Instant::now();
    let refused = Store::open(&StoreUrl::directory(bed.dir.path())).await.unwrap_err();
    assert!(started.elapsed().as_secs() < 1);
    assert!(matches!(refused, StoreError::InUse { .. }));
    let text = refused.to_string();
    assert!(
        text.contains(&std::process::id().to_string()) && text.contains("in use"),
        "{text}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_server_is_refused_whatever_becomes_of_the_lock_file() {
    let bed = Bed::embedded(100).await;
    let (directory, file) = (bed.dir.path(), bed.dir.path().join("whodid.lock"));
    std::fs::remove_file(&file).unwrap();
    let refused = Store::open(&StoreUrl::directory(directory)).await.unwrap_err();
    assert!(matches!(refused, StoreError::InUse { pid: None, .. }), "{refused}");
    assert_eq!(store::owner(directory).unwrap(), store::Owner::Process(None));
    std::fs::write(&file, "not a number").unwrap();
    let refused = Store::open(&StoreUrl::directory(directory)).await.unwrap_err();
    assert!(matches!(refused, StoreError::InUse { pid: None, .. }), "{refused}");
    bed.append(many(0..3)).await;
    bed.log.close().await;
    bed.store.close().await;
    assert_eq!(store::owner(directory).unwrap(), store::Owner::Nobody);
    let again = Store::open(&StoreUrl::directory(directory)).await.unwrap();
    again.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_follows_a_writer_through_sealing_and_merging() {
    let bed = Bed::new(50).await;
    let missing = tempfile::tempdir().unwrap();
    assert!(matches!(
        Store::open_reader(&StoreUrl::directory(missing.path())).await,
        Err(StoreError::Absent(_))
    ));
    bed.append(many(0..30)).await;
    let store = Store::open_reader(&StoreUrl::parse(&bed.dir.database())).await.unwrap();
    let settings = LogSettings::new(bed.dir.path().join("volumes"));
    let reader = Log::open_reader(store, settings, bed.clock.clone()).await.unwrap();
    let newest = Search {
        expr: Expr::All,
        order: Order::Newest,
        after: None,
        limit: 1000,
    };
    for part in 1..10 {
        let rows = reader.search(&newest).await.unwrap().rows;
        assert_eq!(seqs(&rows), (0..part * 30).rev().collect::<Vec<_>>());
        bed.append(many(part * 30..part * 30 + 30)).await;
        if part % 2 == 0 {
            bed.log.settle(false).await.unwrap();
        }
    }
    let refused = reader.ingest(super::reporter(many(0..1))).await;
    assert!(matches!(refused, Err(IngestError::Unavailable(LogError::ReadOnly))));
    assert!(matches!(reader.settle(true).await, Err(LogError::ReadOnly)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_reader_survives_volumes_that_vanish_under_it() {
    let bed = Bed::new(20).await;
    bed.append(many(0..20)).await;
    let store = Store::open_reader(&StoreUrl::parse(&bed.dir.database())).await.unwrap();
    let settings = LogSettings::new(bed.dir.path().join("volumes"));
    let reader = Arc::new(Log::open_reader(store, settings, bed.clock.clone()).await.unwrap());
    let done = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let reading = tokio::spawn({
        let (reader, done) = (Arc::clone(&reader), Arc::clone(&done));
        async move {
            let all = Search {
                expr: Expr::All,
                order: Order::Recorded,
                after: None,
                limit: 10_000,
            };
            let mut rounds = 0;
            while !done.load(std::sync::atomic::Ordering::SeqCst) {
                let page = reader.search(&all).await.unwrap();
                assert_eq!(page.rows.len() as u64, page.complete_through.size);
                rounds += 1;
            }
            rounds
        }
    });
    for part in 1..30 {
        bed.append(many(part * 20..part * 20 + 20)).await;
        bed.log.settle(true).await.unwrap();
    }
    done.store(true, std::sync::atomic::Ordering::SeqCst);
    assert!(reading.await.unwrap() > 0);
}
