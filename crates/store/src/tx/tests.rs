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
