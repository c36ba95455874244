//! What a backup keeps and removes, for any course of snapshots.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use activity::Time;
use engine::{FileSum, VolumeFiles};

use super::files::{self, write};
use super::manifest::{Manifest, VolumeSums, read_manifest, read_volume};
use super::place::{DATABASE, MANIFEST, Place};
use super::prune::{Keep, prune};
use super::volumes::Kept;

const DAY: i64 = Time::DAY;

/// The files of a made-up volume, on the disk.
fn volume(from: &Path, id: &str) -> VolumeFiles {
    let mut sums = BTreeMap::new();
    for (name, text) in [
        ("record.parquet", "rows of "),
        ("index/a.fast", "columns of "),
        ("tree", "hashes of "),
    ] {
        let path = from.join(id).join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, format!("{text}{id}")).unwrap();
        sums.insert(name.to_owned(), files::sum(&path, &|_| {}).unwrap());
    }
    std::fs::write(from.join(id).join("meta.json"), "{}").unwrap();
    VolumeFiles {
        id: id.to_owned(),
        count: 1,
        files: sums,
        knows_all: true,
    }
}

/// A snapshot of these volumes, taken on that day.
fn snapshot(place: &Place, from: &Path, day: i64, ids: &[u8]) -> String {
    let keep = |id: &u8| match place.keep(&volume(from, &format!("v{id}")), &from.join(format!("v{id}")), &|_| {}) {
        Ok(Kept::Already(sums) | Kept::Copied(sums)) => sums,
        Err(error) => panic!("{error:#}"),
    };
    let at = Time(day * DAY);
    let name = at.to_string().replace(':', "-");
    let directory = place.snapshots_dir().join(&name);
    std::fs::create_dir(&directory).unwrap();
    std::fs::write(directory.join(DATABASE), &name).unwrap();
    let manifest = Manifest {
        format: Manifest::FORMAT,
        taken_at: at.to_string(),
        log: place.log.clone(),
        size: 1,
        root: String::new(),
        checkpoint: None,
        database: files::sum(&directory.join(DATABASE), &|_| {}).unwrap(),
        volumes: ids.iter().map(keep).collect(),
    };
    write(&directory.join(MANIFEST), &serde_json::to_vec(&manifest).unwrap()).unwrap();
    name
}

/// A small generator: the courses are many and always the same.
struct Course(u64);

impl Course {
    fn next(&mut self, below: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }
}

#[test]
fn whatever_is_pruned_each_snapshot_that_is_left_is_whole_and_nothing_else_is_there() {
    let from = tempfile::tempdir().unwrap();
    for seed in 0..60 {
        let (dir, mut course) = (tempfile::tempdir().unwrap(), Course(seed));
        let root = dir.path().join("backup");
        let (mut day, mut model) = (0, Vec::new());
        for _ in 0..8 {
            let place = Place::to_write(&root, "log").unwrap();
            day += 1 + i64::try_from(course.next(5)).unwrap();
            let ids: BTreeSet<u8> = (0..course.next(5))
                .map(|_| u8::try_from(course.next(8)).unwrap())
                .collect();
            let ids: Vec<u8> = ids.into_iter().collect();
            model.push((day, snapshot(&place, from.path(), day, &ids), ids));
            if course.next(2) == 0 {
                continue;
            }
            let (newest, days) = (1 + course.next(4), i64::try_from(course.next(10)).unwrap());
            let keep = Keep {
                newest: (course.next(2) == 0).then(|| usize::try_from(newest).unwrap()),
                since: (course.next(2) == 0).then(|| Time((day - days) * DAY)),
            };
            prune(&place, keep).unwrap();
            let n = model.len();
            let mut at = 0;
            model.retain(|(taken, ..)| {
                at += 1;
                let age = n - at;
                age == 0
                    || (keep.newest.is_none_or(|most| age < most)
                        && keep.since.is_none_or(|since| Time(taken * DAY) >= since))
            });
            let left: Vec<String> = place.snapshots().unwrap().into_iter().map(|of| of.name).collect();
            assert_eq!(
                left,
                model.iter().map(|(_, name, _)| name.clone()).collect::<Vec<_>>(),
                "{seed}"
            );
            let needed: BTreeSet<String> = model
                .iter()
                .flat_map(|(_, _, ids)| ids)
                .map(|id| format!("v{id}"))
                .collect();
            assert_eq!(
                place.known_volumes().unwrap(),
                needed.iter().cloned().collect::<Vec<_>>(),
                "{seed}"
            );
            let wrong = super::check(&place, &place.snapshots().unwrap(), &indicatif::ProgressBar::hidden()).unwrap();
            assert_eq!(wrong, Vec::<String>::new(), "{seed}");
        }
    }
}

#[test]
fn a_volume_that_is_not_whole_is_copied_anew_and_what_nobody_knows_is_in_the_way() {
    let (dir, from) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let place = Place::to_write(&dir.path().join("backup"), "log").unwrap();
    let of = volume(from.path(), "v1");
    let keep = || place.keep(&of, &from.path().join("v1"), &|_| {});
    assert!(matches!(keep().unwrap(), Kept::Copied(_)));
    assert!(matches!(keep().unwrap(), Kept::Already(_)));
    for damage in ["cut", "gone", "renamed", "half"] {
        let at = place.volume("v1");
        match damage {
            "cut" => std::fs::write(at.join("index/a.fast"), "c").unwrap(),
            "gone" => std::fs::remove_dir_all(&at).unwrap(),
            "renamed" => std::fs::rename(&at, place.volumes_dir().join("v1.unfinished")).unwrap(),
            // Killed in the middle of being copied anew, with the one before still there.
            _ => {
                std::fs::create_dir(place.volumes_dir().join("v1.unfinished")).unwrap();
                std::fs::write(place.volumes_dir().join("v1.unfinished/tree"), "ha").unwrap();
                std::fs::remove_file(at.join("tree")).unwrap();
            }
        }
        assert!(place.kept("v1").unwrap().is_none(), "{damage}");
        assert!(matches!(keep().unwrap(), Kept::Copied(_)), "{damage}");
        assert!(place.kept("v1").unwrap().is_some(), "{damage}");
    }
    std::fs::create_dir(place.volumes_dir().join("v2")).unwrap();
    let of = volume(from.path(), "v2");
    let error = place.keep(&of, &from.path().join("v2"), &|_| {}).err().unwrap();
    assert!(error.to_string().contains("is in the way"), "{error:#}");
    assert!(place.volume("v2").is_dir());
}

#[test]
fn what_is_damaged_at_its_source_is_not_taken_for_the_volume() {
    let (dir, from) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let place = Place::to_write(&dir.path().join("backup"), "log").unwrap();
    let of = volume(from.path(), "v1");
    std::fs::write(from.path().join("v1/tree"), "hashes of v7").unwrap();
    let error = place.keep(&of, &from.path().join("v1"), &|_| {}).err().unwrap();
    assert!(
        error.to_string().contains("v1/tree is not the file that was written"),
        "{error:#}"
    );
    assert!(place.kept("v1").unwrap().is_none() && !place.volume("v1").exists());
}

#[test]
fn names_that_lead_out_of_the_directory_are_read_from_no_manifest() {
    let dir = tempfile::tempdir().unwrap();
    let sum = FileSum {
        bytes: 1,
        sha256: [1; 32],
    };
    let path = dir.path().join("of.json");
    for (id, name) in [
        ("..", "a"),
        ("a/b", "a"),
        ("", "a"),
        ("v", "../a"),
        ("v", "/etc/passwd"),
        ("v", ""),
        ("v", "a/../../b"),
    ] {
        let sums = VolumeSums::new(id, BTreeMap::from([(name.to_owned(), sum)]));
        write(&path, &serde_json::to_vec(&sums).unwrap()).unwrap();
        let error = read_volume(&path).unwrap_err();
        assert!(format!("{error:#}").contains("is no name of"), "{id} {name}: {error:#}");
    }
    for text in ["", "{}", "[]", "{\"format\":2}", "\u{0}"] {
        write(&path, text.as_bytes()).unwrap();
        assert!(read_manifest(&path).is_err() && read_volume(&path).is_err(), "{text}");
    }
}
