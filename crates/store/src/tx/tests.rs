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

mod on_postgres {
    use sqlx::AssertSqlSafe;
    use testkit::postgres::Database;

    use super::*;
    use crate::dialect::Dialect;
    use crate::settle::settled;

    async fn store() -> (Database, Store) {
        let database = Database::filled(Store::prepare);
        let store = Store::open(&StoreUrl::parse(&database.url())).await.unwrap();
        (database, store)
    }

    async fn asked(pool: &sqlx::AnyPool, id: Option<String>) -> Result<(), StoreError> {
        let ask = Dialect::Postgres.transaction_status().unwrap();
        settled(pool, ask, id, "the connection was lost".to_owned()).await
    }

    async fn begun(store: &Store, code: &str) -> (crate::Tx, String) {
        let mut tx = store.begin().await.unwrap();
        assert_eq!(tx.inner.id().await.unwrap(), None, "it wrote nothing yet");
        activity_type::ensure(&mut tx, code, Time(1)).await.unwrap();
        let id = tx.inner.id().await.unwrap().unwrap();
        (tx, id)
    }

    #[tokio::test]
    async fn the_database_says_what_became_of_a_commit_without_an_answer() {
        let (_database, store) = store().await;
        let (tx, kept) = begun(&store, "kept").await;
        let pool = tx.pool.clone();
        tx.commit().await.unwrap();
        assert!(asked(&pool, Some(kept)).await.is_ok());
        let (tx, lost) = begun(&store, "lost").await;
        tx.rollback().await;
        assert!(matches!(asked(&pool, Some(lost)).await, Err(StoreError::Lost(_))));
        assert!(matches!(asked(&pool, None).await, Err(StoreError::Lost(_))));
        // One that is still under way is waited for.
        let (tx, late) = begun(&store, "late").await;
        let asking = tokio::spawn({
            let pool = pool.clone();
            async move { asked(&pool, Some(late)).await }
        });
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        assert!(!asking.is_finished());
        tx.commit().await.unwrap();
        assert!(asking.await.unwrap().is_ok());
        assert_eq!(noted(&store).await, ["kept", "late"]);
    }

    #[tokio::test]
    async fn a_connection_that_is_cut_before_its_commit_loses_that_alone() {
        let (_database, store) = store().await;
        let (mut tx, _) = begun(&store, "cut").await;
        let own = sqlx::query_scalar::<_, i32>("SELECT pg_backend_pid()");
        let own = own.fetch_one(tx.conn()).await.unwrap();
        let cut = sqlx::raw_sql(AssertSqlSafe(format!("SELECT pg_terminate_backend({own})")));
        cut.execute(&mut store.beside().await.unwrap()).await.unwrap();
        let error = tx.commit().await.unwrap_err();
        assert!(!error.is_fatal() && !error.is_unknown(), "{error}");
        note(&store, "after").await;
        assert_eq!(noted(&store).await, ["after"]);
        assert_eq!(*store.failed().borrow(), None);
    }

    /// PostgreSQL answers COMMIT without an error there, and keeps nothing.
    #[tokio::test]
    async fn a_transaction_in_which_a_statement_failed_cannot_be_committed() {
        let (_database, store) = store().await;
        let (mut tx, _) = begun(&store, "lost").await;
        assert!(tx.conn().execute("SELECT 1 / 0").await.is_err());
        let error = tx.commit().await.unwrap_err();
        assert!(!error.is_fatal(), "{error}");
        assert_eq!(noted(&store).await, Vec::<String>::new());
    }

    #[tokio::test]
    async fn another_store_hears_of_what_was_appended() {
        let (database, store) = store().await;
        let other = Store::open(&StoreUrl::parse(&database.url())).await.unwrap();
        let mut listener = other.listen().await.unwrap().unwrap();
        let mut tx = store.begin().await.unwrap();
        crate::log::head::ensure(&mut tx, &[], &[0; 32]).await.unwrap();
        crate::log::head::bump_generation(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        let heard = tokio::time::timeout(std::time::Duration::from_secs(10), listener.heard()).await;
        heard.expect("it is heard").unwrap();
        note(&store, "quiet").await;
        let heard = tokio::time::timeout(std::time::Duration::from_millis(200), listener.heard()).await;
        assert!(heard.is_err(), "what changes no log is not told");
    }
}
