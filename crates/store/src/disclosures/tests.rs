//! Contract of the tables of disclosures.

use std::collections::BTreeMap;

use activity::Time;

use super::*;
use crate::{PageFrom, Store, StoreUrl};

async fn store() -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&StoreUrl::directory(dir.path())).await.unwrap();
    (dir, store)
}

fn row(id: &str, first_at: i64) -> Disclosure {
    Disclosure {
        id: id.to_owned(),
        digest: vec![7; 32],
        kind: Kind::Page,
        reader_id: "usr_ada".to_owned(),
        reader: "{}".to_owned(),
        via: Via::Device,
        via_id: "dev_1".to_owned(),
        via_name: "Firefox on Linux".to_owned(),
        ip: Some("192.0.2.1".to_owned()),
        query: "user:bob".to_owned(),
        first_at,
    }
}

fn people(ids: &[&str]) -> BTreeMap<String, i64> {
    ids.iter().map(|id| ((*id).to_owned(), 2)).collect()
}

#[tokio::test]
async fn rows_of_one_disclosure_add_up_and_others_see_nothing_of_it() {
    let (_dir, store) = store().await;
    let mut tx = store.begin().await.unwrap();
    let tx = &mut tx;
    insert(tx, &row("dsc_1", 10)).await.unwrap();
    insert(tx, &row("dsc_2", 20)).await.unwrap();
    add_people(tx, "dsc_1", &people(&["usr_bob", "usr_cara"]), 10)
        .await
        .unwrap();
    add_people(tx, "dsc_1", &people(&["usr_bob"]), 15).await.unwrap();
    add_people(tx, "dsc_2", &people(&["usr_bob"]), 20).await.unwrap();
    let seen = to_others(tx, "usr_bob", &PageFrom::First, 10).await.unwrap();
    assert_eq!(
        seen.iter().map(|one| (one.id.as_str(), one.rows)).collect::<Vec<_>>(),
        [("dsc_2", 2), ("dsc_1", 4)]
    );
    assert_eq!((seen[1].first_at, seen[1].last_at), (Time(10), Time(15)));
    assert_eq!(
        to_others(tx, "usr_bob", &PageFrom::After("dsc_2"), 10).await.unwrap(),
        seen[1..]
    );
    assert_eq!(to_others(tx, "usr_cara", &PageFrom::First, 10).await.unwrap().len(), 1);
    assert!(to_others(tx, "usr_dan", &PageFrom::First, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_disclosure_is_recognised_for_a_while() {
    let (_dir, store) = store().await;
    let mut tx = store.begin().await.unwrap();
    let tx = &mut tx;
    insert(tx, &row("dsc_1", 10)).await.unwrap();
    let found = Some(("dsc_1".to_owned(), "user:bob".to_owned()));
    assert_eq!(newest(tx, &[7; 32], 10).await.unwrap(), found);
    assert_eq!(newest(tx, &[7; 32], 11).await.unwrap(), None);
    assert_eq!(newest(tx, &[8; 32], 0).await.unwrap(), None);
    set_query(tx, "dsc_1", "id:1,2").await.unwrap();
    assert_eq!(newest(tx, &[7; 32], 10).await.unwrap().unwrap().1, "id:1,2");
    assert_eq!(noted_at(tx, "r", "d", "s").await.unwrap(), None);
    set_noted_at(tx, "r", "d", "s", 5).await.unwrap();
    set_noted_at(tx, "r", "d", "s", 7).await.unwrap();
    assert_eq!(noted_at(tx, "r", "d", "s").await.unwrap(), Some(7));
    assert_eq!(noted_at(tx, "r", "d", "").await.unwrap(), None);
}

#[tokio::test]
async fn a_reader_beside_the_owner_leaves_traces_and_nothing_else() {
    let (dir, store) = store().await;
    let reader = Store::open_reader(&StoreUrl::directory(dir.path())).await.unwrap();
    assert!(reader.begin().await.is_err());
    let mut tx = reader.begin_trace().await.unwrap();
    insert_waiting(&mut tx, "wait_1", "{}").await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = store.begin().await.unwrap();
    let tx = &mut tx;
    assert_eq!(
        waiting(tx, "", 10).await.unwrap(),
        [("wait_1".to_owned(), "{}".to_owned())]
    );
    assert!(remove_waiting(tx, "wait_1").await.unwrap());
    assert!(!remove_waiting(tx, "wait_1").await.unwrap());
}
