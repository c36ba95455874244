use sqlx::Connection as _;
use store::accounts::account;
use store::disclosures::{Disclosed, Via, to_others};
use store::{PageFrom, Store, StoreUrl};

use crate::support::Home;

/// Two people, one of them with a name that would clear the screen, forge a line and turn letters around.
const LINES: &str = r#"{"activity":"user.login","occurred_at":"2026-01-15T12:00:00Z","user":{"id":"u1","name":"Zoë Müller","username":"zoe","email":"zoe@example.com"},"ip":"192.0.2.1","device":"Firefox on Linux"}
{"activity":"user.login_failed","occurred_at":"2026-07-15T12:00:00Z","outcome":"failure","reason":"wrong_password","user":{"id":"u2","name":"Eve\u001b[2J\nroot\u202egnihton\u009b31m","username":"eve"},"device":"=cmd|' /C calc'!A0"}
"#;

fn home() -> Home {
    let home = Home::new();
    home.file("in.jsonl", LINES);
    home.run(&["log", "import", "--format", "jsonl", "in.jsonl"]).ok();
    home
}

#[test]
fn the_table_shows_zone_and_names_and_what_it_is_complete_through() {
    let home = home();
    let done = home.run(&["log", "search", "user:zoe", "--zone", "EST"]);
    let lines: Vec<_> = done.out.lines().collect();
    assert_eq!(lines.len(), 2, "{done:?}");
    assert!(lines[0].starts_with("TIME") && lines[0].ends_with("ACTIVITY"));
    assert!(
        lines[1].starts_with("2026-01-15 07:00:00 EST  Zoë Müller (zoe)"),
        "{}",
        lines[1]
    );
    assert!(lines[1].ends_with("Logged in"));
    assert!(
        done.err.contains("1 activity.") && done.err.contains("Complete through"),
        "{done:?}"
    );
    // EST is five hours behind in July too.
    assert!(
        home.run(&["log", "search", "user:eve", "--zone", "EST"])
            .ok()
            .contains("2026-07-15 07:00:00 EST")
    );
}

#[test]
fn what_others_wrote_cannot_act_on_the_terminal() {
    let home = home();
    for format in ["table", "jsonl"] {
        let out = home.run(&["log", "search", "user:eve", "--format", format]).ok();
        assert!(
            !out.chars().any(|c| c != '\n' && c.is_control() || c == '\u{202e}'),
            "{out:?}"
        );
    }
    let table = home.run(&["log", "search", "user:eve"]).ok();
    assert_eq!(table.lines().count(), 2, "a name cannot forge a line: {table}");
    assert!(table.contains(r"Eve\u{1b}[2J\nroot\u{202e}gnihton\u{9b}31m"), "{table}");
    let json = home.run(&["log", "search", "user:eve", "--format", "jsonl"]).ok();
    let row: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(row["user"]["name"], "Eve\u{1b}[2J\nroot\u{202e}gnihton\u{9b}31m");
}

#[test]
fn the_newest_come_first_and_a_limit_limits() {
    let home = home();
    let out = home
        .run(&["log", "search", "activity:user.*", "--format", "jsonl", "--limit", "1"])
        .ok();
    assert!(out.lines().count() == 1 && out.contains("user.login_failed"), "{out}");
}

#[test]
fn a_wrong_query_is_pointed_at_with_a_suggestion() {
    let home = home();
    let done = home.run(&["log", "search", "outcome:failure usr:sam"]);
    assert_eq!(done.code, 2, "{done:?}");
    assert!(
        done.err.contains("\n  outcome:failure usr:sam\n                  ^^^"),
        "{done:?}"
    );
    assert!(done.err.contains("Did you mean `user:`?"), "{done:?}");
    let done = home.run(&["log", "search", "--zone", "Nowhere/City"]);
    assert!(
        done.code == 2 && done.err.contains("there is no zone `Nowhere/City`"),
        "{done:?}"
    );
}

#[test]
fn exports_say_what_they_hold_and_a_spreadsheet_runs_nothing_of_them() {
    let home = home();
    let done = home.run(&[
        "log",
        "export",
        "activity:user.*",
        "--format",
        "csv",
        "--columns",
        "occurred_at,user,device",
        "--out",
        "x.csv",
    ]);
    assert!(done.err.contains("2 rows") && done.err.contains("SHA-256"), "{done:?}");
    let csv = std::fs::read_to_string(home.path().join("x.csv")).unwrap();
    assert!(
        csv.starts_with("occurred_at,user,device\r\n2026-07-15T12:00:00.000000Z,"),
        "{csv}"
    );
    assert!(csv.contains(",\"'=cmd|' /C calc'!A0\"\r\n"), "{csv}");
    home.run(&["log", "export", "user:zoe", "--format", "jsonl", "--out", "x.jsonl"])
        .ok();
    let row = std::fs::read_to_string(home.path().join("x.jsonl")).unwrap();
    let row: serde_json::Value = serde_json::from_str(&row).unwrap();
    assert_eq!(
        (&row["sentence"], &row["ip"]),
        (&"Logged in".into(), &"192.0.2.1".into())
    );
    let done = home.run(&[
        "log",
        "export",
        "--format",
        "csv",
        "--columns",
        "user,shoe_size",
        "--out",
        "y.csv",
    ]);
    assert!(done.code == 2 && done.err.contains("shoe_size"), "{done:?}");
    assert!(!home.path().join("y.csv").exists());
}

#[test]
fn exports_are_written_in_every_form() {
    let home = home();
    for (format, beginning) in [
        ("parquet", &b"PAR1"[..]),
        ("xlsx", b"PK"),
        ("csv", "\u{feff}id\r\n".as_bytes()),
    ] {
        let done = home.run(&[
            "log",
            "export",
            "--format",
            format,
            "--columns",
            "id",
            "--byte-order-mark",
            "--out",
            format,
        ]);
        assert!(done.code == 0 && done.err.contains("SHA-256"), "{done:?}");
        let file = std::fs::read(home.path().join(format)).unwrap();
        assert!(file.starts_with(beginning), "{format}");
    }
    let done = home.run(&["log", "export", "--format", "jsonl", "--columns", "id", "--out", "x"]);
    assert!(done.code == 2 && done.err.contains("every field"), "{done:?}");
    assert!(!home.path().join("x").exists());
}

#[test]
fn reading_works_beside_a_server_and_without_data_says_so() {
    let home = home();
    let _server = home.serve(&[]);
    assert_eq!(
        home.run(&["log", "search", "user:zoe", "--format", "jsonl"])
            .ok()
            .lines()
            .count(),
        1
    );
    home.run(&["log", "export", "--format", "csv", "--out", "all.csv"]).ok();
    let done = Home::new().run(&["log", "search"]);
    assert!(
        done.code == 1 && done.err.contains("there is no Whodid data in"),
        "{done:?}"
    );
}

/// Whom the rows of this person were given to.
async fn disclosures_of(home: &Home, person: &str) -> Vec<Disclosed> {
    let store = Store::open_reader(&StoreUrl::directory(home.data()))
        .await
        .expect("the store can be read");
    let mut read = store.glance().await.expect("the store can be read");
    to_others(&mut read, person, &PageFrom::First, 10)
        .await
        .expect("the store can be read")
}

async fn account_id(home: &Home) -> String {
    let store = Store::open_reader(&StoreUrl::directory(home.data()))
        .await
        .expect("the store can be read");
    let mut read = store.glance().await.expect("the store can be read");
    account::by_login(&mut read, "ada")
        .await
        .expect("accounts can be read")
        .expect("there is an account")
        .id
}

/// The same with an administrator.
fn home_of_ada() -> Home {
    let home = home();
    home.run_with(
        &[
            "user",
            "create",
            "--admin",
            "--username",
            "ada",
            "--email",
            "ada@example.com",
            "--name",
            "Ada Brown",
        ],
        "",
    )
    .ok();
    home
}

#[tokio::test]
async fn whoever_reads_at_the_command_line_is_told_of_with_and_without_a_server() {
    let home = home_of_ada();
    let id = account_id(&home).await;
    let own = format!("user:={id}");
    home.run(&["log", "search", &own]).ok();
    let before = disclosures_of(&home, &id).await;
    assert_eq!(before.len(), 1, "{before:?}");
    assert_eq!(
        (before[0].via, before[0].query.as_str()),
        (Via::CommandLine, own.as_str())
    );
    assert!(before[0].via_name.contains("uid"), "{before:?}");
    let server = home.serve(&[]);
    // Beside a server, and as a file; the words of the query do not matter, what leaves does.
    home.run(&[
        "log",
        "export",
        "outcome:success OR (-outcome:success)",
        "--format",
        "jsonl",
        "--out",
        "all.jsonl",
    ])
    .ok();
    let after = disclosures_of(&home, &id).await;
    assert_eq!(after.len(), 2, "{after:?}");
    let exported = std::fs::read_to_string(home.path().join("all.jsonl")).unwrap();
    let hers = exported.lines().filter(|line| line.contains(&id)).count() as u64;
    assert!(hers > 0 && after.iter().any(|one| one.rows == hers), "{after:?}");
    // The server puts what the command left into the log.
    let mut found = String::new();
    for _ in 0..100 {
        found = home
            .run(&["log", "search", "activity:log.viewed", "--format", "jsonl"])
            .ok();
        if found.contains(&id) {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    assert!(found.contains(&id) && found.contains("app_cli"), "{found}");
    drop(server);
}

#[tokio::test]
async fn without_a_way_to_tell_of_it_nothing_is_shown() {
    let home = home_of_ada();
    let store = Store::open(&StoreUrl::directory(home.data())).await.unwrap();
    let mut beside = store.beside().await.unwrap();
    let broken = "CREATE TRIGGER no BEFORE INSERT ON disclosure BEGIN SELECT RAISE(ABORT, 'full'); END";
    sqlx::query(broken).execute(&mut beside).await.unwrap();
    beside.close().await.unwrap();
    store.close().await;
    for words in [
        &["log", "search", "--format", "jsonl"][..],
        &["log", "export", "--format", "jsonl", "--out", "none.jsonl"],
    ] {
        let done = home.run(words);
        assert!(done.code == 1 && done.out.is_empty(), "{done:?}");
        assert!(done.err.contains("could not be written down"), "{done:?}");
    }
    assert!(!home.path().join("none.jsonl").exists());
}
