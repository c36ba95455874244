//! Damage as whoever runs an installation meets it: the server starts, `doctor` names it, `verify` finds it, `reindex`
//! mends it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::PathBuf;

use store::{Store, StoreUrl};

use crate::support::{Done, Home};

/// An installation whose log of an import is sealed.
fn home() -> Home {
    let home = Home::new();
    let lines: Vec<String> = (0..300)
        .map(|n| {
            format!(
                "{{\"activity\":\"invoice.paid\",\"occurred_at\":\"2026-01-01T00:00:00Z\",\"description\":\"no {n}\"}}"
            )
        })
        .collect();
    let file = home.file("log.jsonl", lines.join("\n"));
    let file = file.to_string_lossy().into_owned();
    let done = home.run(&["log", "import", &file, "--format", "jsonl", "--source", "test"]);
    assert_eq!(done.code, 0, "{done:?}");
    let server = home.serve(&["--set", "log.seal_at=100", "--set", "log.merge_factor=0"]);
    let sealed = (0..200).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(50));
        volumes(&home).len() >= 3
    });
    assert!(sealed, "{:?}", volumes(&home));
    assert_eq!(server.terminate(), Some(0));
    home
}

fn volumes(home: &Home) -> Vec<PathBuf> {
    let entries = fs::read_dir(home.data().join("volumes")).unwrap();
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir() && !path.to_string_lossy().contains("unfinished"))
        .collect();
    paths.sort();
    paths
}

fn doctor(home: &Home, deep: bool) -> Done {
    let words = ["doctor", "--set", "web.listen=127.0.0.1:0"];
    match deep {
        true => home.run(&[&words[..], &["--deep"]].concat()),
        false => home.run(&words),
    }
}

/// Cuts a file of the index of every volume short.
fn cut_indexes(home: &Home) {
    for volume in volumes(home) {
        let mut files = fs::read_dir(volume.join("index"))
            .unwrap()
            .map(|entry| entry.unwrap().path());
        let fast = files.find(|path| path.extension().is_some_and(|it| it == "fast"));
        fs::write(fast.unwrap(), b"cut").unwrap();
    }
}

#[test]
fn a_sound_log_is_verified_and_what_is_damaged_is_named_and_mended() {
    let home = home();
    let done = home.run(&["verify"]);
    assert!(
        done.code == 0 && done.out.contains("every file, row and leaf is what was recorded"),
        "{done:?}"
    );
    assert!(doctor(&home, true).out.contains("every page of it is sound"));
    cut_indexes(&home);
    let done = home.run(&["verify"]);
    assert!(
        done.code == 1 && done.out.contains("WRONG  activities 0 to "),
        "{done:?}"
    );
    let done = doctor(&home, false);
    assert!(
        done.code == 1 && done.out.contains("its record answers, slowly") && done.out.contains("whodid reindex"),
        "{done:?}"
    );
    // Everything works, and nothing is missing.
    let done = home.run(&["log", "search", "activity:invoice.paid", "--limit", "1000"]);
    assert!(
        done.code == 0 && done.out.lines().count() >= 300 && !done.err.contains("are missing here"),
        "{done:?}"
    );
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
    assert_eq!(done.code, 0, "{done:?}");
    // That command may have had the time to mend them.
    cut_indexes(&home);
    let done = home.run(&["reindex"]);
    assert!(done.code == 0 && done.out.contains("built anew"), "{done:?}");
    let done = home.run(&["verify"]);
    assert_eq!(done.code, 0, "{done:?}");
    let done = home.run(&["reindex"]);
    assert!(
        done.code == 0 && done.out.contains("Every index can be read"),
        "{done:?}"
    );
}

#[tokio::test]
async fn what_is_lost_for_good_is_named_until_its_gap_is_closed_and_the_log_says_by_whom() {
    let home = home();
    // A volume of which nothing is left, and a hot batch of which a byte is another.
    fs::rename(&volumes(&home)[1], home.data().join("aside")).unwrap();
    let line = home.file(
        "one.jsonl",
        "{\"activity\":\"invoice.paid\",\"occurred_at\":\"2026-01-01T00:00:00Z\"}",
    );
    let line = line.to_string_lossy().into_owned();
    let import = ["log", "import", &line, "--format", "jsonl", "--source", "another"];
    assert_eq!(home.run(&import).code, 0);
    let store = Store::open(&StoreUrl::directory(home.data())).await.unwrap();
    let mut beside = store.beside().await.unwrap();
    let flip = "UPDATE hot_batch SET facts = CAST(facts || x'00' AS BLOB) \
                WHERE first_seq = (SELECT MAX(first_seq) FROM hot_batch)";
    sqlx::query(flip).execute(&mut beside).await.unwrap();
    store.close().await;
    drop(beside);
    let done = home.run(&["log", "search", "activity:invoice.paid", "--limit", "1000"]);
    assert!(done.err.contains("cannot be read"), "{done:?}");
    let done = home.run(&["log", "close-gaps"]);
    assert!(done.code == 1 && done.out.contains("2 gaps are open"), "{done:?}");
    let done = home.run(&["log", "close-gaps", "--yes"]);
    assert!(done.code == 0 && done.out.contains("2 gaps were closed"), "{done:?}");
    let done = home.run(&["log", "close-gaps"]);
    assert!(
        done.code == 0 && done.out.contains("Every activity can be read"),
        "{done:?}"
    );
    let done = home.run(&["log", "search", "activity:log.gap_closed"]);
    assert!(
        done.code == 0 && done.out.lines().count() >= 2 && !done.err.contains("cannot be read"),
        "{done:?}"
    );
    let done = doctor(&home, false);
    assert!(done.out.contains("their gaps were closed"), "{done:?}");
    // Nothing was deleted: what is put back is read again.
    let name = id_of(&home.data().join("aside"));
    fs::rename(home.data().join("aside"), home.data().join("volumes").join(name)).unwrap();
    let done = home.run(&["log", "search", "activity:invoice.paid", "--limit", "1000"]);
    assert!(done.code == 0 && done.out.lines().count() >= 300, "{done:?}");
}

/// The id that a volume has by its own account.
fn id_of(dir: &std::path::Path) -> String {
    let meta: serde_json::Value = serde_json::from_slice(&fs::read(dir.join("meta.json")).unwrap()).unwrap();
    meta["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_running_server_mends_an_index_by_itself() {
    let home = home();
    let index = volumes(&home)[0].join("index");
    fs::remove_dir_all(&index).unwrap();
    let server = home.serve(&[]);
    let mended = (0..100).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(100));
        home.run(&["verify"]).code == 0
    });
    assert!(mended, "{:?}", home.run(&["verify"]));
    assert_eq!(server.terminate(), Some(0));
}
