//! A volume in which some rows are changed answers as one of the changed rows does, and nothing is left in it of what went.

use std::fs;
use std::path::Path;

use activity::canonical::KeptDigest;
use activity::{Activity, By, Facts, Person, Target, Time};
use proptest::collection::vec;
use proptest::prelude::*;

use super::{id, leaf, merge, open, property, samples, write};
use crate::{Alteration, Deadline, Part, RecordRow, VolumeMeta, verify};

/// Changes rows of a volume; what may change is what does, or whatever else `may` says.
fn patch(
    root: &Path,
    meta: &VolumeMeta,
    may: &dyn Fn(u64) -> bool,
    alter: &mut dyn FnMut(&mut RecordRow) -> bool,
) -> crate::Result<VolumeMeta> {
    let part: Part<'_, Activity> = Part::Record {
        dir: &root.join(&meta.id),
        meta,
        alter: Some(Alteration {
            may: &|glance| may(glance.seq),
            alter,
        }),
    };
    let id = id(meta.first_seq, meta.count);
    let leaf_of = |row: &Activity, _: &[KeptDigest]| Some(leaf(row));
    crate::rewrite(&root.join(&id), &id, vec![part], &leaf_of, &Deadline::none())
}

fn check(root: &Path, meta: &VolumeMeta) -> crate::Result<u64> {
    let leaf_of = |row: &Activity, _: &[KeptDigest]| Some(leaf(row));
    verify(&root.join(&meta.id), meta, &leaf_of, &Deadline::none())
}

/// What becomes of a row: nothing, all its values go, or some.
fn changed(row: &Activity, how: u8) -> Option<Activity> {
    let mut left = row.clone();
    match how {
        0..6 => return None,
        6 => left = Activity::removed(row.seq, row.recorded_at),
        7 => {
            left.facts.user = left.facts.user.map(|_| Person::erased());
            (left.facts.ip, left.facts.device, left.facts.reason) = Default::default();
        }
        _ => {
            left.facts.by = By::System;
            left.facts.targets.clear();
            (left.facts.metadata, left.facts.changes, left.facts.description) = Default::default();
        }
    }
    Some(left)
}

proptest! {
    #![proptest_config(property::config())]

    #[test]
    fn a_patched_volume_answers_as_its_rows_do(
        activities in samples::activities(),
        hows in vec(0_u8..9, 60),
        queries in vec(samples::expr(), 12),
        cut in 1_usize..30,
        again in any::<bool>(),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let (first, second) = activities.split_at(cut.min(activities.len()));
        let mut meta = write(dir.path(), first);
        if !second.is_empty() {
            let parts = [open(dir.path(), &meta), open(dir.path(), &write(dir.path(), second))];
            meta = merge(dir.path(), &parts).unwrap();
        }
        let mut rows = activities.clone();
        for turn in 0..=usize::from(again) {
            let how = |seq: u64| hows[(seq as usize + turn * 7) % hows.len()];
            for row in rows.iter_mut().filter(|row| !row.is_removed()) {
                *row = changed(row, how(row.seq)).unwrap_or_else(|| row.clone());
            }
            let mut alter = |row: &mut RecordRow| {
                let left = changed(&row.activity, how(row.activity.seq)).filter(|_| !row.activity.is_removed());
                row.leaf = row.leaf.or_else(|| left.as_ref().map(|_| leaf(&row.activity)));
                left.map(|left| row.activity = left).is_some()
            };
            let made = patch(dir.path(), &meta, &|seq| how(seq) > 4, &mut alter).unwrap();
            prop_assert_eq!(made.tree_root, meta.tree_root);
            prop_assert_eq!(check(dir.path(), &made).unwrap(), 0);
            meta = made;
            if meta.is_emptied() {
                prop_assert!(rows.iter().all(Activity::is_removed));
                return Ok(());
            }
        }
        let volume = open(dir.path(), &meta);
        for query in &queries {
            property::check(&*volume, &rows, query, 3)?;
        }
        // Its parts are taken as any other's.
        let next: Vec<Activity> = activities.iter().map(|row| Activity { seq: row.seq + activities.len() as u64, ..row.clone() }).collect();
        let merged = merge(dir.path(), &[volume, open(dir.path(), &write(dir.path(), &next))]).unwrap();
        rows.extend(next);
        property::check(&*open(dir.path(), &merged), &rows, &queries[0], 3)?;
    }
}

/// Rows of which every seventh names a person by a word that nobody else has, in every way there is.
fn naming(seqs: std::ops::Range<u64>) -> Vec<Activity> {
    let row = |seq: u64| {
        let mut facts = Facts::new("user.login", Time(9 * seq as i64));
        let word = |what: &str| match seq % 7 {
            3 => format!("canary{what}"),
            other => format!("other{other}{what}"),
        };
        let person = |what: &str| Person {
            id: word(&format!("{what}id")),
            name: word(&format!("{what}name")),
            ..Person::default()
        };
        facts.user = Some(person("user"));
        facts.by = By::Member(person("by"));
        for place in ["first", "second"] {
            facts.targets.push(Target {
                kind: Target::USER.to_owned(),
                id: word(place),
                ..Target::default()
            });
        }
        facts.device = Some(word("device"));
        facts.description = Some(word("description"));
        facts.metadata.insert(word("key"), word("value"));
        Activity {
            seq,
            recorded_at: Time(9 * seq as i64),
            facts,
        }
    };
    seqs.map(row).collect()
}

/// Whether a file below this directory has these bytes.
fn holds(dir: &Path, bytes: &[u8]) -> bool {
    fs::read_dir(dir).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => holds(&path, bytes),
            false => fs::read(&path)
                .unwrap()
                .windows(bytes.len())
                .any(|window| window == bytes),
        }
    })
}

fn erase(row: &mut RecordRow) -> bool {
    let goes = row.activity.seq % 7 == 3;
    if goes {
        row.leaf = Some(leaf(&row.activity));
        let mut left = Facts::new(
            std::sync::Arc::clone(&row.activity.facts.kind),
            row.activity.facts.occurred_at,
        );
        left.user = Some(Person::erased());
        row.activity.facts = left;
    }
    goes
}

#[test]
fn no_byte_of_what_went_is_left_in_any_file_and_all_of_the_rest_is() {
    let dir = tempfile::tempdir().unwrap();
    let meta = write(dir.path(), &naming(0..1500));
    let source = dir.path().join(&meta.id);
    assert!(holds(&source, b"canary") && holds(&source, b"other"));
    let mut made_anew = 0;
    let mut alter = |row: &mut RecordRow| {
        made_anew += 1;
        erase(row)
    };
    let made = patch(dir.path(), &meta, &|seq| seq % 7 == 3, &mut alter).unwrap();
    assert_eq!(made_anew, 214, "rows that cannot change are taken as they are");
    let files = dir.path().join(&made.id);
    assert!(!holds(&files, b"canary") && holds(&files, b"other4"));
    assert!(!files.join("index.parts").exists());
    let whole: Vec<Activity> = open(dir.path(), &made)
        .scan(
            super::asked(&activity::query::Expr::All),
            crate::Order::Recorded,
            crate::Room::rows(100),
        )
        .unwrap()
        .flat_map(Result::unwrap)
        .collect();
    let kept = |row: &&Activity| row.seq % 7 != 3;
    assert!(whole.iter().filter(kept).eq(naming(0..1500).iter().filter(kept)));
}

#[test]
fn an_index_that_is_damaged_is_made_anew_with_the_changed_rows() {
    let dir = tempfile::tempdir().unwrap();
    let meta = write(dir.path(), &naming(0..300));
    let index = fs::read_dir(dir.path().join(&meta.id).join("index")).unwrap();
    let mut files = index.map(|entry| entry.unwrap().path());
    let fast = files
        .find(|path| path.extension().is_some_and(|it| it == "fast"))
        .unwrap();
    fs::write(&fast, b"nothing").unwrap();
    let made = patch(dir.path(), &meta, &|seq| seq % 7 == 3, &mut erase).unwrap();
    assert_eq!(check(dir.path(), &made).unwrap(), 0);
    assert!(!holds(&dir.path().join(&made.id), b"canary"));
}

#[test]
fn a_changed_row_that_does_not_keep_its_leaf_is_found_when_it_is_read_back() {
    let dir = tempfile::tempdir().unwrap();
    let meta = write(dir.path(), &naming(5..700));
    for wrong in [5, 200, 300, 699] {
        let mut alter = |row: &mut RecordRow| {
            row.activity.facts.device = None;
            true
        };
        assert!(
            patch(dir.path(), &meta, &|seq| seq == wrong, &mut alter).is_err(),
            "{wrong}"
        );
    }
}
