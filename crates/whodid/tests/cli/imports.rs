//! Imports as one thing: listed and undone, and sent to a running server.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use app::Scopes;

use crate::support::{Done, Home, key};

fn lines(of: std::ops::Range<u32>) -> String {
    let line = |n| {
        format!("{{\"activity\":\"invoice.paid\",\"external_id\":\"{n}\",\"occurred_at\":\"2026-03-01T10:00:00Z\"}}\n")
    };
    of.map(line).collect()
}

fn found(home: &Home, query: &str) -> usize {
    let words = ["log", "search", query, "--limit", "0", "--format", "jsonl"];
    home.run(&words).ok().lines().count()
}

#[test]
fn an_import_is_listed_and_undone_once_that_is_asked_for_twice() {
    let home = Home::new();
    home.file("paid.jsonl", lines(0..5));
    let import = ["log", "import", "--format", "jsonl", "paid.jsonl"];
    home.run(&import).ok();
    let listed = home.run(&["import", "list"]).ok();
    assert!(
        listed.starts_with("1  ") && listed.contains("paid.jsonl (jsonl)"),
        "{listed}"
    );
    assert!(listed.contains("5 recorded, 0 there before, 0 refused"), "{listed}");
    let undo = ["import", "undo", "1", "--reason", "Wrong year"];
    let asked = home.run(&undo);
    assert!(
        asked.code == 1 && asked.out.contains("5 activities would be removed"),
        "{asked:?}"
    );
    assert_eq!(found(&home, "reported:import:1"), 5);
    let done = home.run(&[&undo[..], &["--yes"]].concat()).ok();
    assert!(
        done.contains("Undone: 1") && done.contains("Wrong year, 5 removed"),
        "{done}"
    );
    assert_eq!(found(&home, "activity:invoice.paid"), 0);
    assert_eq!(found(&home, "activity:log.import_undone"), 1);
    assert!(home.run(&import).ok().contains(" 5 activities recorded"));
    assert_eq!(found(&home, "reported:import:2"), 5);
    let asked = home.run(&undo);
    assert!(
        asked.code == 1 && asked.out.contains("Nothing of it is in the log.") && !asked.out.contains("--yes"),
        "{asked:?}"
    );
    let again = home.run(&[&undo[..], &["--yes"]].concat());
    assert!(again.code == 1 && again.err.contains("undone already"), "{again:?}");
    let unknown = home.run(&["import", "undo", "9", "--reason", "x", "--yes"]);
    assert!(
        unknown.code == 1 && unknown.err.contains("there is no import 9"),
        "{unknown:?}"
    );
    home.run(&["verify"]).ok();
}

/// An import to this server with this key in the environment.
fn to_server(home: &Home, url: &str, key: &str, rest: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_whodid"));
    command.args(["log", "import", "--server", url]).args(rest);
    command.current_dir(home.path()).env("WHODID_API_KEY", key);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn run(mut command: Command) -> Done {
    Done::of(command.output().expect("the binary can be run"))
}

const SCOPES: Scopes = Scopes {
    write: true,
    read: true,
    export: false,
    admin: false,
};

#[tokio::test(flavor = "multi_thread")]
async fn an_import_is_sent_to_a_running_server_and_sending_it_again_adds_nothing() {
    let home = Home::new();
    let key = key(&home, SCOPES).await;
    let server = home.serve(&[]);
    home.file(
        "auth.log",
        "Dec 10 09:32:20 gate sshd[7]: Accepted password for sam from 192.0.2.162 port 49116 ssh2\n\
         Dec 10 09:33:20 gate sshd[8]: Failed password for root\n",
    );
    let auth = ["--format", "auth", "--year", "2025", "auth.log"];
    let sent = run(to_server(&home, &server.url, &key, &auth));
    assert_eq!(sent.code, 3, "{sent:?}");
    assert!(
        sent.out.contains(" 1 activities recorded") && sent.err.contains("line 2: cannot be read"),
        "{sent:?}"
    );
    let again = run(to_server(&home, &server.url, &key, &auth));
    assert!(
        again.out.contains(" 0 activities recorded") && again.out.contains(" 1 activities already"),
        "{again:?}"
    );
    // The server judges what a key may say, and each line is told of that it refuses.
    let refused = "{\"activity\":\"log.viewed\"}\n";
    home.file(
        "in.jsonl",
        format!("{}{refused}{}", lines(0..1_500), lines(1_500..1_501)),
    );
    let key_file = home.file("key", format!("{key}\n"));
    let mut command = to_server(&home, &server.url, "", &["--format", "jsonl", "in.jsonl", "--key-file"]);
    command.arg(&key_file).env_remove("WHODID_API_KEY");
    let sent = run(command);
    assert_eq!(sent.code, 3, "{sent:?}");
    assert!(
        sent.out.contains(" 1501 activities recorded") && sent.err.contains("line 1501: cannot be read"),
        "{sent:?}"
    );
    assert_eq!(found(&home, "reported:import:3"), 1_501);
    let listed = home.run(&["import", "list"]).ok();
    assert!(
        listed.contains("1501 recorded, 0 there before, 1 refused") && listed.contains("(auth)"),
        "what the server refused is counted once: {listed}"
    );
    assert_eq!(found(&home, "activity:log.imported"), 2);
    let wrong = run(to_server(&home, &server.url, "whodid_x", &auth));
    assert!(wrong.code == 1 && wrong.err.contains("answers 401"), "{wrong:?}");
    let mut none = to_server(&home, &server.url, "", &auth);
    none.env_remove("WHODID_API_KEY");
    let none = run(none);
    assert!(none.code == 2 && none.err.contains("--key-file"), "{none:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_import_is_told_and_goes_on_where_it_was() {
    const ALL: u32 = 30_000;
    let home = Home::new();
    let key = key(&home, SCOPES).await;
    let server = home.serve(&[]);
    home.file("many.jsonl", lines(0..ALL));
    let words = ["--format", "jsonl", "many.jsonl"];
    let child = to_server(&home, &server.url, &key, &words)
        .spawn()
        .expect("the binary can be run");
    let client = reqwest::Client::new();
    let imports = async || -> serde_json::Value {
        let request = client.get(format!("{}/v1/imports", server.url)).bearer_auth(&key);
        request.send().await.unwrap().json().await.unwrap()
    };
    let begun = Instant::now();
    while imports().await["data"][0]["recorded"].as_u64().unwrap_or(0) == 0 {
        assert!(begun.elapsed() < Duration::from_secs(60), "nothing arrives");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let interrupted = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(interrupted.expect("kill can be run").success());
    let stopped = Done::of(child.wait_with_output().expect("it ends"));
    assert_eq!(stopped.code, 130, "{stopped:?}");
    assert!(stopped.err.contains("the same command goes on"), "{stopped:?}");
    let listed = imports().await;
    let before = listed["data"][0]["recorded"].as_u64().unwrap();
    assert!(
        before > 0 && before < u64::from(ALL) && listed["data"][0]["ended_at"].is_null(),
        "{listed}"
    );
    assert_eq!(found(&home, "activity:log.imported"), 1);
    let rest = run(to_server(&home, &server.url, &key, &words));
    assert_eq!(rest.code, 0, "{rest:?}");
    assert!(
        rest.err.contains(&format!("goes on after {before} activities")),
        "{rest:?}"
    );
    assert!(
        rest.out
            .contains(&format!("{} activities recorded", u64::from(ALL) - before)),
        "{rest:?}"
    );
    let listed = imports().await;
    assert_eq!(
        listed["data"].as_array().map(Vec::len),
        Some(1),
        "it is one import: {listed}"
    );
    assert!(
        listed["data"][0]["recorded"] == ALL && listed["data"][0]["duplicates"] == 0,
        "{listed}"
    );
    // The same name with other lines does not go on where another file was.
    home.file("many.jsonl", lines(ALL..ALL + 3));
    let other = run(to_server(&home, &server.url, &key, &words));
    assert!(other.out.contains(" 3 activities recorded"), "{other:?}");
}

#[test]
fn a_server_that_is_busy_is_asked_again_when_it_says_and_one_that_is_not_there_is_named() {
    let home = Home::new();
    home.file("in.jsonl", lines(0..1));
    let words = ["--format", "jsonl", "in.jsonl"];
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let url = format!("http://{}", listener.local_addr().expect("it is bound"));
    let answers = [
        ("503 Service Unavailable", "Retry-After: 1\r\n", ""),
        ("200 OK", "", r#"{"id":7,"mark":null}"#),
        ("429 Too Many Requests", "Retry-After: 0\r\n", ""),
        (
            "202 Accepted",
            "",
            r#"{"items":[{"status":202,"id":0}],"recorded":1,"duplicates":0,"refused":0}"#,
        ),
        ("200 OK", "", r#"{"id":7}"#),
    ];
    let asked = std::thread::spawn(move || answers.map(|answer| answered(&listener, answer)));
    let done = run(to_server(&home, &url, "whodid_key", &words));
    assert!(
        done.code == 0 && done.out.contains(" 1 activities recorded"),
        "{done:?}"
    );
    assert!(done.err.contains("answers 503; it is asked again in 1 s"), "{done:?}");
    let asked = asked.join().expect("it answers");
    let lines: Vec<&str> = asked.iter().filter_map(|head| head.lines().next()).collect();
    assert!(
        lines[0] == lines[1] && lines[0].starts_with("POST /v1/imports "),
        "{lines:?}"
    );
    assert!(
        lines[2] == lines[3] && lines[2].contains("/v1/activities?import=7&"),
        "{lines:?}"
    );
    assert!(lines[4].starts_with("POST /v1/imports/7/end "), "{lines:?}");
    let key_of = |head: &str| {
        head.lines()
            .find(|line| line.starts_with("idempotency-key: "))
            .map(str::to_owned)
    };
    assert!(
        key_of(&asked[2]).is_some() && key_of(&asked[2]) == key_of(&asked[3]),
        "{asked:?}"
    );
    let redirected = run(to_server(&home, "ftp://x", "whodid_key", &words));
    assert!(
        redirected.code == 2 && redirected.err.contains("no address of a server"),
        "{redirected:?}"
    );
}

#[test]
fn a_server_that_takes_less_at_once_is_sent_halves_and_told_how_far_it_is_after_the_last() {
    let home = Home::new();
    home.file("in.jsonl", lines(0..3));
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let url = format!("http://{}", listener.local_addr().expect("it is bound"));
    let one = r#"{"items":[{"status":202,"id":0}],"recorded":1,"duplicates":0,"refused":0}"#;
    let two = r#"{"items":[{"status":202,"id":1},{"status":400,"errors":[]}],"recorded":1,"duplicates":0,"refused":1}"#;
    let answers = [
        ("200 OK", "", r#"{"id":7,"mark":null}"#),
        ("413 Payload Too Large", "", r#"{"detail":"too much"}"#),
        ("202 Accepted", "", one),
        ("202 Accepted", "", two),
        ("200 OK", "", r#"{"id":7}"#),
    ];
    let asked = std::thread::spawn(move || answers.map(|answer| answered(&listener, answer)));
    let done = run(to_server(&home, &url, "whodid_key", &["--format", "jsonl", "in.jsonl"]));
    assert!(
        done.code == 3 && done.out.contains(" 2 activities recorded") && done.err.contains("line 3: cannot be read"),
        "{done:?}"
    );
    let asked = asked.join().expect("it answers");
    let marked: Vec<bool> = asked.iter().map(|head| head.contains("&mark=3-")).collect();
    assert_eq!(marked, [false, true, false, true, false], "{asked:?}");
}

/// Answers one request; its head, in lower case but for the first line.
fn answered(listener: &std::net::TcpListener, (status, header, body): (&str, &str, &str)) -> String {
    use std::io::{BufRead as _, BufReader, Read as _, Write as _};
    let (mut stream, _) = listener.accept().expect("somebody asks");
    let mut reader = BufReader::new(stream.try_clone().expect("it can be read"));
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).expect("it is sent");
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().expect("a length is a number");
        }
        head.push_str(&line);
    }
    let mut sent = vec![0; length];
    reader.read_exact(&mut sent).expect("the body is sent");
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status}\r\n{header}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
    .expect("it is answered");
    head
}
