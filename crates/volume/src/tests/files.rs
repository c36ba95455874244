//! What is on disk: durable names, damage found, leftovers listed, indexes rebuilt.

use std::fs;

use activity::query::Expr;
use activity::{Activity, Facts, Person, Time};

use super::{leaf, merge, open, write};
use crate::{Order, VolumeError, VolumeMeta, id_of, list, reindex, remove, tree_range, verify};

fn activities(seqs: std::ops::Range<u64>) -> Vec<Activity> {
    let activity = |seq: u64| {
        let mut facts = Facts::new("user.login", Time(5 * seq as i64));
        facts.user = Some(Person {
            id: format!("usr_{}", seq % 7),
            ..Person::default()
        });
        facts.description = seq.is_multiple_of(3).then(|| format!("the {seq}th"));
        Activity {
            seq,
            recorded_at: Time(5 * seq as i64 + 1),
            facts,
        }
    };
    seqs.map(activity).collect()
}

fn check(root: &std::path::Path, meta: &VolumeMeta) -> crate::Result<()> {
    verify(root, meta, &|activity| Some(leaf(activity)))
}

#[test]
fn a_written_volume_is_listed_verified_and_gone_after_removal() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path().join("volumes");
    let meta = write(&dir, &activities(0..40));
    assert_eq!(list(&dir).unwrap(), [meta.id.as_str()]);
    assert!(meta.id.starts_with("00000000000000000000-00000000000000000039-"));
    check(&dir, &meta).unwrap();
    let json = fs::read_to_string(dir.join(&meta.id).join("meta.json")).unwrap();
    assert_eq!(serde_json::from_str::<VolumeMeta>(&json).unwrap(), meta);
    remove(&dir, &meta.id).unwrap();
    remove(&dir, &meta.id).unwrap();
    assert_eq!(list(&dir).unwrap(), Vec::<String>::new());
    assert_eq!(list(&dir.join("absent")).unwrap(), Vec::<String>::new());
}

#[test]
fn nothing_is_written_over_and_the_unfinished_goes_by_its_id() {
    let dir = tempfile::tempdir().unwrap();
    let meta = write(dir.path(), &activities(0..4));
    let again = activities(0..4);
    let leaves: Vec<proof::Hash> = again.iter().map(leaf).collect();
    let refused = crate::write(dir.path(), &meta.id, &again, &leaves).unwrap_err();
    assert!(matches!(refused, VolumeError::Unfit(_)), "{refused}");
    check(dir.path(), &meta).unwrap();
    let unfinished = format!("unfinished-{}", super::id(0, 4));
    fs::create_dir(dir.path().join(&unfinished)).unwrap();
    let refused = crate::write(dir.path(), id_of(&unfinished), &again, &leaves).unwrap_err();
    assert!(matches!(refused, VolumeError::Io { .. }), "{refused}");
    assert_eq!(list(dir.path()).unwrap(), [meta.id.clone(), unfinished.clone()]);
    remove(dir.path(), id_of(&unfinished)).unwrap();
    assert_eq!(list(dir.path()).unwrap(), [meta.id]);
}

#[test]
fn an_id_says_where_its_volume_ends_and_other_names_say_nothing() {
    assert_eq!(VolumeMeta::end_of_id(&VolumeMeta::new_id(5, 10, "x")), Some(15));
    assert_eq!(
        VolumeMeta::end_of_id("00000000000000000000-00000000000000000499-deadbeef"),
        Some(500)
    );
    for name in [
        "lost+found",
        "photos",
        "1-2-3",
        "00000000000000000009-00000000000000000001-x",
        "installation",
        "unfinished-00000000000000000000-00000000000000000499-x",
        "00000000000000000000-00000000000000000499-",
    ] {
        assert_eq!(VolumeMeta::end_of_id(name), None, "{name}");
    }
}

#[test]
fn names_outside_the_directory_are_not_removed() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["", "..", "../x", ".", "/etc"] {
        assert!(matches!(remove(dir.path(), name), Err(VolumeError::Unfit(_))), "{name}");
    }
}

#[test]
fn what_no_volume_can_hold_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let mut gap = activities(0..4);
    gap.remove(2);
    let leaves = [[0; 32]; 3];
    for (activities, leaves) in [(&gap[..], &leaves[..]), (&gap[..2], &leaves[..]), (&[], &[])] {
        assert!(matches!(
            crate::write(dir.path(), "x", activities, leaves),
            Err(VolumeError::Unfit(_))
        ));
    }
    assert_eq!(list(dir.path()).unwrap(), Vec::<String>::new());
}

#[test]
fn any_damaged_file_is_found_by_verification() {
    let dir = tempfile::tempdir().unwrap();
    let meta = write(dir.path(), &activities(0..600));
    let volume = dir.path().join(&meta.id);
    let index = fs::read_dir(volume.join("index"))
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let fast = index.filter(|path| path.extension().is_some_and(|it| it == "fast"));
    for path in fast.chain(["record.parquet", "tree", "meta.json"].map(|name| volume.join(name))) {
        let sound = fs::read(&path).unwrap();
        let mut damaged = sound.clone();
        let middle = damaged.len() / 2;
        damaged[middle] ^= 0x40;
        fs::write(&path, &damaged).unwrap();
        assert!(check(dir.path(), &meta).is_err(), "{}", path.display());
        fs::write(&path, &sound).unwrap();
        check(dir.path(), &meta).unwrap();
    }
    let other = |activity: &Activity| Some(proof::leaf_hash(&activity.seq.to_be_bytes()));
    assert!(verify(dir.path(), &meta, &other).is_err());
    assert!(verify(dir.path(), &meta, &|_| None).is_err());
}

#[test]
fn volumes_apart_are_not_merged() {
    let dir = tempfile::tempdir().unwrap();
    let parts = [0..5, 6..9].map(|seqs| open(dir.path(), &write(dir.path(), &activities(seqs))));
    assert!(matches!(merge(dir.path(), &parts), Err(VolumeError::Unfit(_))));
    assert!(matches!(merge(dir.path(), &parts[..1]), Err(VolumeError::Unfit(_))));
    assert!(matches!(merge(dir.path(), &[]), Err(VolumeError::Unfit(_))));
}

#[test]
fn joined_ranges_of_volumes_are_the_logs_frontier() {
    let dir = tempfile::tempdir().unwrap();
    let metas = [0..300, 300..301, 301..2000].map(|seqs| write(dir.path(), &activities(seqs)));
    let parts = metas.clone().map(|meta| open(dir.path(), &meta));
    let merged = merge(dir.path(), &parts[1..]).unwrap();
    let leaves: Vec<proof::Hash> = activities(0..2000).iter().map(leaf).collect();
    for volumes in [&metas[..], &[metas[0].clone(), merged][..]] {
        let mut frontier = proof::Frontier::new();
        volumes
            .iter()
            .for_each(|meta| frontier.join(&tree_range(dir.path(), meta).unwrap()).unwrap());
        assert_eq!(frontier.root(), proof::root_of(&leaves));
    }
}

#[test]
fn an_index_is_rebuilt_from_the_record() {
    let dir = tempfile::tempdir().unwrap();
    let all = activities(10..45);
    let meta = write(dir.path(), &all);
    fs::remove_dir_all(dir.path().join(&meta.id).join("index")).unwrap();
    assert!(crate::Volume::open(dir.path(), meta.clone()).is_err());
    let meta = reindex(dir.path(), &meta).unwrap();
    check(dir.path(), &meta).unwrap();
    let rows = open(dir.path(), &meta)
        .search(
            &mut super::asked(&Expr::All),
            Order::Oldest,
            None,
            crate::Filling::new(crate::Room::rows(100)),
        )
        .unwrap();
    assert_eq!(rows, all);
}

#[test]
fn an_index_of_another_format_is_not_opened() {
    let dir = tempfile::tempdir().unwrap();
    let meta = VolumeMeta {
        index_format: 0,
        ..write(dir.path(), &activities(0..3))
    };
    let error = crate::Volume::open(dir.path(), meta).unwrap_err();
    assert!(error.to_string().contains("reindex"), "{error}");
}
