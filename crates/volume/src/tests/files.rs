//! What is on disk: damage found, rows rewritten, indexes built anew.

use std::fs;

use activity::canonical::KeptDigest;
use activity::query::Expr;
use activity::{Activity, Facts, Person, Time};

use super::{leaf, merge, open, reindex, rewrite, write};
use crate::{Alteration, Deadline, Leaf, Order, Part, RecordRow, VolumeError, VolumeMeta, tree_range, verify};

pub(super) fn activities(seqs: std::ops::Range<u64>) -> Vec<Activity> {
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

fn check(root: &std::path::Path, meta: &VolumeMeta) -> crate::Result<u64> {
    verify(
        &root.join(&meta.id),
        meta,
        &|activity: &Activity, _: &[KeptDigest]| Some(leaf(activity)),
        &Deadline::none(),
    )
}

#[test]
fn a_volume_is_verified_and_its_meta_names_every_file() {
    let dir = tempfile::tempdir().unwrap();
    let meta = write(dir.path(), &activities(0..40));
    assert!(meta.id.starts_with("00000000000000000000-00000000000000000039-"));
    assert_eq!(check(dir.path(), &meta).unwrap(), 0);
    let volume = dir.path().join(&meta.id);
    let json = fs::read(volume.join("meta.json")).unwrap();
    assert_eq!(VolumeMeta::from_json(&json).unwrap(), meta);
    let mut names = vec!["record.parquet".to_owned(), "tree".to_owned()];
    for entry in fs::read_dir(volume.join("index")).unwrap() {
        names.push(format!("index/{}", entry.unwrap().file_name().to_string_lossy()));
    }
    names.retain(|name| !name.ends_with(".lock"));
    names.sort_unstable();
    assert_eq!(meta.files.keys().cloned().collect::<Vec<_>>(), names);
    assert!(!volume.join("index.parts").exists());
}

#[test]
fn a_meta_of_a_later_format_or_with_other_fields_is_not_read() {
    let dir = tempfile::tempdir().unwrap();
    let meta = write(dir.path(), &activities(0..3));
    let json = serde_json::to_string(&meta).unwrap();
    for (from, to) in [
        ("\"format\":2", "\"format\":3"),
        ("\"count\":3", "\"count\":3,\"new\":1"),
    ] {
        let other = json.replacen(from, to, 1);
        assert_ne!(other, json);
        assert!(VolumeMeta::from_json(other.as_bytes()).is_err(), "{other}");
    }
}

#[test]
fn nothing_is_written_over() {
    let dir = tempfile::tempdir().unwrap();
    let meta = write(dir.path(), &activities(0..4));
    let again = activities(0..4);
    let leaves: Vec<Leaf> = again.iter().map(|row| Leaf::Yielded(leaf(row))).collect();
    let parts = vec![Part::Rows(&again[..], &leaves[..])];
    let place = dir.path().join(&meta.id);
    let leaf_of = |row: &Activity, _: &[KeptDigest]| Some(leaf(row));
    let refused = crate::rewrite(&place, &meta.id, parts, &leaf_of, &Deadline::none()).unwrap_err();
    assert!(matches!(refused, VolumeError::Io { .. }), "{refused}");
    check(dir.path(), &meta).unwrap();
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
fn what_no_volume_can_hold_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let mut gap = activities(0..4);
    gap.remove(2);
    let leaves = [const { Leaf::Yielded([0; 32]) }; 3];
    for (activities, leaves) in [(&gap[..], &leaves[..]), (&gap[..2], &leaves[..]), (&[], &[])] {
        let made = rewrite(dir.path(), 0, 3, vec![Part::Rows(activities, leaves)]);
        assert!(matches!(made, Err(VolumeError::Unfit(_))));
    }
}

#[test]
fn a_rewrite_that_is_given_up_ends_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let parts = [0..300, 300..600].map(|seqs| open(dir.path(), &write(dir.path(), &activities(seqs))));
    let halt = Deadline::none();
    halt.give_up();
    let place = dir.path().join("given-up");
    let whole: Vec<Part<'_, Activity>> = parts.iter().map(Part::Volume).collect();
    let made = crate::rewrite(
        &place,
        "given-up",
        whole,
        &|row: &Activity, _: &[KeptDigest]| Some(leaf(row)),
        &halt,
    );
    assert!(matches!(made, Err(VolumeError::Overdue(_))), "{made:?}");
    // The index library has no other way to stop than a file that takes no more.
    let mut index = crate::index::build::IndexBuilder::new(dir.path().join("parts"), halt.clone());
    index.join_all(parts.each_ref().map(|part| part.0.index.index.clone()));
    let made = index.finish(&dir.path().join("index"));
    assert!(matches!(made, Err(VolumeError::Overdue(_))), "{made:?}");
}

#[test]
fn rows_whose_values_are_gone_keep_their_leaves_through_every_rewrite() {
    let dir = tempfile::tempdir().unwrap();
    let all = activities(0..600);
    let meta = write(dir.path(), &all);
    let erase = |row: &mut RecordRow| {
        let goes = row.activity.seq % 5 == 2;
        if goes {
            row.leaf = Some(leaf(&row.activity));
            row.activity.facts.user = None;
        }
        goes
    };
    let part = Part::Record {
        dir: &dir.path().join(&meta.id),
        meta: &meta,
        alter: Some(Alteration {
            may: &|_| true,
            alter: &mut { erase },
        }),
    };
    let erased = rewrite(dir.path(), 0, 600, vec![part]).unwrap();
    assert_eq!(erased.tree_root, meta.tree_root);
    assert_eq!(check(dir.path(), &erased).unwrap(), 0);
    let next = write(dir.path(), &activities(600..700));
    let merged = merge(dir.path(), &[open(dir.path(), &erased), open(dir.path(), &next)]).unwrap();
    let again = reindex(dir.path(), &merged).unwrap();
    assert_eq!(
        (again.tree_root, check(dir.path(), &again).unwrap()),
        (merged.tree_root, 0)
    );
    let row = open(dir.path(), &again).get(7).unwrap().unwrap();
    assert_eq!((row.user.as_ref(), row.seq), (None, 7));
    assert_eq!(open(dir.path(), &again).get(8).unwrap().unwrap(), all[8]);
}

#[test]
fn removed_rows_keep_their_leaves_and_a_volume_of_nothing_else_has_no_index() {
    let dir = tempfile::tempdir().unwrap();
    let all = activities(0..600);
    let mut meta = write(dir.path(), &all);
    let tree_root = meta.tree_root;
    // Those in front, some in between, and all that is left.
    for (from, goes) in [(0, 40_u64), (40, 3), (600, 1)] {
        let remove = |row: &mut RecordRow| {
            let goes =
                row.activity.seq < from || row.activity.seq.is_multiple_of(goes) || goes == 40 && row.activity.seq < 40;
            if goes {
                row.leaf = row.leaf.or_else(|| Some(leaf(&row.activity)));
                row.activity = Activity::removed(row.activity.seq, row.activity.recorded_at);
            }
            goes
        };
        let part = Part::Record {
            dir: &dir.path().join(&meta.id),
            meta: &meta,
            alter: Some(Alteration {
                may: &|_| true,
                alter: &mut { remove },
            }),
        };
        meta = rewrite(dir.path(), 0, 600, vec![part]).unwrap();
        assert_eq!(meta.tree_root, tree_root);
        assert_eq!(check(dir.path(), &meta).unwrap(), 0);
        let again = reindex(dir.path(), &meta).unwrap();
        assert_eq!((again.tree_root, again.removed), (tree_root, meta.removed));
        assert_eq!(dir.path().join(&meta.id).join("index").exists(), !meta.is_emptied());
        if meta.is_emptied() {
            continue;
        }
        let (volume, next) = (open(dir.path(), &meta), write(dir.path(), &activities(600..700)));
        let is_left = |seq: u64| !volume.get(seq).unwrap().unwrap().is_removed();
        let removed = (0..600).filter(|seq| !is_left(*seq)).count() as u64;
        assert!(removed == meta.removed && removed > 40 - 1);
        assert_eq!((is_left(0), is_left(41)), (false, true));
        let merged = merge(dir.path(), &[volume, open(dir.path(), &next)]).unwrap();
        assert_eq!((merged.removed, merged.count), (meta.removed, 700));
        let wrong = VolumeMeta {
            removed: 1,
            ..meta.clone()
        };
        assert!(check(dir.path(), &wrong).is_err());
    }
    assert!(meta.is_emptied() && meta.removed == 600);
}

#[test]
fn leaves_that_nothing_yields_any_more_stop_no_rewrite() {
    let dir = tempfile::tempdir().unwrap();
    let metas = [0..300, 300..700].map(|seqs| write(dir.path(), &activities(seqs)));
    // As where a person's key is destroyed and the rows are not rewritten yet.
    let leaf_of = |row: &Activity, _: &[KeptDigest]| (!row.seq.is_multiple_of(7)).then(|| leaf(row));
    let parts = metas.each_ref().map(|meta| open(dir.path(), meta));
    let whole: Vec<Part<'_, Activity>> = parts.iter().map(Part::Volume).collect();
    let (place, id) = (dir.path().join("m"), "m");
    let merged = crate::rewrite(&place, id, whole, &leaf_of, &Deadline::none()).unwrap();
    assert_eq!(verify(&place, &merged, &leaf_of, &Deadline::none()).unwrap(), 100);
    let part: Part<'_, Activity> = Part::Record {
        dir: &place,
        meta: &merged,
        alter: None,
    };
    let anew = dir.path().join("r");
    let again = crate::rewrite(&anew, "r", vec![part], &leaf_of, &Deadline::none()).unwrap();
    assert_eq!(again.tree_root, merged.tree_root);
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
    let other = |activity: &Activity, _: &[KeptDigest]| Some(proof::leaf_hash(&activity.seq.to_be_bytes()));
    let verify = |leaf_of: crate::LeafOf<'_>| verify(&volume, &meta, leaf_of, &Deadline::none());
    assert!(verify(&other).is_err());
    assert_eq!(
        verify(&|_: &Activity, _: &[KeptDigest]| None).unwrap(),
        600,
        "it says for how many nothing can be told"
    );
}

#[test]
fn a_row_too_many_behind_the_end_of_a_record_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let [meta, longer] = [0..600, 0..601].map(|seqs| write(dir.path(), &activities(seqs)));
    let place = |meta: &VolumeMeta| dir.path().join(&meta.id);
    fs::copy(
        place(&longer).join("record.parquet"),
        place(&meta).join("record.parquet"),
    )
    .unwrap();
    let mut forged = meta.clone();
    let sum = *longer.files.get("record.parquet").unwrap();
    forged.files.insert("record.parquet".to_owned(), sum);
    crate::files::write_meta(&place(&meta), &forged).unwrap();
    let found = check(dir.path(), &forged).unwrap_err();
    assert!(matches!(found, VolumeError::Damaged { .. }), "{found}");
}

#[test]
fn what_was_changed_passes_no_rewrite_even_where_no_leaf_can_be_told() {
    let dir = tempfile::tempdir().unwrap();
    let metas = [0..300, 300..700].map(|seqs| write(dir.path(), &activities(seqs)));
    let record = dir.path().join(&metas[0].id).join("record.parquet");
    let others = activities(0..300).into_iter().map(|mut row| {
        row.facts.description = Some("never recorded".to_owned());
        row
    });
    // A record that is whole in itself, with other rows.
    let forged = write(dir.path(), &others.collect::<Vec<_>>());
    fs::copy(dir.path().join(&forged.id).join("record.parquet"), &record).unwrap();
    let mut padded = fs::read(&record).unwrap();
    padded.resize(usize::try_from(metas[0].record_bytes()).unwrap().max(padded.len()), 0);
    let place = dir.path().join(&metas[0].id);
    let anew = vec![Part::<Activity>::record(&place, &metas[0])];
    let made = crate::rewrite(
        &dir.path().join("r"),
        "r",
        anew,
        &|_: &Activity, _: &[KeptDigest]| None,
        &Deadline::none(),
    );
    assert!(matches!(made, Err(VolumeError::Damaged { .. })), "{made:?}");
    fs::write(&record, &padded[..usize::try_from(metas[0].record_bytes()).unwrap()]).unwrap();
    let parts = metas.each_ref().map(|meta| open(dir.path(), meta));
    let whole: Vec<Part<'_, Activity>> = parts.iter().map(Part::Volume).collect();
    let made = crate::rewrite(
        &dir.path().join("m"),
        "m",
        whole,
        &|_: &Activity, _: &[KeptDigest]| None,
        &Deadline::none(),
    );
    assert!(matches!(made, Err(VolumeError::Damaged { .. })), "{made:?}");
}

#[test]
fn volumes_apart_are_not_merged() {
    let dir = tempfile::tempdir().unwrap();
    let parts = [0..5, 6..9].map(|seqs| open(dir.path(), &write(dir.path(), &activities(seqs))));
    assert!(matches!(merge(dir.path(), &parts), Err(VolumeError::Unfit(_))));
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
        volumes.iter().for_each(|meta| {
            frontier
                .join(&tree_range(&dir.path().join(&meta.id), meta).unwrap())
                .unwrap()
        });
        assert_eq!(frontier.root(), proof::root_of(&leaves));
    }
}

#[test]
fn an_index_is_rebuilt_from_the_record() {
    let dir = tempfile::tempdir().unwrap();
    let all = activities(10..45);
    let meta = write(dir.path(), &all);
    fs::remove_dir_all(dir.path().join(&meta.id).join("index")).unwrap();
    assert!(crate::Volume::open(&dir.path().join(&meta.id), meta.clone()).is_err());
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
    let mut meta = write(dir.path(), &activities(0..3));
    meta.formats.index = 0;
    let error = crate::Volume::open(&dir.path().join(&meta.id), meta).unwrap_err();
    assert!(error.to_string().contains("built anew"), "{error}");
}

#[test]
fn a_volume_with_a_file_cut_off_or_missing_is_not_opened() {
    let dir = tempfile::tempdir().unwrap();
    let meta = write(dir.path(), &activities(0..50));
    let volume = dir.path().join(&meta.id);
    for name in meta.files.keys() {
        let path = volume.join(name);
        let sound = fs::read(&path).unwrap();
        fs::write(&path, &sound[..sound.len() - 1]).unwrap();
        assert!(crate::Volume::open(&volume, meta.clone()).is_err(), "{name} cut off");
        fs::remove_file(&path).unwrap();
        assert!(crate::Volume::open(&volume, meta.clone()).is_err(), "{name} missing");
        fs::write(&path, &sound).unwrap();
    }
    crate::Volume::open(&volume, meta).unwrap();
}
