//! What a merge is held against, and what a question for one value does not read.

use activity::query::{Entity, Expr, Term, Value};
use activity::{Activity, Facts, Outcome, Person, Time};

use super::files::activities;
use super::{asked, merge, open, write};
use crate::eval::MENTIONS_READ;
use crate::files;
use crate::index::same::check_merged;
use crate::record::digest::RecordDigest;
use crate::record::read::RecordReader;
use crate::{Deadline, Filling, Order, Room, Volume};

/// Rows as they are, and rows of which one differs in one thing.
fn variants(rows: &[Activity]) -> Vec<Vec<Activity>> {
    let changes: [fn(&mut Activity); 8] = [
        |row| row.facts.occurred_at = Time(row.occurred_at.0 + 1),
        |row| row.recorded_at = Time(row.recorded_at.0 + 1),
        |row| row.facts.outcome = Outcome::Challenged,
        |row| row.facts.user = None,
        |row| row.facts.reason = Some("another".to_owned()),
        |row| row.facts.description = Some("another".to_owned()),
        |row| drop(row.facts.metadata.insert("another".to_owned(), String::new())),
        |row| row.facts.ip = Some([9, 9, 9, 9].into()),
    ];
    let changed = changes.iter().map(|change| {
        let mut rows = rows.to_vec();
        let at = rows.len() - 2;
        change(&mut rows[at]);
        rows
    });
    changed.collect()
}

fn digest(volume: &Volume) -> (u64, Vec<[[u8; 32]; 2]>) {
    let mut record = RecordReader::open(&files::record(volume.dir())).unwrap();
    let mut digest = RecordDigest::default();
    while let Some(batch) = record.next_batch() {
        let batch = batch.unwrap();
        // However it is cut.
        let cut = batch.num_rows() / 3;
        digest.add(&batch.slice(0, cut)).unwrap();
        digest.add(&batch.slice(cut, batch.num_rows() - cut)).unwrap();
    }
    digest.finish()
}

#[test]
fn a_merged_index_and_record_are_told_from_those_of_any_other_rows() {
    let dir = tempfile::tempdir().unwrap();
    let made = |rows: &[Activity]| open(dir.path(), &write(dir.path(), rows));
    let (first, second) = (activities(0..150), activities(150..290));
    let parts = [made(&first), made(&second)];
    let merged = open(dir.path(), &merge(dir.path(), &parts).unwrap());
    let whole: Vec<Activity> = first.iter().chain(&second).cloned().collect();
    assert_eq!(digest(&merged), digest(&made(&whole)), "however it was made");
    let check = |first: &Volume| {
        let parts = [&first.0.index, &parts[1].0.index];
        check_merged(&merged.0.index, &parts, &[], &Deadline::none())
    };
    check(&parts[0]).unwrap();
    for (at, other) in variants(&first).iter().enumerate() {
        let other = made(other);
        assert!(check(&other).is_err(), "the index of variant {at}");
        assert_ne!(digest(&other), digest(&parts[0]), "the record of variant {at}");
    }
    assert!(check(&made(&first[..149])).is_err(), "one row less");
}

#[test]
fn who_is_asked_for_by_an_id_is_found_without_what_all_ids_begin_with() {
    let row = |seq: u64| {
        let mut facts = Facts::new("user.login", Time(seq as i64));
        facts.user = Some(Person {
            id: format!("usr_{:04}", seq % 400),
            ..Person::default()
        });
        Activity {
            seq,
            recorded_at: Time(0),
            facts,
        }
    };
    let rows: Vec<Activity> = (0..900).map(row).collect();
    let dir = tempfile::tempdir().unwrap();
    let volume = open(dir.path(), &write(dir.path(), &rows));
    for (id, found) in [("usr_0007", 3), ("usr_0399", 2), ("usr_9999", 0)] {
        MENTIONS_READ.set(0);
        let query = Expr::from(Term::User(vec![Entity::Is(Value::exact(id))]));
        let page = volume.search(&mut asked(&query), Order::Oldest, None, Filling::new(Room::rows(10)));
        assert_eq!(page.unwrap().len(), found, "{id}");
        assert!(MENTIONS_READ.get() <= 100, "{id}: {} entries", MENTIONS_READ.get());
    }
}
