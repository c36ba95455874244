//! Contract of the table `export`.

use activity::Time;

use super::*;
use crate::{Store, StoreUrl, Tx, jobs};

async fn store() -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&StoreUrl::Directory(dir.path().to_owned())).await.unwrap();
    (dir, store)
}

fn row(id: &str, kind: Kind) -> ExportRow {
    ExportRow {
        id: id.to_owned(),
        kind,
        state: State::Queued,
        subject_id: Some("usr_sam".to_owned()),
        subject: Some("{}".to_owned()),
        requester_id: "usr_maria".to_owned(),
        requester: "{}".to_owned(),
        origin: "{}".to_owned(),
        query: String::new(),
        zone: "EST".to_owned(),
        created_at: 1,
        finished_at: None,
        expected: 0,
        written: 0,
        bytes: 0,
        sha256: None,
        file: None,
        through_size: None,
        through_at: None,
        error: None,
    }
}

fn done() -> Finish {
    Finish {
        at: 9,
        rows: 2,
        bytes: 20,
        sha256: Some("ab".to_owned()),
        file: Some("a.csv".to_owned()),
        through: Some((5, 8)),
        error: None,
    }
}

#[tokio::test]
async fn a_row_is_read_back_as_it_was_written() {
    let (_dir, store) = store().await;
    let mut tx = store.begin().await.unwrap();
    insert(&mut tx, &row("exp_1", Kind::ViewJsonl)).await.unwrap();
    tx.commit().await.unwrap();
    let mut read = store.glance().await.unwrap();
    assert_eq!(
        by_id(&mut read, "exp_1").await.unwrap(),
        Some(row("exp_1", Kind::ViewJsonl))
    );
    assert_eq!(by_id(&mut read, "exp_2").await.unwrap(), None);
}

/// Adds the export's job and lets `owner` claim it.
async fn claimed(tx: &mut Tx, id: &str, owner: &str) -> jobs::Job {
    jobs::add(tx, &job(id), Time(1)).await.unwrap();
    let claim = jobs::Claim {
        owner,
        now: Time(10),
        until: Time(20),
        early: false,
    };
    jobs::claim(tx, &job(id), claim).await.unwrap().unwrap()
}

#[tokio::test]
async fn an_export_is_as_far_as_its_job_until_it_ends_once() {
    let (_dir, store) = store().await;
    let mut tx = store.begin().await.unwrap();
    let tx = &mut tx;
    insert(tx, &row("exp_1", Kind::UserCsv)).await.unwrap();
    let held = claimed(tx, "exp_1", "me").await;
    let held = jobs::Held {
        name: &held.name,
        fence: held.fence,
    };
    let progress = jobs::Progress {
        cursor: None,
        done: 1,
        total: 2,
    };
    assert!(jobs::renew(tx, held, Time(40), &progress).await.unwrap());
    let running = by_id(tx, "exp_1").await.unwrap().unwrap();
    assert_eq!(
        (running.state, running.written, running.expected),
        (State::Running, 1, 2)
    );
    assert!(jobs::finish(tx, held).await.unwrap());
    assert!(finish(tx, "exp_1", &done()).await.unwrap());
    assert!(!finish(tx, "exp_1", &done()).await.unwrap(), "it ends once");
    let row = by_id(tx, "exp_1").await.unwrap().unwrap();
    assert_eq!((row.state, row.written, row.through_size), (State::Done, 2, Some(5)));
    assert_eq!(files(tx).await.unwrap(), ["a.csv"]);
}

#[tokio::test]
async fn the_job_of_an_export_goes_with_it() {
    let (_dir, store) = store().await;
    let mut tx = store.begin().await.unwrap();
    let tx = &mut tx;
    insert(tx, &row("exp_1", Kind::UserCsv)).await.unwrap();
    claimed(tx, "exp_1", "me").await;
    assert!(delete(tx, "exp_1").await.unwrap());
    assert!(!delete(tx, "exp_1").await.unwrap());
    assert_eq!(jobs::get(tx, &job("exp_1")).await.unwrap(), None);
}

#[tokio::test]
async fn lists_are_newest_first_and_of_one_requester_if_asked() {
    let (_dir, store) = store().await;
    let mut tx = store.begin().await.unwrap();
    let tx = &mut tx;
    for id in ["exp_1", "exp_3", "exp_2"] {
        insert(tx, &row(id, Kind::UserCsv)).await.unwrap();
    }
    let ids = |rows: Vec<ExportRow>| rows.into_iter().map(|row| row.id).collect::<Vec<_>>();
    assert_eq!(ids(list(tx, None, None, 2).await.unwrap()), ["exp_3", "exp_2"]);
    assert_eq!(
        ids(list(tx, Some("usr_maria"), Some("exp_2"), 9).await.unwrap()),
        ["exp_1"]
    );
    assert!(list(tx, Some("usr_other"), None, 9).await.unwrap().is_empty());
    assert_eq!(
        ids(for_subject(tx, "usr_sam", Kind::UserCsv, 9).await.unwrap()).len(),
        3
    );
}

#[tokio::test]
async fn rows_that_cannot_be_do_not_exist() {
    let (_dir, store) = store().await;
    let mut tx = store.begin().await.unwrap();
    let done_without_digest = ExportRow {
        state: State::Done,
        ..row("exp_1", Kind::UserCsv)
    };
    assert!(insert(&mut tx, &done_without_digest).await.is_err());
    let of_nobody = ExportRow {
        subject_id: None,
        ..row("exp_2", Kind::UserCsv)
    };
    assert!(insert(&mut tx, &of_nobody).await.is_err());
}

#[tokio::test]
async fn whose_rows_a_file_holds_is_kept_with_it_and_goes_with_it() {
    let (_dir, store) = store().await;
    let mut tx = store.begin().await.unwrap();
    let tx = &mut tx;
    insert(tx, &row("exp_1", Kind::UserCsv)).await.unwrap();
    assert_eq!(people(tx, "exp_1").await.unwrap(), None);
    keep_people(tx, "exp_1", "{}").await.unwrap();
    assert_eq!(people(tx, "exp_1").await.unwrap().as_deref(), Some("{}"));
    delete(tx, "exp_1").await.unwrap();
    assert_eq!(people(tx, "exp_1").await.unwrap(), None);
}
