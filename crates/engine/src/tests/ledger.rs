//! What the ledger of volumes lets be removed, and what it never does.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use activity::query::Expr;
use store::{Store, StoreUrl};

use super::{Bed, START, many, rng};
use crate::{Log, LogError, LogSettings, ManualClock, Order};

/// Every file below a directory with its bytes.
fn everything(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.push((path.clone(), Vec::new()));
            found.extend(everything(&path));
        } else {
            found.push((path.clone(), fs::read(&path).unwrap()));
        }
    }
    found.sort();
    found
}

async fn open(database: &Path, volumes: &Path) -> Result<(Store, Log), LogError> {
    let store = Store::open(&StoreUrl::directory(database)).await.unwrap();
    let settings = LogSettings {
        background: false,
        seal_at: 50,
        ..LogSettings::new(volumes)
    };
    let opened = Log::open(store.clone(), settings, Arc::new(ManualClock::new(START)), rng()).await;
    if opened.is_err() {
        store.close().await;
    }
    Ok((store, opened?))
}

async fn close(bed: Bed) -> testkit::Place {
    let Bed { dir, store, log, .. } = bed;
    log.close().await;
    store.close().await;
    dir
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_ledger_does_not_know_stays_whatever_it_is() {
    let bed = Bed::embedded(50).await;
    bed.append(many(0..120)).await;
    bed.log.settle(false).await.unwrap();
    let volumes = bed.dir.path().join("volumes");
    let strange = [
        "00000000000000000050-00000000000000000099-deadbeef",
        "backups",
        "lost+found",
        "unfinished-00000000000000000000-00000000000000000049-0000",
    ];
    for name in strange {
        fs::create_dir(volumes.join(name)).unwrap();
        fs::write(volumes.join(name).join("record.parquet"), name).unwrap();
    }
    fs::write(volumes.join("notes.txt"), "buy milk").unwrap();
    let before = everything(&volumes);
    let bed = bed.reopen(50).await;
    assert_eq!(everything(&volumes), before);
    let mut named: Vec<_> = strange.into_iter().chain(["notes.txt"]).collect();
    named.sort_unstable();
    assert_eq!(bed.log.strangers().await.unwrap(), named);
    bed.append(many(120..260)).await;
    bed.log.settle(true).await.unwrap();
    for (path, bytes) in before
        .iter()
        .filter(|(path, _)| strange.iter().any(|name| path.to_string_lossy().contains(name)))
    {
        assert!(path.is_dir() || fs::read(path).unwrap() == *bytes, "{}", path.display());
    }
    assert_eq!(bed.all(&Expr::All, Order::Recorded, 100).await.len(), 260);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_older_database_loses_nothing_and_says_what_to_do() {
    let bed = Bed::embedded(50).await;
    bed.append(many(0..60)).await;
    bed.log.settle(false).await.unwrap();
    let dir = close(bed).await;
    let (database, volumes) = (dir.path().join("whodid.db"), dir.path().join("volumes"));
    let yesterday = fs::read(&database).unwrap();
    let (store, log) = open(dir.path(), &volumes).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    log.append(&mut tx, many(60..200)).await.unwrap();
    tx.commit().await.unwrap();
    log.settle(false).await.unwrap();
    log.close().await;
    store.close().await;
    drop((log, store));
    for name in ["whodid.db", "whodid.db-wal", "whodid.db-shm"] {
        let _ = fs::remove_file(dir.path().join(name));
    }
    fs::write(&database, yesterday).unwrap();
    let before = everything(&volumes);
    let error = open(dir.path(), &volumes).await.unwrap_err();
    assert!(
        matches!(error, LogError::OlderThanVolumes { size: 60, end: 200, .. }),
        "{error}"
    );
    let text = error.to_string();
    assert!(
        text.contains("Nothing was changed") && text.contains("Put back the newer database"),
        "{text}"
    );
    assert_eq!(everything(&volumes), before, "nothing is removed");
    // What it says to do helps.
    let aside = dir.path().join("aside");
    fs::create_dir(&aside).unwrap();
    for (path, _) in before
        .iter()
        .filter(|(path, _)| path.parent() == Some(&volumes) && path.is_dir())
    {
        let name = path.file_name().unwrap();
        if volume::VolumeMeta::end_of_id(&name.to_string_lossy()).is_some_and(|end| end > 60) {
            fs::rename(path, aside.join(name)).unwrap();
        }
    }
    let (store, log) = open(dir.path(), &volumes).await.unwrap();
    assert_eq!(log.count(&Expr::All, 1_000).await.unwrap().n, 60);
    log.close().await;
    store.close().await;
}

/// Copies the database as it is now, beside whoever writes it.
async fn copied(bed: &Bed) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("whodid.db");
    bed.store.copy_into(&file).await.unwrap();
    (dir, file)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_database_whose_volumes_were_merged_since_is_refused_and_nothing_is_removed() {
    use crate::ledger::rewrite::{Step, Work};
    // Once from before the merge, and once from its middle, where the database knows of what is made and not yet that it is live.
    for middle in [false, true] {
        let bed = Bed::at(testkit::Place::embedded(), |settings| {
            settings.seal_at = 50;
            settings.merge_factor = 0;
        })
        .await;
        bed.append(many(0..200)).await;
        bed.log.settle(false).await.unwrap();
        let (mut _keeps, mut older) = copied(&bed).await;
        let bed = bed.reopen(50).await;
        if middle {
            let log = bed.log.clone();
            let late = bed
                .late((Work::Merge, Step::Made), async move { log.settle(false).await })
                .await;
            (_keeps, older) = copied(&bed).await;
            late.goes_on().await.unwrap();
        } else {
            bed.log.settle(false).await.unwrap();
        }
        bed.log.ledger().sweep().await.unwrap();
        assert_eq!(bed.volumes_on_disk().len(), 1, "four became one");
        let dir = close(bed).await;
        for name in ["whodid.db-wal", "whodid.db-shm"] {
            let _ = fs::remove_file(dir.path().join(name));
        }
        let newer = fs::read(dir.path().join("whodid.db")).unwrap();
        fs::copy(&older, dir.path().join("whodid.db")).unwrap();
        let volumes = dir.path().join("volumes");
        let before = everything(&volumes);
        let error = open(dir.path(), &volumes).await.unwrap_err();
        assert!(matches!(error, LogError::Outdated { .. }), "{middle}: {error}");
        assert_eq!(everything(&volumes), before, "{middle}: nothing is removed");
        for name in ["whodid.db-wal", "whodid.db-shm"] {
            let _ = fs::remove_file(dir.path().join(name));
        }
        fs::write(dir.path().join("whodid.db"), newer).unwrap();
        let (store, log) = open(dir.path(), &volumes).await.unwrap();
        assert_eq!(log.count(&Expr::All, 1_000).await.unwrap().n, 200);
        log.close().await;
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copied_database_agrees_with_the_trees_of_its_volumes_and_with_no_others() {
    let bed = Bed::embedded(50).await;
    bed.append(many(0..130)).await;
    bed.log.settle(false).await.unwrap();
    let (dir, _) = copied(&bed).await;
    let volumes = bed.dir.path().join("volumes");
    let check = async || {
        let store = Store::open_reader(&StoreUrl::directory(dir.path())).await.unwrap();
        assert_eq!(store.quick_check().await.unwrap(), Vec::<String>::new());
        crate::check_copy(store, &volumes).await.unwrap()
    };
    let found = check().await;
    assert_eq!((found.size, found.sound, found.faults.len()), (130, 130, 0));
    let files = crate::live_volumes(&bed.store).await.unwrap();
    assert!(files.iter().all(|of| of.knows_all) && files.iter().map(|of| of.count).sum::<u64>() == 100);
    let tree = volumes.join(&files[0].id).join("tree");
    let mut bytes = fs::read(&tree).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(&tree, bytes).unwrap();
    let found = check().await;
    assert_eq!(found.faults.len(), 1, "{found:?}");
    assert_eq!(
        (found.faults[0].damaged.as_slice(), found.faults[0].is_record_whole()),
        (&["tree".to_owned()][..], true)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_database_beside_old_volumes_is_refused() {
    let bed = Bed::embedded(50).await;
    bed.append(many(0..60)).await;
    bed.log.settle(false).await.unwrap();
    let dir = close(bed).await;
    let (elsewhere, volumes) = (tempfile::tempdir().unwrap(), dir.path().join("volumes"));
    let before = everything(&volumes);
    for _ in 0..2 {
        let error = open(elsewhere.path(), &volumes).await.unwrap_err();
        assert!(
            matches!(error, LogError::OlderThanVolumes { size: 0, end: 50, .. }),
            "{error}"
        );
    }
    assert_eq!(everything(&volumes), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_installations_do_not_share_a_directory() {
    let dir = close(Bed::embedded(50).await).await;
    let (elsewhere, volumes) = (tempfile::tempdir().unwrap(), dir.path().join("volumes"));
    let error = open(elsewhere.path(), &volumes).await.unwrap_err();
    assert!(matches!(error, LogError::OthersVolumes { .. }), "{error}");
    let (store, log) = open(dir.path(), &volumes).await.unwrap();
    log.close().await;
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_merged_stays_for_its_grace() {
    let bed = Bed::at(testkit::Place::embedded(), |settings| {
        settings.seal_at = 50;
        settings.grace_seconds = 60;
    })
    .await;
    bed.append(many(0..200)).await;
    bed.log.settle(false).await.unwrap();
    assert_eq!(bed.volumes_on_disk().len(), 5, "four parts and what they became");
    let core = bed.log.ledger();
    bed.clock.advance(59 * activity::Time::SECOND);
    core.sweep().await.unwrap();
    assert_eq!(bed.volumes_on_disk().len(), 5);
    bed.clock.advance(activity::Time::SECOND);
    core.sweep().await.unwrap();
    assert_eq!(bed.volumes_on_disk().len(), 1);
    assert_eq!(bed.all(&Expr::All, Order::Recorded, 100).await.len(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_volume_that_cannot_be_merged_holds_up_nothing() {
    let bed = Bed::at(testkit::Place::embedded(), |settings| {
        settings.seal_at = 50;
        settings.merge_factor = 4;
    })
    .await;
    bed.append(many(0..150)).await;
    bed.log.settle(false).await.unwrap();
    let second = bed.volumes_on_disk()[1].clone();
    let record = bed.dir.path().join("volumes").join(&second).join("record.parquet");
    let mut bytes = fs::read(&record).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x40;
    fs::write(&record, &bytes).unwrap();
    bed.append(many(150..420)).await;
    bed.log.settle(false).await.unwrap();
    assert_eq!(bed.log.head().await.unwrap().sealed, 400, "sealing goes on");
    let volumes = bed.volumes_on_disk();
    assert!(volumes.contains(&second), "it is still there: {volumes:?}");
    assert_eq!(
        volumes.len(),
        5,
        "its three neighbours and it stay, the next four are one: {volumes:?}"
    );
    assert!(fs::read(&record).unwrap() == bytes, "and as it was");
}
