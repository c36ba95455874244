//! Contract of the table `export`.

use activity::Time;

use super::*;
use crate::{PageFrom, Store, StoreUrl, Tx, jobs};

async fn store() -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&StoreUrl::Directory(dir.path().to_owned())).await.unwrap();
    (dir, store)
}

fn row(id: &str, kind: Kind) -> ExportRow {
    ExportRow {
        id: id.to_owned(),
        kind,
        format: Format::Parquet,
        state: State::Queued,
        subject_id: Some("usr_sam".to_owned()),
        subject: Some("{}".to_owned()),
        requester_id: "usr_maria".to_owned(),
        requester: "{}".to_owned(),
        origin: "{}".to_owned(),
        query: String::new(),
        question: None,
        columns: "id,user".to_owned(),
        has_mark: true,
        zone: "EST".to_owned(),
        created_at: 1,
        finished_at: None,
        expected: 0,
        written: 0,
        bytes: 0,
        sha256: None,
        file: None,
        manifest_bytes: None,
        proof_bytes: None,
        expires_at: None,
        gone: None,
        gone_at: None,
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
        manifest_bytes: Some(3),
        proof_bytes: Some(7),
        expires_at: Some(50),
        through: Some((5, 8)),
        error: None,
    }
}

#[tokio::test]
async fn a_row_is_read_back_as_it_was_written() {
    let (_dir, store) = store().await;
    let mut tx = store.begin().await.unwrap();
    insert(&mut tx, &row("exp_1", Kind::View)).await.unwrap();
    tx.commit().await.unwrap();
    let mut read = store.glance().await.unwrap();
    assert_eq!(by_id(&mut read, "exp_1").await.unwrap(), Some(row("exp_1", Kind::View)));
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
        bytes: 11,
    };
    assert!(jobs::renew(tx, held, Time(40), &progress).await.unwrap());
    let running = by_id(tx, "exp_1").await.unwrap().unwrap();
    assert_eq!(
        (running.state, running.written, running.expected, running.bytes),
        (State::Running, 1, 2, 11)
    );
    assert!(jobs::finish(tx, held).await.unwrap());
    assert!(finish(tx, "exp_1", &done()).await.unwrap());
    assert!(!finish(tx, "exp_1", &done()).await.unwrap(), "it ends once");
    let row = by_id(tx, "exp_1").await.unwrap().unwrap();
    assert_eq!((row.state, row.written, row.through_size), (State::Done, 2, Some(5)));
    assert_eq!((row.bytes, row.file.as_deref()), (20, Some("a.csv")));
    assert!(
        !cancel(tx, "exp_1", 10).await.unwrap(),
        "what has ended is not called off"
    );
}

#[tokio::test]
async fn the_job_of_an_export_that_is_called_off_goes_and_what_is_known_of_it_stays() {
    let (_dir, store) = store().await;
    let mut tx = store.begin().await.unwrap();
    let tx = &mut tx;
    insert(tx, &row("exp_1", Kind::View)).await.unwrap();
    let job_of = claimed(tx, "exp_1", "me").await;
    let held = jobs::Held {
        name: &job_of.name,
        fence: job_of.fence,
    };
    let progress = jobs::Progress {
        cursor: None,
        done: 3,
        total: 9,
        bytes: 70,
    };
    jobs::renew(tx, held, Time(40), &progress).await.unwrap();
    assert!(cancel(tx, "exp_1", 30).await.unwrap());
    assert!(!cancel(tx, "exp_1", 31).await.unwrap());
    assert_eq!(jobs::get(tx, &job("exp_1")).await.unwrap(), None);
    assert!(
        !jobs::finish(tx, held).await.unwrap(),
        "its maker changes nothing any more"
    );
    assert!(!finish(tx, "exp_1", &done()).await.unwrap());
    let row = by_id(tx, "exp_1").await.unwrap().unwrap();
    assert_eq!((row.state, row.written, row.bytes), (State::Cancelled, 3, 70));
    assert_eq!(row.finished_at, Some(30));
}

#[tokio::test]
async fn a_file_is_let_go_once_and_what_is_known_of_it_stays() {
    let (_dir, store) = store().await;
    let mut tx = store.begin().await.unwrap();
    let tx = &mut tx;
    for id in ["exp_1", "exp_2"] {
        insert(tx, &row(id, Kind::View)).await.unwrap();
    }
    assert!(finish(tx, "exp_1", &done()).await.unwrap());
    assert_eq!(unfinished(tx, "usr_maria").await.unwrap(), (1, 1));
    assert_eq!(unfinished(tx, "usr_other").await.unwrap(), (1, 0));
    assert_eq!(kept_bytes(tx).await.unwrap(), 30, "with what lies beside it");
    assert!(expired(tx, 49, 9).await.unwrap().is_empty());
    assert_eq!(expired(tx, 50, 9).await.unwrap(), ["exp_1"]);
    assert!(let_go(tx, "exp_1", Gone::Expired, 51).await.unwrap());
    assert!(!let_go(tx, "exp_1", Gone::Deleted, 52).await.unwrap());
    assert!(expired(tx, 99, 9).await.unwrap().is_empty());
    assert_eq!(kept_bytes(tx).await.unwrap(), 0);
    let row = by_id(tx, "exp_1").await.unwrap().unwrap();
    assert_eq!((row.gone, row.gone_at, row.file), (Some(Gone::Expired), Some(51), None));
    assert_eq!(row.sha256.as_deref(), Some("ab"));
    let known = known(tx, "", 9).await.unwrap();
    let ended: Vec<_> = known.iter().map(|it| (it.id.as_str(), it.is_finished)).collect();
    assert_eq!(ended, [("exp_1", true), ("exp_2", false)]);
}

#[tokio::test]
async fn where_no_files_came_with_the_database_no_export_promises_one() {
    let (_dir, store) = store().await;
    let mut tx = store.begin().await.unwrap();
    let tx = &mut tx;
    for id in ["exp_1", "exp_2", "exp_3"] {
        insert(tx, &row(id, Kind::View)).await.unwrap();
        if id != "exp_2" {
            assert!(finish(tx, id, &done()).await.unwrap());
        }
    }
    assert!(let_go(tx, "exp_3", Gone::Expired, 51).await.unwrap());
    assert_eq!(let_all_go(tx, Gone::Deleted, 60).await.unwrap(), 1);
    assert_eq!(let_all_go(tx, Gone::Deleted, 61).await.unwrap(), 0);
    let mut became = Vec::new();
    for id in ["exp_1", "exp_2", "exp_3"] {
        let row = by_id(tx, id).await.unwrap().unwrap();
        became.push((row.gone, row.gone_at, row.file));
    }
    assert_eq!(
        became,
        [
            (Some(Gone::Deleted), Some(60), None),
            (None, None, None),
            (Some(Gone::Expired), Some(51), None)
        ]
    );
}

#[tokio::test]
async fn lists_are_newest_first_and_of_one_requester_if_asked() {
    let (_dir, store) = store().await;
    let mut tx = store.begin().await.unwrap();
    let tx = &mut tx;
    for id in ["exp_1", "exp_3", "exp_2"] {
        insert(tx, &row(id, Kind::View)).await.unwrap();
    }
    insert(tx, &row("exp_0", Kind::UserCsv)).await.unwrap();
    let ids = |rows: Vec<ExportRow>| rows.into_iter().map(|row| row.id).collect::<Vec<_>>();
    assert_eq!(
        ids(list(tx, None, &PageFrom::First, 2).await.unwrap()),
        ["exp_3", "exp_2"]
    );
    assert_eq!(
        ids(list(tx, Some("usr_maria"), &PageFrom::After("exp_2"), 9).await.unwrap()),
        ["exp_1"]
    );
    assert!(
        list(tx, Some("usr_other"), &PageFrom::First, 9)
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(ids(for_subject(tx, "usr_sam", Kind::View, 9).await.unwrap()).len(), 3);
    assert_eq!(
        ids(list(tx, None, &PageFrom::After("exp_1"), 9).await.unwrap()),
        ["exp_0"],
        "of everybody"
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
async fn whose_rows_a_file_holds_is_kept_with_it() {
    let (_dir, store) = store().await;
    let mut tx = store.begin().await.unwrap();
    let tx = &mut tx;
    insert(tx, &row("exp_1", Kind::UserCsv)).await.unwrap();
    assert_eq!(people(tx, "exp_1").await.unwrap(), None);
    keep_people(tx, "exp_1", "{}").await.unwrap();
    assert_eq!(people(tx, "exp_1").await.unwrap().as_deref(), Some("{}"));
}
