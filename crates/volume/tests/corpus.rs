//! Volumes of every version that was ever written open for ever.
//!
//! `v1`: records without recorder, meta of format 1. `v2`: records with recorder, meta of format 1. `v3`: meta of format
//! 2, with the sums of all files. `v4`: an index in which accents need not be typed; older ones are built anew. `v5`: the rows of `v4` with one person erased, whose
//! digests the record keeps and whose key is gone.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use activity::canonical::KeptDigest;
use activity::query::Expr;
use activity::{Activity, Recorder, canonical, erased};
use proof::Hash;
use volume::{Deadline, Filling, Order, Part, Query, RecordOnly, Room, Volume, VolumeMeta};

/// A volume of the corpus in a directory of its own, and the keys of whom it names.
struct Sample {
    _temporary: tempfile::TempDir,
    dir: PathBuf,
    meta: VolumeMeta,
    keys: BTreeMap<String, String>,
}

impl Sample {
    fn of(version: &str) -> Self {
        let corpus = Path::new("tests/corpus").join(version);
        let temporary = tempfile::tempdir().unwrap();
        let dir = temporary.path().join("volume");
        let entries = std::fs::read_dir(&corpus).unwrap().map(|entry| entry.unwrap().path());
        copy(&entries.into_iter().find(|path| path.is_dir()).unwrap(), &dir);
        let meta = VolumeMeta::from_json(&std::fs::read(dir.join("meta.json")).unwrap()).unwrap();
        let keys = serde_json::from_slice(&std::fs::read(corpus.join("keys.json")).unwrap()).unwrap();
        Self {
            _temporary: temporary,
            dir,
            meta,
            keys,
        }
    }

    fn leaf_of(&self, row: &Activity, kept: &[KeptDigest]) -> Option<Hash> {
        erased::leaf_with(row, kept, |person| self.keys.get(person).map(|digits| key(digits)))
    }

    /// The same rows, made by this build.
    fn anew(&self) -> Volume {
        let dir = self.dir.with_file_name("anew");
        let parts = vec![Part::<'_, Activity>::record(&self.dir, &self.meta)];
        let leaf_of = |row: &Activity, kept: &[KeptDigest]| self.leaf_of(row, kept);
        let made = volume::rewrite(&dir, "anew", parts, &leaf_of, &Deadline::none()).unwrap();
        assert_eq!(made.tree_root, self.meta.tree_root);
        assert_eq!(volume::verify(&dir, &made, &leaf_of, &Deadline::none()).unwrap(), 0);
        Volume::open(&dir, made).unwrap()
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        match entry.path().is_dir() {
            true => copy(&entry.path(), &to),
            false => drop(std::fs::copy(entry.path(), to).unwrap()),
        }
    }
}

fn key(digits: &str) -> [u8; 32] {
    std::array::from_fn(|at| u8::from_str_radix(&digits[at * 2..at * 2 + 2], 16).expect("64 hexadecimal digits"))
}

fn rows(volume: &Volume) -> Vec<Activity> {
    let all = Filling::new(Room::rows(100));
    volume
        .search(&mut asked(&Expr::All), Order::Recorded, None, all)
        .unwrap()
}

#[test]
fn a_volume_of_version_1_yields_its_tree_once_its_index_is_built_anew() {
    let sample = Sample::of("v1");
    let refused = Volume::open(&sample.dir, sample.meta.clone()).unwrap_err().to_string();
    assert!(refused.contains("built anew"), "{refused}");
    let open = sample.anew();
    let rows = rows(&open);
    assert_eq!(rows.len(), 60);
    assert!(rows.iter().all(|row| row.recorder == Recorder::Unstated));
    let unstated = activity::query::parse("reported:unstated", &jiff::tz::TimeZone::UTC).unwrap();
    assert_eq!(open.count(&mut asked(&unstated), 1000).unwrap().n, 60);
}

#[test]
fn later_volumes_are_verified_and_open_as_they_are_or_anew() {
    for version in ["v2", "v3", "v4", "v5"] {
        let sample = Sample::of(version);
        let verified = volume::verify(
            &sample.dir,
            &sample.meta,
            &|row: &Activity, kept: &[KeptDigest]| sample.leaf_of(row, kept),
            &Deadline::none(),
        );
        assert_eq!(verified.unwrap(), 0, "{version}");
        let anew = sample.anew();
        let rows = rows(&anew);
        assert_eq!(rows.len(), 60, "{version}");
        assert!(rows.iter().all(|row| row.recorder.is_reported()), "{version}");
        assert_eq!(rows[0].targets.len(), 2, "{version}");
        let names_erased = |row: &&Activity| canonical::persons(row).contains(&activity::ERASED);
        assert_eq!(rows.iter().filter(names_erased).count() > 0, version == "v5");
        assert_eq!(sample.meta.files.len() > 1, version >= "v3", "sums of all files");
        match Volume::open(&sample.dir, sample.meta.clone()) {
            Ok(open) => {
                assert!(version >= "v4");
                assert_eq!(rows, self::rows(&open), "made anew it holds the same");
            }
            Err(refused) => {
                assert!(
                    version < "v4" && refused.to_string().contains("built anew"),
                    "{refused}"
                );
                let record = RecordOnly::open(&sample.dir, sample.meta.clone()).unwrap();
                let all = record.search(
                    &mut asked(&Expr::All),
                    Order::Recorded,
                    None,
                    Filling::new(Room::rows(100)),
                );
                assert_eq!(all.unwrap(), rows, "{version}: its record answers meanwhile");
            }
        }
    }
}

fn asked(expr: &Expr) -> Query {
    Query::new(expr, Deadline::none())
}
