use activity::Time;
use sqlx::Executor as _;
use tempfile::TempDir;

use crate::log::{HotBatch, activity_type, hot_batch};
use crate::{Store, StoreError, StoreUrl};

async fn store() -> (TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&StoreUrl::directory(dir.path())).await.unwrap();
    (dir, store)
}

async fn note(store: &Store, code: &str) {
    let mut tx = store.begin().await.unwrap();
    activity_type::ensure(&mut tx, code, Time(1)).await.unwrap();
    tx.commit().await.unwrap();
}

async fn noted(store: &Store) -> Vec<String> {
    let all = activity_type::list(&mut store.glance().await.unwrap()).await;
    all.unwrap().into_keys().collect()
}

#[tokio::test]
async fn what_is_given_to_read_from_is_refused_to_write_by_the_database_too() {
    let (dir, store) = store().await;
    note(&store, "kept").await;
    let reader = Store::open_reader(&StoreUrl::directory(dir.path())).await.unwrap();
    let sneaked = "INSERT INTO activity_type (code, recorded_since) VALUES ('sneaked in', 1)";
    for store in [&store, &reader] {
        for mut read in [store.glance().await.unwrap(), store.read().await.unwrap()] {
            let refused = read.conn().execute(sneaked).await.unwrap_err().to_string();
            assert!(refused.contains("readonly"), "{refused}");
        }
        assert_eq!(noted(store).await, ["kept"]);
    }
}

/// How many pages there may be is said to a connection, not to the database: it has to be the writer's own.
#[tokio::test]
async fn a_full_disk_blocks_nothing_once_there_is_room() {
    let (_dir, store) = store().await;
    let mut tx = store.begin().await.unwrap();
    let pages = sqlx::query_scalar::<_, i64>("PRAGMA page_count");
    let pages = pages.fetch_one(tx.conn()).await.unwrap();
    limit(tx, pages + 4).await;
    let mut tx = store.begin().await.unwrap();
    let batch = HotBatch {
        first_seq: 0,
        count: 1,
        recorded_at: Time(0),
        root: [0; 32],
        facts: vec![1; 1_000_000],
        leaves: None,
    };
    let refused = hot_batch::insert(&mut tx, batch).await.unwrap_err();
    assert!(matches!(refused, StoreError::Full));
    drop(tx);
    limit(store.begin().await.unwrap(), 1_000_000).await;
    note(&store, "kept").await;
    store.tidy().await.unwrap();
    store.begin().await.unwrap().rollback().await;
    drop(store.begin().await.unwrap());
    drop(store.read().await.unwrap());
    assert_eq!(noted(&store).await, ["kept"]);
}

async fn limit(mut tx: crate::Tx, pages: i64) {
    let limit = sqlx::AssertSqlSafe(format!("PRAGMA max_page_count = {pages}"));
    sqlx::raw_sql(limit).execute(tx.conn()).await.unwrap();
    tx.commit().await.unwrap();
}

/// How many locks this process has on a file, as the system sees it.
fn locks_on(path: &std::path::Path) -> usize {
    use std::os::unix::fs::MetadataExt as _;
    let inode = format!(":{}", std::fs::metadata(path).unwrap().ino());
    let own = std::process::id().to_string();
    let locks = std::fs::read_to_string("/proc/locks").unwrap();
    let is_ours = |line: &&str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        words.contains(&own.as_str()) && words.iter().any(|word| word.ends_with(&inode))
    };
    locks.lines().filter(is_ours).count()
}

/// Without them another process takes the database for its own, and cuts off what is mapped into memory here.
#[tokio::test]
async fn the_locks_against_other_processes_hold_after_any_commit() {
    let (dir, store) = store().await;
    let files = ["whodid.db", "whodid.db-shm"].map(|name| dir.path().join(name));
    for n in 0..3 {
        note(&store, &format!("kind.{n}")).await;
        assert_eq!(noted(&store).await.len(), n + 1);
        for file in &files {
            assert!(locks_on(file) > 0, "{} after {n} commits", file.display());
        }
    }
}

#[tokio::test]
async fn the_write_ahead_log_is_copied_again_and_again_and_does_not_grow() {
    let (dir, store) = store().await;
    let log = dir.path().join("whodid.db-wal");
    let reader = store.read().await.unwrap();
    for n in 0..1_500 {
        note(&store, &format!("kind.{n}")).await;
    }
    drop(reader);
    let mut most = 0;
    for n in 1_500..6_000 {
        note(&store, &format!("kind.{n}")).await;
        if n > 3_000 {
            most = most.max(std::fs::metadata(&log).unwrap().len());
        }
    }
    assert!(most < 10 << 20, "{most} bytes");
    assert_eq!(noted(&store).await.len(), 6_000);
}
