//! Volumes of every version that was ever written open for ever.

use std::collections::BTreeMap;
use std::path::Path;

use activity::query::Expr;
use activity::{Activity, Recorder, canonical};
use volume::{Deadline, Filling, Order, Part, Query, Room, Volume, VolumeMeta};

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus/v1");
const ID: &str = "00000000000000000000-00000000000000000059-31d5d8e7";

fn key(digits: &str) -> [u8; 32] {
    std::array::from_fn(|at| u8::from_str_radix(&digits[at * 2..at * 2 + 2], 16).expect("64 hexadecimal digits"))
}

#[test]
fn a_volume_of_version_1_yields_its_tree_once_its_index_is_built_anew() {
    let corpus = Path::new(CORPUS);
    let dir = tempfile::tempdir().unwrap();
    let volume = dir.path().join(ID);
    std::fs::create_dir(&volume).unwrap();
    for file in ["record.parquet", "tree", "meta.json"] {
        std::fs::copy(corpus.join(ID).join(file), volume.join(file)).unwrap();
    }
    let read = |path: &Path| std::fs::read(path).unwrap();
    let meta: VolumeMeta = VolumeMeta::from_json(&read(&volume.join("meta.json"))).unwrap();
    let keys: BTreeMap<String, String> = serde_json::from_slice(&read(&corpus.join("keys.json"))).unwrap();
    let refused = Volume::open(&volume, meta.clone()).unwrap_err().to_string();
    assert!(refused.contains("built anew"), "{refused}");

    let leaf_of = |row: &Activity| canonical::leaf_of(row, |person| keys.get(person).map(|digits| key(digits)));
    let part: Part<'_, Activity> = Part::Record {
        dir: &volume,
        meta: &meta,
        alter: None,
    };
    let anew = dir.path().join("anew");
    let made = volume::rewrite(&anew, "anew", vec![part], &leaf_of, &Deadline::none()).unwrap();
    assert_eq!(made.tree_root, meta.tree_root);
    assert_eq!(volume::verify(&anew, &made, &leaf_of, &Deadline::none()).unwrap(), 0);
    let open = Volume::open(&anew, made).unwrap();
    let rows = open
        .search(
            &mut asked(&Expr::All),
            Order::Recorded,
            None,
            Filling::new(Room::rows(100)),
        )
        .unwrap();
    assert_eq!(rows.len(), 60);
    assert!(rows.iter().all(|row| row.recorder == Recorder::Unstated));
    let unstated = activity::query::parse("reported:unstated", &jiff::tz::TimeZone::UTC).unwrap();
    assert_eq!(open.count(&mut asked(&unstated), 1000).unwrap().n, 60);
}

fn asked(expr: &Expr) -> Query {
    Query::new(expr, Deadline::none())
}
