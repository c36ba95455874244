use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::support::Home;

#[test]
fn a_second_server_on_the_same_directory_is_refused_at_once() {
    let home = Home::new();
    let server = home.serve(&[]);
    let begun = Instant::now();
    let done = home.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    assert_eq!(done.code, 1);
    assert!(
        done.err.contains("is in use by another whodid process") && done.err.contains(&server.pid().to_string()),
        "{done:?}"
    );
}

#[test]
fn a_taken_address_is_named() {
    let home = Home::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let done = home.run(&["serve", "--listen", &address]);
    assert!(
        done.code == 1 && done.err.contains(&format!("cannot listen on {address}")),
        "{done:?}"
    );
}

#[tokio::test]
async fn told_to_stop_it_finishes_and_gives_the_directory_free() {
    let home = Home::new();
    let server = home.serve(&[]);
    let ready = reqwest::get(format!("{}/readyz", server.url)).await.unwrap();
    assert!(ready.status().is_success(), "{ready:?}");
    assert_eq!(server.terminate(), Some(0));
    assert_eq!(home.serve(&[]).terminate(), Some(0));
}

#[test]
fn every_address_is_served_only_when_it_is_said_where_links_lead() {
    let home = Home::new();
    for listen in ["0.0.0.0:0", "[::]:0"] {
        let done = home.run(&["serve", "--listen", listen]);
        assert!(done.code == 2 && done.err.contains("set `public_url`"), "{done:?}");
        assert!(!home.data().exists(), "nothing is made before the settings are right");
        let done = home.run(&["doctor", "--set", &format!("web.listen={listen}")]);
        assert!(done.code == 1 && done.out.contains("WRONG   public_url:"), "{done:?}");
    }
    let server = home.serve(&[
        "--set",
        "web.listen=0.0.0.0:0",
        "--set",
        "public_url=https://log.example.com",
    ]);
    assert_eq!(server.terminate(), Some(0));
}

/// Every file and directory below, and their modes.
fn modes(path: &Path, found: &mut Vec<(PathBuf, u32)>) {
    for entry in std::fs::read_dir(path).unwrap() {
        let path = entry.unwrap().path();
        let meta = std::fs::symlink_metadata(&path).unwrap();
        found.push((path.clone(), meta.permissions().mode() & 0o777));
        if meta.is_dir() {
            modes(&path, found);
        }
    }
}

#[tokio::test]
async fn whatever_the_directory_grants_nobody_else_reads_what_is_in_it() {
    let home = Home::new();
    std::fs::create_dir(home.data()).unwrap();
    std::fs::set_permissions(home.data(), Permissions::from_mode(0o777)).unwrap();
    let data = home.data();
    let of_others = || {
        let mut found = Vec::new();
        modes(&data, &mut found);
        assert!(found.iter().any(|(path, _)| path.ends_with("whodid.db")), "{found:?}");
        found.retain(|(_, mode)| mode & 0o077 != 0);
        found
    };
    let create = [
        "user",
        "create",
        "--admin",
        "--username",
        "ann",
        "--email",
        "ann@example.com",
        "--name",
        "Ann Lee",
    ];
    home.run(&create).ok();
    let seal = ["--set", "log.seal_at=1", "--set", "log.seal_after_seconds=0"];
    let server = home.serve(&seal);
    let is_sealed = || std::fs::read_dir(data.join("volumes")).is_ok_and(|mut volumes| volumes.next().is_some());
    for _ in 0..100 {
        if is_sealed() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    home.run(&["log", "search"]).ok();
    assert!(is_sealed());
    assert_eq!(of_others(), []);
    assert_eq!(server.terminate(), Some(0));

    // What an older program, or somebody, left open is closed by the next start.
    let mut all = Vec::new();
    modes(&data, &mut all);
    for (path, mode) in &all {
        std::fs::set_permissions(path, Permissions::from_mode(mode | 0o044)).unwrap();
    }
    let done = home.run(&["doctor", "--set", "web.listen=127.0.0.1:0"]);
    assert!(
        done.out.contains("advice  modes:") && done.out.contains("chmod 700"),
        "{done:?}"
    );
    let server = home.serve(&[]);
    assert_eq!(of_others(), []);
    let log = std::fs::read_to_string(home.path().join("server.log")).unwrap();
    assert!(
        log.contains("they cannot any more") && log.contains("chmod 700"),
        "{log}"
    );
    assert_eq!(server.terminate(), Some(0));
}
