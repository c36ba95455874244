use crate::support::{Done, Home};

const AUTH_LOG: &str = "\
Dec 10 06:55:46 gate sshd[24200]: reverse mapping checking getaddrinfo for host.example [203.0.113.86] failed - POSSIBLE BREAK-IN ATTEMPT!
Dec 10 06:55:46 gate sshd[24200]: Invalid user webmaster from 203.0.113.86
Dec 10 06:55:46 gate sshd[24200]: input_userauth_request: invalid user webmaster [preauth]
Dec 10 06:55:48 gate sshd[24200]: Failed password for invalid user webmaster from 203.0.113.86 port 38926 ssh2
Dec 10 06:55:48 gate sshd[24200]: Connection closed by 203.0.113.86 [preauth]
Dec 10 07:02:47 gate sshd[24203]: message repeated 5 times: [ Failed password for root from 2001:db8::7 port 4000 ssh2]
Dec 10 07:02:49 gate sshd[24203]: Disconnecting: Too many authentication failures for root [preauth]
Dec 10 09:32:20 gate sshd[24680]: Accepted password for sam from 192.0.2.162 port 49116 ssh2
Dec 10 09:32:20 gate sshd[24680]: pam_unix(sshd:session): session opened for user sam by (uid=0)
Dec 10 09:45:06 gate sshd[24680]: pam_unix(sshd:session): session closed for user sam
Dec 10 09:46:00 gate CRON[1]: pam_unix(cron:session): session opened for user root
";

fn import<'a>(format: &'a str, file: &'a str) -> Vec<&'a str> {
    vec!["log", "import", "--format", format, "--year", "2025", file]
}

fn count(home: &Home, query: &str) -> usize {
    home.run(&["log", "search", query, "--limit", "0", "--format", "jsonl"])
        .ok()
        .lines()
        .count()
}

#[test]
fn importing_twice_adds_nothing() {
    let home = Home::new();
    home.file("auth.log", AUTH_LOG);
    let first = home.run(&import("openssh", "auth.log")).ok();
    assert!(
        first.contains("11 lines read") && first.contains(" 9 activities recorded"),
        "{first}"
    );
    assert!(
        first.contains("6 lines ignored") && first.contains("1 address look-ups"),
        "{first}"
    );
    assert!(
        first.contains("4 told by another line") && first.contains("1 other programs: CRON"),
        "{first}"
    );
    assert_eq!(count(&home, "activity:user.login_failed"), 6);
    assert_eq!(count(&home, "user:sam ip:192.0.2.0/24"), 2);
    assert_eq!(count(&home, "at:2025-12-10 activity:user.login"), 1);
    // Under another name, with more lines at its end, and with a year that says otherwise.
    home.file(
        "auth.log.1",
        format!("{AUTH_LOG}Dec 10 10:00:00 gate sshd[1]: Accepted password for ann from 192.0.2.1 port 1 ssh2\n"),
    );
    let second = home.run(&import("openssh", "auth.log.1")).ok();
    assert!(
        second.contains(" 1 activities recorded") && second.contains(" 9 activities already there"),
        "{second}"
    );
    let third = home.run(&["log", "import", "--format", "openssh", "auth.log"]).ok();
    assert!(third.contains(" 0 activities recorded"), "{third}");
    assert_eq!(count(&home, "activity:user.login_failed"), 6);
    assert_eq!(count(&home, "activity:log.imported"), 2);
}

#[test]
fn a_line_that_cannot_be_read_is_reported_by_its_number_and_the_others_are_recorded() {
    let home = Home::new();
    let mut log = AUTH_LOG.as_bytes().to_vec();
    log.extend_from_slice(b"Dec 10 09:50:00 gate sshd[7]: Failed password for root\n");
    log.extend_from_slice(b"\xff\xfe not text \x1b[2J\n");
    log.extend_from_slice(b"Dec 10 09:51:00 gate sshd[7]: Failed password for root from 192.0.2.9 port 1 ssh2\n");
    home.file("auth.log", log);
    let done = home.run(&import("openssh", "auth.log"));
    assert_eq!(done.code, 3, "{done:?}");
    assert!(
        done.err
            .contains("line 12: cannot be read: names no address after the user"),
        "{done:?}"
    );
    assert!(
        done.err.contains("line 13: cannot be read: begins with no time"),
        "{done:?}"
    );
    assert!(
        done.out.contains("2 lines unreadable") && done.out.contains("10 activities recorded"),
        "{done:?}"
    );
}

#[test]
fn json_lines_are_judged_one_by_one_and_an_export_can_be_imported() {
    let home = Home::new();
    let lines = [
        r#"{"activity":"invoice.paid","occurred_at":"2026-03-01T10:00:00Z","user":{"id":"u1","name":"Ann"},"external_id":"a"}"#,
        r#"{"activity":"invoice.paid","occurred_at":"2026-03-01T10:00:00Z","user":{"id":"u1","name":"Ann"},"external_id":"a"}"#,
        r#"{"activity":"invoice.paid","occured_at":"2026-03-01T10:00:00Z"}"#,
        r#"{"activity":"invoice.paid","occurred_at":"2999-03-01T10:00:00Z"}"#,
        "no json",
        "",
        r#"{"activity":"invoice.paid","occurred_at":"2026-03-02T10:00:00Z","user":{"id":"u2","name":"Bo"}}"#,
    ];
    home.file("in.jsonl", lines.join("\n"));
    let done = home.run(&import("jsonl", "in.jsonl"));
    assert_eq!(done.code, 3, "{done:?}");
    assert!(
        done.out.contains(" 2 activities recorded") && done.out.contains(" 3 lines unreadable"),
        "{done:?}"
    );
    for line in ["line 3:", "line 4:", "line 5:"] {
        assert!(done.err.contains(line), "{done:?}");
    }
    assert!(
        done.err.contains("occurred_at"),
        "a misspelt key is named with the right one: {done:?}"
    );
    home.run(&[
        "log",
        "export",
        "activity:invoice.paid",
        "--format",
        "jsonl",
        "--out",
        "out.jsonl",
    ])
    .ok();
    let other = Home::new();
    let exported = std::fs::read(home.path().join("out.jsonl")).unwrap();
    other.file("in.jsonl", exported);
    let done = other.run(&import("jsonl", "in.jsonl")).ok();
    assert!(done.contains(" 2 activities recorded"), "{done}");
    assert_eq!(count(&other, "user:ann"), 1);
}

#[test]
fn a_missing_file_makes_nothing() {
    let home = Home::new();
    let done = home.run(&import("openssh", "nowhere.log"));
    assert_eq!(done.code, 1);
    assert!(done.err.contains("cannot read nowhere.log"), "{done:?}");
    assert!(!home.data().exists());
}

#[test]
fn beside_a_server_an_import_is_refused_with_what_to_do() {
    let home = Home::new();
    home.file("auth.log", AUTH_LOG);
    let server = home.serve(&[]);
    let done = home.run(&import("openssh", "auth.log"));
    assert_eq!(done.code, 1, "{done:?}");
    assert!(done.err.contains(&format!("process {}", server.pid())), "{done:?}");
    assert!(done.err.contains("--server URL"), "{done:?}");
}

fn gzip(text: &str) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut gzip, text.as_bytes()).expect("memory takes it");
    gzip.finish().expect("memory takes it")
}

#[test]
fn a_rotated_log_is_read_oldest_first_and_a_rehearsal_writes_nothing() {
    let home = Home::new();
    let line =
        |at: &str, text: &str| format!("{at} gate sshd[7]: {text} password for ann from 192.0.2.1 port 1 ssh2\r\n");
    home.file("auth.log.2.gz", gzip(&line("Dec 30 10:00:00", "Failed")));
    home.file("auth.log.1", line("Dec 31 10:00:00", "Failed"));
    home.file("auth.log", format!("\u{feff}{}", line("Jan  1 10:00:00", "Accepted")));
    let files = ["auth.log", "auth.log.1", "auth.log.2.gz"];
    let command = |rest: &[&'static str]| {
        let mut all = vec!["log", "import", "--format", "auth", "--year", "2024"];
        all.extend_from_slice(rest);
        all.extend(files);
        all
    };
    let rehearsed = alone(&home, &command(&["--dry-run"])).ok();
    for said in [
        "3 activities would be recorded",
        "2 user.login_failed",
        "happened at 2024-12-30T10:00:00.000000Z, the last at 2025-01-01T10:00:00.000000Z",
        "nothing was written",
    ] {
        assert!(rehearsed.contains(said), "{said}: {rehearsed}");
    }
    assert!(!home.data().exists());
    let done = home.run(&command(&[])).ok();
    assert!(done.contains("3 activities recorded"), "{done}");
    assert_eq!(count(&home, "at:2025-01-01 activity:user.login"), 1);
    assert_eq!(count(&home, "activity:log.imported"), 1);
}

#[test]
fn a_form_that_is_not_read_is_one_error_about_the_file() {
    let home = Home::new();
    home.file("auth.log.xz", b"\xfd7zXZ\0rest");
    let done = home.run(&import("openssh", "auth.log.xz"));
    assert_eq!(done.code, 1, "{done:?}");
    assert!(
        done.err.contains("this is xz") && done.err.contains("xzcat"),
        "{done:?}"
    );
    assert!(!home.data().exists());
}

/// Runs a command that needs no installation.
fn alone(home: &Home, words: &[&str]) -> Done {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_whodid"));
    Done::of(
        command
            .args(words)
            .current_dir(home.path())
            .output()
            .expect("the command can be run"),
    )
}

#[test]
fn events_of_another_product_are_tested_and_imported_by_their_mapping() {
    let home = Home::new();
    let listed = alone(&home, &["mapping", "list"]).ok();
    for name in ["okta", "github", "auth0", "cloudtrail", "entra_signin", "gitlab"] {
        assert!(listed.contains(name), "{listed}");
    }
    let shown = alone(&home, &["mapping", "show", "slack"]).ok();
    home.file("own.toml", shown.replace("title = \"Slack\"", "title = \"Our Slack\""));
    let event = "{\"id\":\"s1\",\"date_create\":1795168800,\"action\":\"user_login\",\"actor\":{\"user\":{\"id\":\"W1\",\"name\":\"Ann\"}}}";
    home.file("events.ndjson", format!("{event}\n"));
    let tested = alone(&home, &["mapping", "test", "own.toml", "events.ndjson"]).ok();
    assert!(
        tested.contains("ok      a log-in") && tested.contains("\"activity\":\"user.login\""),
        "{tested}"
    );
    home.file(
        "wrong.toml",
        shown.replace("activity = \"user.login\"", "activity = \"user.logout\""),
    );
    let failed = alone(&home, &["mapping", "test", "wrong.toml"]);
    assert_eq!(failed.code, 1, "{failed:?}");
    assert!(
        failed.out.contains("expected user.logout, got user.login"),
        "{failed:?}"
    );
    for _ in 0..2 {
        home.run(&["log", "import", "--format", "slack", "events.ndjson"]).ok();
    }
    assert_eq!(count(&home, "activity:user.login user:ann"), 1);
    let unknown = home.run(&["log", "import", "--format", "nothing", "events.ndjson"]);
    assert!(unknown.code != 0 && unknown.err.contains("okta"), "{unknown:?}");
}

#[test]
fn what_comes_through_a_pipe_or_is_called_as_the_standard_input_is_read_once_and_whole() {
    let home = Home::new();
    let row = |id: u8| format!("{{\"activity\":\"invoice.paid\",\"external_id\":\"{id}\"}}\n");
    home.file("-", row(1));
    let run = |file: &str| {
        let words = format!("exec \"$0\" log import --format jsonl --data-dir \"$1\" {file}");
        let mut command = std::process::Command::new("bash");
        command
            .args(["-c", &words, env!("CARGO_BIN_EXE_whodid")])
            .arg(home.data());
        Done::of(command.current_dir(home.path()).output().expect("bash can be run"))
    };
    assert!(run("./- </dev/null").ok().contains(" 1 activities recorded"));
    home.file("two", row(2));
    assert!(run("- <two").ok().contains(" 1 activities recorded"));
    home.file("three", row(3));
    assert!(run("<(cat three)").ok().contains(" 1 activities recorded"));
    assert_eq!(count(&home, "activity:invoice.paid"), 3);
}
