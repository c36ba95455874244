//! Backups as whoever runs an installation meets them: taken beside a server that is written to, killed at any point, read
//! back, put back elsewhere, and never without what was erased since.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use activity::query::Expr;
use app::Scopes;
use engine::{Log, LogSettings, SystemClock, SystemRng};
use serde_json::{Value, json};
use store::{Store, StoreUrl};

use crate::support::{Done, Home, Server, key};

const SMALL: [&str; 6] = [
    "--set",
    "log.seal_at=100",
    "--set",
    "log.merge_factor=0",
    "--set",
    "log.seal_after_seconds=1",
];

fn write_scope() -> Scopes {
    Scopes {
        write: true,
        ..Scopes::default()
    }
}

/// Records `n` activities, each naming `mark`, and answers how many the log then has at least.
async fn record(server: &Server, key: &str, mark: &str, n: usize) -> u64 {
    let batch: Vec<Value> = (0..n)
        .map(|at| {
            json!({
                "activity": "invoice.paid",
                "user": {"id": format!("acme-{mark}"), "name": format!("{mark} Person")},
                "metadata": {"number": at.to_string()},
            })
        })
        .collect();
    let sent = reqwest::Client::new()
        .post(format!("{}/v1/activities", server.url))
        .bearer_auth(key)
        .json(&batch)
        .send()
        .await
        .unwrap();
    assert!(sent.status().is_success(), "{}", sent.status());
    let answer: Value = sent.json().await.unwrap();
    answer["items"].as_array().unwrap().last().unwrap()["id"]
        .as_u64()
        .unwrap()
        + 1
}

/// A home whose log has several volumes, and the key that writes to it.
async fn sealed_home() -> (Home, String) {
    let home = Home::new();
    let key = key(&home, write_scope()).await;
    let server = home.serve(&SMALL);
    for mark in ["Xaverine", "Boris", "Clara"] {
        record(&server, &key, mark, 120).await;
    }
    until(|| volumes(&home.data()).len() >= 3);
    assert_eq!(server.terminate(), Some(0));
    (home, key)
}

fn until(mut holds: impl FnMut() -> bool) {
    for _ in 0..400 {
        if holds() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("it did not come about within 20 seconds");
}

/// The volumes below a directory of data or of a backup.
fn volumes(of: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(of.join("volumes")) else {
        return Vec::new();
    };
    let mut found: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir() && path.file_name().unwrap().to_string_lossy().starts_with('0'))
        .filter(|path| !path.to_string_lossy().ends_with(".unfinished"))
        .collect();
    found.sort();
    found
}

/// Every file below a directory, with its inode and bytes.
fn files(of: &Path) -> BTreeMap<PathBuf, (u64, Vec<u8>)> {
    let mut found = BTreeMap::new();
    let mut open = vec![of.to_owned()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let inode = path.metadata().unwrap().ino();
                let bytes = fs::read(&path).unwrap();
                found.insert(path, (inode, bytes));
            }
        }
    }
    found
}

fn backup(home: &Home, to: &Path, more: &[&str]) -> Done {
    let to = to.to_string_lossy();
    home.run(&[&["backup", &*to], more].concat())
}

/// Runs the binary on another data directory.
fn on(home: &Home, data: &Path, words: &[&str]) -> Done {
    let output = Command::new(env!("CARGO_BIN_EXE_whodid"))
        .args(words)
        .arg("--data")
        .arg(data)
        .current_dir(home.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    Done::of(output)
}

fn restore(home: &Home, from: &Path, to: &Path, more: &[&str]) -> Done {
    let from = from.to_string_lossy();
    on(home, to, &[&["restore", &*from], more].concat())
}

/// How many activities there are in a data directory, and how many of them can be read.
async fn counted(data: &Path) -> (u64, u64) {
    let store = Store::open_reader(&StoreUrl::directory(data)).await.unwrap();
    let settings = LogSettings::new(data.join("volumes"));
    let log = Log::open_reader(store, settings, Arc::new(SystemClock)).await.unwrap();
    let size = log.head().await.unwrap().through.size;
    (size, log.count(&Expr::All, u64::MAX).await.unwrap().n)
}

fn snapshots(of: &Path) -> Vec<String> {
    let entries = fs::read_dir(of.join("snapshots")).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_beside_a_server_that_is_written_to_holds_all_that_was_acknowledged_before_it() {
    let home = Home::new();
    let key = key(&home, write_scope()).await;
    // Volumes are merged, and what they were made of goes at once: some are gone before they are copied.
    let merging = [
        "log.seal_at=100",
        "log.merge_factor=2",
        "log.grace_seconds=0",
        "log.seal_after_seconds=1",
    ];
    let merging: Vec<&str> = merging.iter().flat_map(|set| ["--set", *set]).collect();
    let server = home.serve(&merging);
    let to = home.path().join("backups");
    record(&server, &key, "First", 500).await;
    for round in 0..3_u64 {
        let acknowledged = record(&server, &key, "Before", 50).await;
        let writing = async {
            for _ in 0..10 {
                record(&server, &key, "Meanwhile", 60).await;
            }
        };
        let (home, into) = (&home, to.clone());
        let taking = async { tokio::task::block_in_place(|| backup(home, &into, &[]).ok()) };
        let (said, ()) = tokio::join!(taking, writing);
        assert!(said.contains("Snapshot "), "{said}");
        let elsewhere = home.path().join(format!("restored-{round}"));
        let done = restore(home, &to, &elsewhere, &[]);
        assert_eq!(done.code, 0, "{done:?}");
        assert!(
            done.out.contains("every file, row and leaf is what was recorded"),
            "{done:?}"
        );
        let (size, readable) = counted(&elsewhere).await;
        assert!(
            size >= acknowledged && readable == size,
            "{size} {readable} {acknowledged}"
        );
        let done = on(home, &elsewhere, &["verify"]);
        assert_eq!(done.code, 0, "{done:?}");
    }
    assert_eq!(server.terminate(), Some(0));
    assert_eq!(backup(&home, &to, &["--check"]).code, 0);
    assert!(backup(&home, &to, &["--list"]).ok().contains("3 snapshots"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_there_is_not_copied_again_and_what_no_backup_made_is_never_removed() {
    let (home, key) = sealed_home().await;
    let to = home.path().join("backups");
    assert!(!backup(&home, &to, &[]).ok().contains(" 0 of "));
    fs::write(to.join("volumes/notes.txt"), "mine").unwrap();
    fs::create_dir(to.join("volumes/00000000000000000000-00000000000000000099-stranger")).unwrap();
    let before = files(&to.join("volumes"));
    let again = backup(&home, &to, &[]).ok();
    assert!(
        again.contains(" 0 of 3 volumes were copied") || again.contains(" 0 of 4 volumes were copied"),
        "{again}"
    );
    assert_eq!(files(&to.join("volumes")), before, "the very same files");
    // More is recorded and sealed: only that is copied.
    let server = home.serve(&SMALL);
    record(&server, &key, "Dora", 130).await;
    until(|| volumes(&home.data()).len() > volumes(&to).len() - 1);
    assert_eq!(server.terminate(), Some(0));
    backup(&home, &to, &[]).ok();
    let after = files(&to.join("volumes"));
    assert!(before.iter().all(|(path, file)| after.get(path) == Some(file)));
    assert!(after.len() > before.len());
    // Of the older snapshots only what the newest needs is left, and what others put there.
    assert_eq!(snapshots(&to).len(), 3);
    let said = backup(&home, &to, &["--keep", "1"]).ok();
    assert!(said.contains("3 older snapshots were removed"), "{said}");
    assert_eq!(snapshots(&to).len(), 1);
    assert_eq!(fs::read(to.join("volumes/notes.txt")).unwrap(), b"mine");
    assert!(
        to.join("volumes/00000000000000000000-00000000000000000099-stranger")
            .is_dir()
    );
    let elsewhere = home.path().join("elsewhere");
    assert_eq!(restore(&home, &to, &elsewhere, &[]).code, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_at_any_moment_leaves_the_earlier_snapshots_whole_and_the_next_backup_goes_on() {
    let (home, key) = sealed_home().await;
    let to = home.path().join("backups");
    backup(&home, &to, &[]).ok();
    let first = snapshots(&to)[0].clone();
    let server = home.serve(&SMALL);
    record(&server, &key, "Emil", 300).await;
    until(|| volumes(&home.data()).len() >= 6);
    assert_eq!(server.terminate(), Some(0));
    let mut cut = 0;
    for round in 0..24_u64 {
        let into = to.to_string_lossy().into_owned();
        let mut child = home
            .command(&["backup", &into, "--keep", "2"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(4 + round * 17));
        child.kill().unwrap();
        cut += u32::from(!child.wait().unwrap().success());
        let done = backup(&home, &to, &["--check"]);
        assert_eq!(done.code, 0, "{round}: {done:?}");
        if round % 6 == 5 {
            let elsewhere = home.path().join(format!("after-{round}"));
            let done = restore(&home, &to, &elsewhere, &[]);
            assert_eq!(done.code, 0, "{round}: {done:?}");
        }
    }
    assert!(cut >= 3, "hardly any was killed in the middle: {cut}");
    let said = backup(&home, &to, &["--keep", "1"]).ok();
    assert!(said.contains("Snapshot"), "{said}");
    let left = snapshots(&to);
    assert!(left.len() == 1 && left[0] != first, "{left:?}");
    assert!(
        !files(&to)
            .keys()
            .any(|path| path.to_string_lossy().contains("unfinished"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_leaves_the_earlier_snapshots_whole_and_says_what_to_do() {
    let (home, key) = sealed_home().await;
    let to = home.path().join("backups");
    backup(&home, &to, &[]).ok();
    let server = home.serve(&SMALL);
    record(&server, &key, "Frida", 300).await;
    until(|| volumes(&home.data()).len() >= 6);
    assert_eq!(server.terminate(), Some(0));
    let before = files(&to.join("snapshots"));
    // No file may grow beyond so many blocks of 512 bytes; the database is larger, and what reading it needs is not.
    for blocks in [400, 100, 70] {
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"");
        let done = Command::new("sh")
            .args(["-c", &script, "sh", env!("CARGO_BIN_EXE_whodid"), "backup"])
            .arg(&to)
            .arg("--data")
            .arg(home.data())
            .output()
            .unwrap();
        let done = Done::of(done);
        assert_eq!(done.code, 1, "{blocks}: {done:?}");
        assert!(
            done.err.contains("Earlier snapshots are as they were"),
            "{blocks}: {done:?}"
        );
        assert_eq!(files(&to.join("snapshots")), before, "{blocks}");
        assert_eq!(backup(&home, &to, &["--check"]).code, 0);
    }
    backup(&home, &to, &[]).ok();
    assert_eq!(restore(&home, &to, &home.path().join("elsewhere"), &[]).code, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flipped_byte_in_any_file_of_a_backup_is_found_by_name_and_not_put_back() {
    let (home, _key) = sealed_home().await;
    let to = home.path().join("backups");
    backup(&home, &to, &[]).ok();
    let copied: Vec<PathBuf> = files(&to)
        .into_keys()
        .filter(|path| path.components().count() > to.components().count() + 2)
        .filter(|path| !path.ends_with("manifest.json"))
        .collect();
    assert!(copied.len() > 20, "{copied:?}");
    for (at, path) in copied.iter().enumerate() {
        let whole = fs::read(path).unwrap();
        let mut bytes = whole.clone();
        let middle = bytes.len() * (at % 7) / 7;
        bytes[middle] ^= 1 << (at % 8);
        fs::write(path, bytes).unwrap();
        let name = path.to_string_lossy().into_owned();
        let done = backup(&home, &to, &["--check"]);
        assert!(done.code == 1 && done.out.contains(&name), "{name}: {done:?}");
        if at % 9 == 0 {
            let elsewhere = home.path().join(format!("elsewhere-{at}"));
            let done = restore(&home, &to, &elsewhere, &[]);
            assert!(done.code == 1 && done.err.contains(&name), "{name}: {done:?}");
            let done = on(&home, &elsewhere, &["verify"]);
            assert!(done.code == 1 && done.err.contains("whodid restore"), "{done:?}");
        }
        fs::write(path, whole).unwrap();
    }
    assert_eq!(backup(&home, &to, &["--check"]).code, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn until_chooses_the_snapshot_and_an_older_log_beside_a_newer_checkpoint_has_to_be_accepted() {
    let (home, key) = sealed_home().await;
    let to = home.path().join("backups");
    backup(&home, &to, &[]).ok();
    let (size, _) = counted(&home.data()).await;
    let between = activity::Time::parse(&snapshots(&to)[0].replacen('-', ":", 4).replacen(':', "-", 2)).unwrap();
    let server = home.serve(&SMALL);
    let newer = record(&server, &key, "Gerd", 150).await;
    std::thread::sleep(Duration::from_millis(1_500));
    assert_eq!(server.terminate(), Some(0));
    backup(&home, &to, &[]).ok();
    let at = between.plus(activity::Time::SECOND / 1_000).to_string();
    let early = between.plus(-activity::Time::DAY).to_string();
    let done = restore(&home, &to, &home.path().join("early"), &["--until", &early]);
    assert!(done.code == 1 && done.err.contains("no snapshot"), "{done:?}");
    let done = restore(&home, &to, &home.path().join("early"), &["--until", "yesterday"]);
    assert_eq!(done.code, 2, "{done:?}");
    let done = restore(&home, &to, &home.path().join("newest"), &[]);
    assert_eq!(done.code, 0, "{done:?}");
    assert!(counted(&home.path().join("newest")).await.0 >= newer);
    // In the place of the newer data, beside their keys and their checkpoint.
    fs::rename(home.data(), home.path().join("aside")).unwrap();
    let anchor = fs::read(home.path().join("data.checkpoint")).unwrap();
    let done = restore(&home, &to, &home.data(), &["--until", &at]);
    assert_eq!(done.code, 0, "{done:?}");
    assert!(done.out.contains("accept-rollback"), "{done:?}");
    assert_eq!(counted(&home.data()).await.0, size);
    let done = home.run(&[
        "user",
        "create",
        "--username",
        "zoe",
        "--email",
        "zoe@example.com",
        "--name",
        "Zoe",
    ]);
    assert!(done.code == 1 && done.err.contains("accept-rollback"), "{done:?}");
    assert_eq!(
        fs::read(home.path().join("data.checkpoint")).unwrap(),
        anchor,
        "it stays"
    );
    let done = home.run(&["log", "accept-rollback", "--yes"]);
    assert_eq!(done.code, 0, "{done:?}");
    let server = home.serve(&[]);
    assert_eq!(server.terminate(), Some(0));
    assert_eq!(home.run(&["verify"]).code, 0);
    // Its snapshots do not pass for those of the log that was given up.
    let done = backup(&home, &to, &[]);
    assert!(
        done.code == 1 && done.err.contains("does not begin with them"),
        "{done:?}"
    );
    assert_eq!(snapshots(&to).len(), 2);
    backup(&home, &home.path().join("backups-from-here"), &[]).ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_asked_for_in_the_wrong_place_is_refused_and_changes_nothing() {
    let (home, _key) = sealed_home().await;
    let to = home.path().join("backups");
    backup(&home, &to, &[]).ok();
    let before = files(home.path());
    let done = restore(&home, &to, &home.data(), &[]);
    assert!(done.code == 1 && done.err.contains("is not empty"), "{done:?}");
    let done = backup(&home, &home.data().join("backups"), &[]);
    assert!(done.code == 1 && done.err.contains("elsewhere"), "{done:?}");
    let mine = home.path().join("mine");
    fs::create_dir(&mine).unwrap();
    fs::write(mine.join("letter.txt"), "dear").unwrap();
    let done = backup(&home, &mine, &[]);
    assert!(done.code == 1 && done.err.contains("letter.txt"), "{done:?}");
    let done = restore(&home, &mine, &home.path().join("new"), &[]);
    assert!(done.code == 1 && done.err.contains("holds no backup"), "{done:?}");
    fs::remove_dir_all(&mine).unwrap();
    let (other, _) = sealed_home().await;
    let done = backup(&other, &to, &[]);
    assert!(
        done.code == 1 && done.err.contains("the backup of another log"),
        "{done:?}"
    );
    // Two at once: the lock is held as another backup would hold it.
    let lock = fs::File::open(to.join("backup.lock")).unwrap();
    lock.lock().unwrap();
    for done in [
        backup(&home, &to, &[]),
        restore(&home, &to, &home.path().join("new"), &[]),
    ] {
        assert!(done.code == 1 && done.err.contains("just now"), "{done:?}");
    }
    drop(lock);
    // The database's index of shared memory is anew with each reader.
    let same = |files: BTreeMap<PathBuf, (u64, Vec<u8>)>| -> BTreeMap<PathBuf, Vec<u8>> {
        let kept = files
            .into_iter()
            .filter(|(path, _)| !path.to_string_lossy().contains("whodid.db-"));
        kept.map(|(path, (_, bytes))| (path, bytes)).collect()
    };
    assert_eq!(same(files(home.path())), same(before));
}

/// Erases somebody as the installation would.
async fn erase(home: &Home, person: &str, tombstones: bool) {
    let store = Store::open(&StoreUrl::directory(home.data())).await.unwrap();
    let settings = LogSettings {
        background: false,
        ..LogSettings::new(home.data().join("volumes"))
    };
    let log = Log::open(store.clone(), settings, Arc::new(SystemClock), Arc::new(SystemRng))
        .await
        .unwrap();
    if tombstones {
        log.keep_tombstones_in(home.path().join("data.erasures")).await.unwrap();
    }
    let mut tx = store.begin().await.unwrap();
    log.erase(&mut tx, person).await.unwrap();
    tx.commit().await.unwrap();
    log.settle(false).await.unwrap();
    log.close().await;
    store.close().await;
}

fn mentions(of: &Path, canary: &str) -> Vec<PathBuf> {
    let all = files(of).into_iter();
    all.filter(|(_, (_, bytes))| bytes.windows(canary.len()).any(|part| part == canary.as_bytes()))
        .map(|(path, _)| path)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_erased_after_a_backup_is_gone_from_every_byte_that_is_put_back() {
    // Told by the newest snapshot of the backup, or by the file beside the data alone.
    for by_snapshot in [true, false] {
        let (home, key) = sealed_home().await;
        let server = home.serve(&["--set", "log.seal_after_seconds=86400"]);
        record(&server, &key, "Xaverine", 20).await;
        assert_eq!(server.terminate(), Some(0));
        let to = home.path().join("backups");
        backup(&home, &to, &[]).ok();
        let at = fs::read_dir(to.join("snapshots"))
            .unwrap()
            .next()
            .unwrap()
            .unwrap()
            .file_name();
        let at = at.to_string_lossy().replacen('-', ":", 4).replacen(':', "-", 2);
        let at = activity::Time::parse(&at).unwrap().plus(1).to_string();
        erase(&home, "acme-Xaverine", !by_snapshot).await;
        if by_snapshot {
            backup(&home, &to, &[]).ok();
        } else {
            let kept = fs::read_to_string(home.path().join("data.erasures")).unwrap();
            assert!(!kept.contains("Xaverine") && kept.lines().count() == 2, "{kept}");
        }
        fs::rename(home.data(), home.path().join("aside")).unwrap();
        let done = restore(&home, &to, &home.data(), &["--until", &at]);
        assert_eq!(done.code, 0, "{done:?}");
        assert!(
            done.out.contains("1 persons who were erased since were erased again"),
            "{done:?}"
        );
        assert_eq!(
            mentions(&home.data(), "Xaverine"),
            Vec::<PathBuf>::new(),
            "{by_snapshot}"
        );
        assert!(
            !mentions(&home.path().join("backups"), "Xaverine").is_empty(),
            "the older snapshot still has her"
        );
        let (size, readable) = counted(&home.data()).await;
        assert!(size == readable && size > 380, "{size} {readable}");
        assert!(!mentions(&home.data(), "Boris").is_empty());
        let done = home.run(&["verify"]);
        assert_eq!(done.code, 0, "{done:?}");
        // Put back once more, she is erased again; and where it is known already, nobody is.
        let twice = home.path().join("twice");
        let backups = home.path().join("backups-of-restored");
        home.run(&["log", "accept-rollback", "--yes"]);
        backup(&home, &backups, &[]).ok();
        let done = restore(
            &home,
            &backups,
            &twice,
            &[
                "--set",
                &format!("erasures_file={}", home.path().join("data.erasures").display()),
            ],
        );
        assert_eq!(done.code, 0, "{done:?}");
        assert!(!done.out.contains("erased again"), "{done:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_damaged_volume_is_put_back_as_verify_says() {
    let (home, _key) = sealed_home().await;
    let to = home.path().join("backups");
    backup(&home, &to, &[]).ok();
    let volume = volumes(&home.data())[1].clone();
    let id = volume.file_name().unwrap().to_string_lossy().into_owned();
    let record = volume.join("record.parquet");
    let mut bytes = fs::read(&record).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    fs::write(&record, &bytes).unwrap();
    let done = home.run(&["verify"]);
    let way = format!("whodid restore BACKUP --volume {id}");
    assert!(done.code == 1 && done.out.contains(&way), "{done:?}");
    // What no snapshot needs from there again is not looked at: the backup goes on.
    assert_eq!(backup(&home, &to, &[]).code, 0);
    let from = to.to_string_lossy().into_owned();
    let done = home.run(&[
        "restore",
        &from,
        "--volume",
        "00000000000000000000-00000000000000000099-none",
    ]);
    assert!(done.code == 1 && done.err.contains("no volume"), "{done:?}");
    let server = home.serve(&["--set", "log.seal_at=100000", "--set", "log.seal_after_seconds=86400"]);
    let done = home.run(&["restore", &from, "--volume", &id]);
    assert!(done.code == 1 && done.err.contains("in use"), "{done:?}");
    server.kill();
    let done = home.run(&["restore", &from, "--volume", &id]);
    assert_eq!(done.code, 0, "{done:?}");
    assert_eq!(
        fs::read(home.data().join(format!("volumes/damaged-0-{id}/record.parquet"))).unwrap(),
        bytes,
        "nothing is deleted"
    );
    let done = home.run(&["verify"]);
    assert_eq!(done.code, 0, "{done:?}");
    // An index that is damaged is mended without a backup.
    let fast = files(&volume.join("index"))
        .into_keys()
        .find(|path| path.extension().is_some_and(|it| it == "fast"));
    fs::write(fast.unwrap(), b"cut").unwrap();
    let done = home.run(&["verify"]);
    assert!(
        done.code == 1 && done.out.contains("its record is whole: `whodid reindex`"),
        "{done:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_is_held_against_a_checkpoint_that_somebody_kept() {
    let (home, key) = sealed_home().await;
    let note = home.run(&["log", "checkpoint"]).ok();
    let kept = home.file("kept.checkpoint", format!("{}\n", note.trim_end()));
    let kept = kept.to_string_lossy().into_owned();
    let vkey = home.run(&["log", "checkpoint", "--keys"]).ok();
    let server = home.serve(&SMALL);
    record(&server, &key, "Hans", 60).await;
    let done = home.run(&["verify", "--against", &kept]);
    assert!(
        done.code == 0 && done.out.contains("holds  the log begins with"),
        "{done:?}"
    );
    let done = home.run(&["verify", "--against", &kept, "--key", vkey.trim()]);
    assert_eq!(done.code, 0, "{done:?}");
    assert_eq!(server.terminate(), Some(0));
    let (other, _) = sealed_home().await;
    let theirs = other.run(&["log", "checkpoint", "--keys"]).ok();
    for (words, why) in [
        (
            vec!["verify", "--against", &kept, "--key", theirs.trim()],
            "not one of this log",
        ),
        (vec!["verify", "--against", "/dev/null"], "is no checkpoint"),
    ] {
        let done = home.run(&words);
        assert!(done.code == 1 && done.out.contains(why), "{done:?}");
    }
    let done = other.run(&["verify", "--against", &kept]);
    assert!(done.code == 1 && done.out.contains("WRONG"), "{done:?}");
    assert_eq!(home.run(&["verify", "--key", vkey.trim()]).code, 2);
    // An older copy is told by what somebody kept of the newer log.
    let to = home.path().join("backups");
    backup(&home, &to, &[]).ok();
    let server = home.serve(&SMALL);
    record(&server, &key, "Ida", 60).await;
    std::thread::sleep(Duration::from_millis(1_500));
    let newer = home.run(&["log", "checkpoint"]).ok();
    let newer = home.file("newer.checkpoint", format!("{}\n", newer.trim_end()));
    assert_eq!(server.terminate(), Some(0));
    let elsewhere = home.path().join("elsewhere");
    assert_eq!(restore(&home, &to, &elsewhere, &[]).code, 0);
    let done = on(&home, &elsewhere, &["verify", "--against", &newer.to_string_lossy()]);
    assert!(done.code == 1 && done.out.contains("and the log has"), "{done:?}");
}
