//! What a transaction promises.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use activity::Time;
use sqlx::Connection as _;
use store::log::{HotBatch, activity_type, head, hot_batch};
use store::{Store, StoreError, StoreUrl, Tx};

use super::place::Place;

async fn note(tx: &mut Tx, code: &str) {
    activity_type::ensure(tx, code, Time(1)).await.unwrap();
}

async fn noted(store: &Store) -> Vec<String> {
    activity_type::list(&mut store.glance().await.unwrap())
        .await
        .unwrap()
        .into_keys()
        .collect()
}

pub(crate) async fn a_commit_is_seen_and_a_rollback_is_not(place: Place) {
    let store = &place.store;
    let mut tx = store.begin().await.unwrap();
    note(&mut tx, "kept").await;
    assert!(noted(store).await.is_empty(), "nothing is seen before the commit");
    tx.commit().await.unwrap();
    let mut tx = store.begin().await.unwrap();
    note(&mut tx, "rolled back").await;
    tx.rollback().await;
    let mut tx = store.begin().await.unwrap();
    note(&mut tx, "dropped").await;
    drop(tx);
    assert_eq!(noted(store).await, ["kept"]);
    let mut tx = store.begin().await.unwrap();
    assert_eq!(activity_type::list(&mut tx).await.unwrap().len(), 1);
}

pub(crate) async fn what_was_to_follow_a_commit_follows_no_rollback(place: Place) {
    let ran = Arc::new(AtomicU32::new(0));
    for (commit, expected) in [(false, 0), (true, 1)] {
        let mut tx = place.store.begin().await.unwrap();
        note(&mut tx, "some").await;
        let count = Arc::clone(&ran);
        tx.on_commit(move || {
            count.fetch_add(1, Ordering::SeqCst);
        });
        if commit {
            tx.commit().await.unwrap()
        } else {
            tx.rollback().await
        }
        assert_eq!(ran.load(Ordering::SeqCst), expected);
    }
}

pub(crate) async fn a_commit_goes_on_when_its_caller_gives_up(place: Place) {
    let (told, hear) = tokio::sync::oneshot::channel();
    let mut tx = place.store.begin().await.unwrap();
    note(&mut tx, "kept").await;
    tx.on_commit(move || told.send(()).unwrap());
    drop(tokio::time::timeout(Duration::ZERO, tx.commit()).await);
    hear.await.unwrap();
    assert_eq!(noted(&place.store).await, ["kept"]);
}

pub(crate) async fn tidying_gives_space_back(place: Place) {
    let batch = |first_seq| HotBatch {
        first_seq,
        count: 1,
        recorded_at: Time(0),
        root: [0; 32],
        facts: vec![1; 50_000],
        leaves: None,
    };
    let taken = || match &place.url {
        StoreUrl::Directory(directory) => {
            let files = std::fs::read_dir(directory).unwrap();
            files.map(|file| file.unwrap().metadata().unwrap().len()).sum::<u64>()
        }
        StoreUrl::Postgres(_) => 0,
    };
    let before = taken();
    let mut tx = place.store.begin().await.unwrap();
    for seq in 0..100 {
        hot_batch::insert(&mut tx, batch(seq)).await.unwrap();
    }
    tx.commit().await.unwrap();
    let mut tx = place.store.begin().await.unwrap();
    hot_batch::delete_sealed(&mut tx, 99).await.unwrap();
    tx.commit().await.unwrap();
    place.store.tidy().await.unwrap();
    // Of five megabytes one row is left, and what the log before the database was emptied of stays with it.
    assert!(taken() < before + 500_000, "{before} became {}", taken());
    assert_eq!(
        hot_batch::load(&mut place.store.glance().await.unwrap(), 0, 200, 200)
            .await
            .unwrap()
            .len(),
        1
    );
}

pub(crate) async fn a_read_sees_one_state_to_its_end(place: Place) {
    let mut read = place.store.read().await.unwrap();
    assert!(activity_type::list(&mut read).await.unwrap().is_empty());
    let mut tx = place.store.begin().await.unwrap();
    note(&mut tx, "later").await;
    tx.commit().await.unwrap();
    assert!(activity_type::list(&mut read).await.unwrap().is_empty());
    drop(read);
    let mut read = place.store.read().await.unwrap();
    assert_eq!(activity_type::list(&mut read).await.unwrap().len(), 1);
}

pub(crate) async fn one_writer_waits_for_another(place: Place) {
    let mut first = place.store.begin().await.unwrap();
    note(&mut first, "same").await;
    let store = place.store.clone();
    let second = tokio::spawn(async move {
        let mut tx = store.begin().await.unwrap();
        note(&mut tx, "same").await;
        tx.commit().await.unwrap();
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(!second.is_finished());
    first.commit().await.unwrap();
    second.await.unwrap();
    assert_eq!(noted(&place.store).await, ["same"]);
}

pub(crate) async fn a_broken_constraint_fails_only_its_transaction(place: Place) {
    let mut tx = place.store.begin().await.unwrap();
    note(&mut tx, "first").await;
    let of_nothing = HotBatch {
        first_seq: 0,
        count: 0,
        recorded_at: Time(0),
        root: [0; 32],
        facts: vec![0; 32],
        leaves: None,
    };
    let refused = hot_batch::insert(&mut tx, of_nothing).await.unwrap_err();
    assert!(
        matches!(&refused, StoreError::Sql(_)) && refused.to_string().to_lowercase().contains("check"),
        "{refused}"
    );
    drop(tx);
    let mut tx = place.store.begin().await.unwrap();
    note(&mut tx, "second").await;
    tx.commit().await.unwrap();
    assert_eq!(noted(&place.store).await, ["second"]);
    assert_eq!(*place.store.failed().borrow(), None);
}

/// What makes SQLite end a transaction by itself.
const ENDS: &str = "CREATE TRIGGER ends BEFORE INSERT ON activity_type WHEN NEW.code = 'ends' \
     BEGIN SELECT RAISE(ROLLBACK, 'ended by the test'); END";

/// Some errors make SQLite roll back by itself (a full disk, a failed write); the driver does not notice.
pub(crate) async fn a_transaction_that_the_database_ended_itself_blocks_no_later_one(place: Place) {
    if matches!(place.url, StoreUrl::Postgres(_)) {
        // PostgreSQL ends none by itself; what a connection that is cut does is tested beside `Tx`.
        return every_kind_of_write_works(&place.store, "kept").await;
    }
    run(&place.store, ENDS).await;
    for way in 0..3 {
        let mut tx = place.store.begin().await.unwrap();
        note(&mut tx, "lost").await;
        activity_type::ensure(&mut tx, "ends", Time(1)).await.unwrap_err();
        match way {
            0 => drop(tx),
            1 => tx.rollback().await,
            _ => {
                // The client that hangs up in the middle of the next statement.
                let next = activity_type::ensure(&mut tx, "ends", Time(1));
                drop(tokio::time::timeout(Duration::ZERO, next).await);
                drop(tx);
            }
        }
        every_kind_of_write_works(&place.store, &format!("kept {way}")).await;
    }
    assert_eq!(noted(&place.store).await, ["kept 0", "kept 1", "kept 2"]);
    assert_eq!(*place.store.failed().borrow(), None);
}

/// The database has ended the transaction without the store: COMMIT says an error that tells nothing.
pub(crate) async fn a_commit_without_an_answer_is_unknown_and_stops_the_store(place: Place) {
    if matches!(place.url, StoreUrl::Postgres(_)) {
        // PostgreSQL is asked what became of it, which is tested beside `Tx`.
        return every_kind_of_write_works(&place.store, "kept").await;
    }
    run(&place.store, ENDS).await;
    let mut tx = place.store.begin().await.unwrap();
    note(&mut tx, "who knows").await;
    activity_type::ensure(&mut tx, "ends", Time(1)).await.unwrap_err();
    let error = tx.commit().await.unwrap_err();
    assert!(error.is_unknown() && error.is_fatal(), "{error}");
    assert!(place.store.failed().borrow().is_some());
    let later = place.store.begin().await.err().unwrap();
    assert!(
        !later.is_unknown(),
        "of what comes later it is known that it was not done: {later}"
    );
}

async fn every_kind_of_write_works(store: &Store, code: &str) {
    let mut tx = store.begin().await.unwrap();
    note(&mut tx, code).await;
    tx.commit().await.unwrap();
    store.tidy().await.unwrap();
    store.begin().await.unwrap().rollback().await;
    drop(store.begin().await.unwrap());
    drop(store.read().await.unwrap());
    assert!(noted(store).await.iter().any(|noted| noted == code));
}

async fn run(store: &Store, sql: &str) {
    let mut beside = store.beside().await.unwrap();
    let sql = sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned()));
    sql.execute(&mut beside).await.unwrap();
}

pub(crate) async fn a_failed_store_writes_nothing_more(place: Place) {
    let mut failed = place.store.failed();
    place.store.fail("fsync: input/output error");
    place.store.fail("a later cause");
    failed.changed().await.unwrap();
    assert_eq!(failed.borrow().as_deref(), Some("fsync: input/output error"));
    let refused = place.store.begin().await.err().unwrap();
    assert!(refused.is_fatal(), "{refused}");
    assert!(noted(&place.store).await.is_empty(), "reading goes on");
}

pub(crate) async fn a_store_opens_again_with_what_it_held(place: Place) {
    let mut tx = place.store.begin().await.unwrap();
    note(&mut tx, "kept").await;
    tx.commit().await.unwrap();
    let place = place.reopened().await.reopened().await;
    assert_eq!(noted(&place.store).await, ["kept"]);
}

pub(crate) async fn a_schema_from_the_future_is_refused(place: Place) {
    let mut beside = place.store.beside().await.unwrap();
    let future = "INSERT INTO migration (version, name, checksum) VALUES (999, 'later', $1)";
    let future = sqlx::query(future).bind(vec![0_u8; 32]);
    future.execute(&mut beside).await.unwrap();
    beside.close().await.unwrap();
    place.store.close().await;
    for refused in [Store::open(&place.url).await, Store::open_reader(&place.url).await] {
        let error = refused.unwrap_err().to_string();
        assert!(error.contains("newer whodid"), "{error}");
    }
}

pub(crate) async fn a_database_without_data_says_so_to_a_reader(place: Place) {
    let mut beside = place.store.beside().await.unwrap();
    let renamed = sqlx::query("ALTER TABLE migration RENAME TO migration_of_another");
    renamed.execute(&mut beside).await.unwrap();
    beside.close().await.unwrap();
    place.store.close().await;
    let refused = Store::open_reader(&place.url).await.unwrap_err().to_string();
    assert!(refused.contains("no Whodid data"), "{refused}");
    assert!(refused.contains("whodid serve"), "{refused}");
}

pub(crate) async fn a_reader_reads_and_does_not_write(place: Place) {
    let mut tx = place.store.begin().await.unwrap();
    note(&mut tx, "kept").await;
    tx.commit().await.unwrap();
    let reader = Store::open_reader(&place.url).await.unwrap();
    assert_eq!(noted(&reader).await, ["kept"]);
    assert!(matches!(reader.begin().await.err(), Some(StoreError::ReadOnly)));
}

pub(crate) async fn a_copy_is_of_what_was_committed_and_waits_for_nobody_who_writes(place: Place) {
    let StoreUrl::Directory(directory) = &place.url else {
        let to = std::env::temp_dir().join("whodid.db");
        return assert!(matches!(place.store.copy_into(&to).await, Err(StoreError::NoCopy)));
    };
    let mut tx = place.store.begin().await.unwrap();
    note(&mut tx, "committed").await;
    tx.commit().await.unwrap();
    let mut under_way = place.store.begin().await.unwrap();
    note(&mut under_way, "under way").await;
    let copies = directory.join("copy 'of' it?");
    std::fs::create_dir(&copies).unwrap();
    let file = copies.join("whodid.db");
    // Also from a store that only reads, as beside a server.
    let reader = Store::open_reader(&place.url).await.unwrap();
    reader.copy_into(&file).await.unwrap();
    under_way.commit().await.unwrap();
    assert!(reader.copy_into(&file).await.is_err(), "nothing is written over");
    let copy = Store::open_reader(&StoreUrl::directory(&copies)).await.unwrap();
    assert_eq!(copy.quick_check().await.unwrap(), Vec::<String>::new());
    assert_eq!(noted(&copy).await, ["committed"]);
    copy.close().await;
    let names = std::fs::read_dir(&copies)
        .unwrap()
        .map(|entry| entry.unwrap().file_name());
    assert_eq!(
        names.collect::<Vec<_>>(),
        ["whodid.db"],
        "reading it leaves nothing beside it"
    );
}

pub(crate) async fn whether_it_takes_writes_is_tried_when_the_last_one_was_not_kept(place: Place) {
    let mut tx = place.store.begin().await.unwrap();
    head::ensure(&mut tx, &[], &[0; 32]).await.unwrap();
    tx.commit().await.unwrap();
    assert!(place.store.can_write().await);
    place.store.refuse("UPDATE", "log_head").await.unwrap();
    assert!(place.store.can_write().await, "the last one was kept");
    drop(place.store.begin().await.unwrap());
    assert!(!place.store.can_write().await);
    place.store.allow("UPDATE", "log_head").await.unwrap();
    assert!(place.store.can_write().await);
    assert_eq!(place.store.quick_check().await.unwrap(), Vec::<String>::new());
}

pub(crate) async fn tidying_waits_for_no_reader(place: Place) {
    let mut read = place.store.read().await.unwrap();
    assert_eq!(activity_type::list(&mut read).await.unwrap().len(), 0);
    let mut tx = place.store.begin().await.unwrap();
    note(&mut tx, "kept").await;
    tx.commit().await.unwrap();
    // Far less than what a reader is waited for.
    let tidy = tokio::time::timeout(Duration::from_secs(5), place.store.tidy()).await;
    tidy.expect("it waits for nobody").unwrap();
    every_kind_of_write_works(&place.store, "after").await;
    drop(read);
    assert_eq!(noted(&place.store).await, ["after", "kept"]);
}
