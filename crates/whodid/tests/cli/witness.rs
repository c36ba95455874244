//! `whodid witness` as it is run: beside a real installation, against older data, and killed again and again.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use proof::{
    AddCheckpoint, Checkpoint, Hash, SignedCheckpoint, SigningKey, WitnessKey, consistency_proof, leaf_hash, root_of,
};

use crate::support::Home;

/// How often it is killed.
const KILLS: u64 = 40;

/// A witness that runs; killed when dropped.
struct Witness {
    child: Child,
    vkey: String,
    url: String,
}

impl Witness {
    fn start(home: &Home, logs: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_whodid"));
        command.args(["witness", "--listen", "127.0.0.1:0", "--name", "witness.example/w1"]);
        command.args(["--key", "witness.key", "--state", "witness"]);
        for log in logs {
            command.args(["--log", log]);
        }
        let mut child = command
            .current_dir(home.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary can be run");
        let mut lines = BufReader::new(child.stdout.take().expect("it was piped")).lines();
        let mut line = || lines.next().and_then(Result::ok).expect("the witness starts");
        let (vkey, listening) = (line(), line());
        let url = listening
            .strip_prefix("Listening on ")
            .expect("it says where")
            .to_owned();
        Self { child, vkey, url }
    }

    /// As the setting names it.
    fn setting(&self) -> String {
        format!("witnesses={} {}", self.url, self.vkey)
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        match path.is_dir() {
            true => copy(&path, &to),
            false => drop(std::fs::copy(&path, &to).unwrap()),
        }
    }
}

fn user<'a>(name: &'a str, email: &'a str) -> Vec<&'a str> {
    let mut words = vec!["user", "create", "--admin", "--name", "Ann Lee"];
    words.extend(["--username", name, "--email", email]);
    words
}

/// Waits until the newest checkpoint is cosigned by this witness.
async fn cosigned(url: &str, vkey: &str) -> SignedCheckpoint {
    let key: WitnessKey = vkey.parse().unwrap();
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        let note = reqwest::get(format!("{url}/log/checkpoint")).await.unwrap();
        let note = SignedCheckpoint::parse(&note.bytes().await.unwrap()).unwrap();
        let keys = [key.clone()];
        if !note.cosignatures(&keys).unwrap().is_empty() {
            return note;
        }
        assert!(Instant::now() < until, "not cosigned: {note}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn an_installation_is_cosigned_and_older_data_are_refused_at_the_start() {
    let home = Home::new();
    home.run(&user("ann", "ann@example.com")).ok();
    let log = home.run(&["log", "checkpoint", "--keys"]).ok();
    let witness = Witness::start(&home, &[log.trim()]);
    let setting = witness.setting();
    let older = home.path().join("older");
    copy(&home.data(), &older);
    home.run(&user("bob", "bob@example.com")).ok();
    let server = home.serve(&["--set", &setting]);
    let note = cosigned(&server.url, &witness.vkey).await;
    let keys = [log.trim().parse().unwrap()];
    assert!(note.verify(note.unverified().origin(), &keys).is_ok());
    server.kill();
    // Older data, and nothing beside them that would tell.
    std::fs::remove_dir_all(home.data()).unwrap();
    std::fs::rename(&older, home.data()).unwrap();
    std::fs::remove_file(home.path().join("data.checkpoint")).unwrap();
    let refused = home.run(&["serve", "--listen", "127.0.0.1:0", "--set", &setting]);
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(
        refused
            .err
            .contains("the witness witness.example/w1 cosigned a checkpoint of"),
        "{refused:?}"
    );
    assert!(!home.path().join("data.checkpoint").exists(), "nothing was changed");
    home.run(&["log", "accept-rollback", "--yes", "--set", &setting]).ok();
    let found = home.run(&["log", "search", "activity:log.rollback_accepted"]).ok();
    assert!(found.contains("although a checkpoint is known of"), "{found}");
    drop(home.serve(&["--set", &setting]));
    drop(witness);
    // One that is down keeps nothing from starting.
    drop(home.serve(&["--set", &setting]));
}

#[test]
fn what_is_no_witness_is_refused_with_its_place() {
    let home = Home::new();
    for (value, says) in [
        ("http://witness.example w+00000000+AAAA", "is not https"),
        ("https://witness.example w+00000000+AAAA", "is no key of a witness"),
        ("https://witness.example", "a witness is written"),
    ] {
        let done = home.run(&["serve", "--set", &format!("witnesses={value}")]);
        assert_eq!(done.code, 2, "{done:?}");
        assert!(done.err.contains("witnesses") && done.err.contains(says), "{done:?}");
    }
    let file = home.file(
        "own.toml",
        "[[witnesses]]\nurl = \"https://witness.example\"\nkeys = \"x\"\n",
    );
    let done = home.run(&["serve", "--config", &file.to_string_lossy()]);
    assert!(
        done.code == 2 && done.err.contains("a witness has no `keys`"),
        "{done:?}"
    );
    let mut command = Command::new(env!("CARGO_BIN_EXE_whodid"));
    command.args(["witness", "--key", "k", "--state", "s", "--log", "nonsense"]);
    let done = command.current_dir(home.path()).output().unwrap();
    assert_eq!(done.status.code(), Some(2));
    assert!(!home.path().join("k").exists() && !home.path().join("s").exists());
}

const PARTS_AT: u64 = 8;

fn log_key() -> SigningKey {
    SigningKey::from_seed("log.example".parse().unwrap(), &[1; 32])
}

/// A request of one of two logs that part after [`PARTS_AT`].
fn request(branch: u64, old: u64, new: u64) -> String {
    let of = |at: u64| if at < PARTS_AT { 0 } else { branch };
    let leaves: Vec<Hash> = (0..new)
        .map(|at| leaf_hash(format!("{} {at}", of(at)).as_bytes()))
        .collect();
    let proof = consistency_proof(&leaves[..], old, new).unwrap();
    let checkpoint = Checkpoint::new("log.example".parse().unwrap(), new, root_of(&leaves));
    let checkpoint = checkpoint.sign(&[&log_key()]).unwrap();
    AddCheckpoint { old, proof, checkpoint }.to_string()
}

/// Asks one after the other, for one of two logs, until the witness is gone: what was cosigned of each.
async fn ask_until_gone(url: &str, branch: u64) -> Vec<(u64, u64)> {
    let http = reqwest::Client::new();
    let (mut old, mut said) = (0, Vec::new());
    for turn in 0.. {
        let new = old + turn % 3;
        let post = http.post(format!("{url}/add-checkpoint"));
        let Ok(answer) = post.body(request(branch, old, new)).send().await else {
            break;
        };
        let (status, kind) = (answer.status().as_u16(), answer.headers()["content-type"].clone());
        let Ok(body) = answer.text().await else { break };
        match status {
            200 => {
                said.push((branch, new));
                old = new;
            }
            409 => {
                assert_eq!(kind, "text/x.tlog.size");
                old = body.trim().parse().unwrap();
            }
            status => assert_eq!(status, 422, "{body}"),
        }
    }
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_again_and_again_under_load_it_never_contradicts_itself() {
    let home = Home::new();
    let vkey = log_key().public().to_string();
    let (mut cosigned, mut largest, mut named) = (Vec::new(), 0, None);
    for round in 0..KILLS {
        let mut witness = Witness::start(&home, &[&vkey]);
        assert_eq!(
            *named.get_or_insert(witness.vkey.clone()),
            witness.vkey,
            "its key stays"
        );
        let asking = async {
            let (a, b) = (ask_until_gone(&witness.url, 1), ask_until_gone(&witness.url, 2));
            tokio::join!(a, b)
        };
        let killing = async {
            tokio::time::sleep(Duration::from_millis(20 + round * 7 % 60)).await;
            witness.child.kill().unwrap();
        };
        let ((a, b), ()) = tokio::join!(asking, killing);
        let now: Vec<(u64, u64)> = a.into_iter().chain(b).collect();
        assert!(
            now.iter().all(|(_, size)| *size >= largest),
            "nothing is taken back: {now:?} {largest}"
        );
        largest = now.iter().map(|(_, size)| *size).fold(largest, u64::max);
        cosigned.extend(now);
    }
    let beyond = cosigned.iter().filter(|(_, size)| *size > PARTS_AT);
    let branches: std::collections::BTreeSet<u64> = beyond.map(|(branch, _)| *branch).collect();
    assert!(branches.len() <= 1, "{cosigned:?}");
    assert!(largest > PARTS_AT, "it got so far: {largest}");
}

#[tokio::test]
async fn what_is_no_request_is_answered_by_its_status() {
    let home = Home::new();
    let witness = Witness::start(&home, &[&log_key().public().to_string()]);
    let http = reqwest::Client::new();
    let url = format!("{}/add-checkpoint", witness.url);
    let post = async |body: String| http.post(&url).body(body).send().await.unwrap().status().as_u16();
    assert_eq!(post(String::new()).await, 400);
    assert_eq!(post("a".repeat(3_000_000)).await, 400);
    assert_eq!(
        post(request(1, 0, 5).replace("log.example", "other.example")).await,
        404
    );
    assert_eq!(post(request(1, 0, 5)).await, 200);
    assert_eq!(post(request(1, 0, 5)).await, 409);
    assert_eq!(http.get(&url).send().await.unwrap().status().as_u16(), 405);
    assert_eq!(http.get(&witness.url).send().await.unwrap().status().as_u16(), 404);
}
