//! Every call by which the log changes a file, failing in every way: an error of the disk, a full disk, a write that is cut
//! short, and the end of the process. Whatever was acknowledged is there afterwards, once and where it was said to be; what
//! was refused is not; the log verifies; and a process that goes on after a fault goes on taking activities.
//!
//! Runs this binary again as a child with `shim.c` loaded before the C library. The usual run tries as many faults as fit
//! into `SECONDS`, spread evenly; `WHODID_FAULTS=all`, as `cargo xtask soak` sets it, tries every one.

mod child;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use activity::query::Expr;
use engine::{Log, LogSettings, Order, SystemClock, SystemRng};
use store::{Store, StoreUrl};
use tempfile::TempDir;

/// How long the usual run goes on, at the least.
const SECONDS: u64 = 60;
/// How many faults it tries at the least.
const LEAST: usize = 40;
const KINDS: [&str; 4] = ["io", "full", "short", "kill"];

/// What one child said.
struct Told {
    /// Activities by their external id, and the seq they were acknowledged with.
    acknowledged: BTreeMap<String, u64>,
    /// Those of which it was said that they were not recorded.
    refused: Vec<String>,
    /// Whether it ended by itself, and not because a commit was unknown.
    went_on: bool,
    output: String,
}

#[test]
fn no_failing_call_loses_doubles_or_invents_an_activity() {
    let tools = tempfile::tempdir().expect("a temporary directory can be made");
    let shim = built(tools.path());
    let calls = counted(&shim);
    assert!(
        calls > 200,
        "only {calls} calls change files: the shim does not see them"
    );
    let all = std::env::var("WHODID_FAULTS").is_ok_and(|which| which == "all");
    let begun = Instant::now();
    let (mut tried, mut wrong) = (0, Vec::new());
    for (at, kind) in spread(calls).skip(from()) {
        if !all && tried >= LEAST && begun.elapsed() > Duration::from_secs(SECONDS) {
            break;
        }
        let one = AssertUnwindSafe(|| try_one(&shim, at, kind));
        if std::panic::catch_unwind(one).is_err() {
            wrong.push(format!("{kind} at call {at}"));
        }
        tried += 1;
        if all && tried % 100 == 0 {
            let said = format!("{} of {} faults, {} wrong\n", from() + tried, calls * 4, wrong.len());
            std::io::stderr().write_all(said.as_bytes()).expect("it can be said");
        }
    }
    assert!(wrong.is_empty(), "{} faults: {wrong:?}", wrong.len());
}

/// How many faults an earlier run tried that was broken off: `WHODID_FAULTS_FROM`.
fn from() -> usize {
    let from = std::env::var("WHODID_FAULTS_FROM").ok();
    from.map_or(0, |from| from.parse().expect("WHODID_FAULTS_FROM is a number"))
}

/// Every call in every way, in an order that soon has some of everything.
fn spread(calls: u64) -> impl Iterator<Item = (u64, &'static str)> {
    let all = calls * KINDS.len() as u64;
    // Coprime to most numbers, and near the golden ratio of the whole, so that neighbours lie far apart.
    let step = (1..)
        .map(|more| all * 618 / 1_000 + more)
        .find(|step| gcd(*step, all) == 1);
    let step = step.expect("among the next numbers one is coprime");
    (0..all).map(move |n| {
        let which = (u128::from(n) * u128::from(step) % u128::from(all)) as u64;
        let kind = usize::try_from(which % KINDS.len() as u64).expect("there are four");
        (which / KINDS.len() as u64 + 1, KINDS[kind])
    })
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

fn built(into: &Path) -> PathBuf {
    let shim = into.join("shim.so");
    let done = Command::new("cc")
        .args(["-Wall", "-Werror", "-shared", "-fPIC", "-O1", "-o"])
        .arg(&shim)
        .args(["tests/faults/shim.c", "-ldl"])
        .status()
        .expect("a C compiler comes with build-essential");
    assert!(done.success(), "the shim does not compile");
    shim
}

/// How many calls change files if nothing fails.
fn counted(shim: &Path) -> u64 {
    let dir = tempfile::tempdir().expect("a temporary directory can be made");
    let count = dir.path().join("count");
    let told = child(shim, &dir, |child| child.env("FAULT_COUNT", &count));
    assert!(told.went_on && told.refused.is_empty(), "{}", told.output);
    let count = std::fs::read_to_string(count).expect("the shim counts");
    count.trim().parse().expect("what it counted is a number")
}

fn child(shim: &Path, dir: &TempDir, set: impl FnOnce(&mut Command) -> &mut Command) -> Told {
    let mut command = Command::new(std::env::current_exe().expect("this binary has a path"));
    command
        .args([
            "--exact",
            "child::works_on_a_log_until_it_is_told_to_stop",
            "--nocapture",
        ])
        .env(child::DIR, dir.path().join("data"))
        .env("FAULT_DIR", dir.path().join("data"))
        .env("LD_PRELOAD", shim);
    set(&mut command);
    let output = command.output().expect("this binary can be run again");
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    let mut told = Told {
        acknowledged: BTreeMap::new(),
        refused: Vec::new(),
        went_on: text.contains("\ndone\n"),
        output: text,
    };
    for line in told.output.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            ["kept", id, seq] => drop(
                told.acknowledged
                    .insert(id.to_owned(), seq.parse().expect("a seq is a number")),
            ),
            ["refused", id] => told.refused.push(id.to_owned()),
            _ => {}
        }
    }
    told
}

fn try_one(shim: &Path, at: u64, kind: &str) {
    let dir = tempfile::tempdir().expect("a temporary directory can be made");
    std::fs::create_dir(dir.path().join("data")).expect("a directory can be made");
    let told = child(shim, &dir, |child| {
        child.env("FAULT_AT", at.to_string()).env("FAULT_KIND", kind)
    });
    let what = format!("{kind} at call {at}:\n{}", told.output);
    // What a short write or a full disk does to one commit is known where something is written; then everything goes on. What
    // a failed fsync does is not, whatever it says: the process stops.
    let writes = ["write", "pwrite", "open", "open64", "mkdir"].map(|call| format!("fault in {call}\n"));
    let is_known = kind == "short" || writes.iter().any(|fault| told.output.contains(fault.as_str()));
    let must_go_on = matches!(kind, "full" | "short") && is_known;
    assert!(told.went_on || !must_go_on, "it did not go on after {what}");
    assert!(!told.output.contains("panicked"), "{what}");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime can be made");
    runtime.block_on(check(&dir.path().join("data"), &told, &what));
}

async fn check(data: &Path, told: &Told, what: &str) {
    let store = Store::open(&StoreUrl::directory(data)).await.expect(what);
    let settings = LogSettings {
        background: false,
        ..LogSettings::new(data.join("volumes"))
    };
    let log = Log::open(store.clone(), settings, Arc::new(SystemClock), Arc::new(SystemRng))
        .await
        .expect(what);
    log.settle(true).await.expect(what);
    let verified = log.verify(|_| {}).await.expect(what);
    assert_eq!(verified.faults, [], "{what}");
    assert_eq!(log.holes().await.expect(what), [], "{what}");
    assert_eq!(log.strangers().await.expect(what), Vec::<String>::new(), "{what}");
    let mut found: BTreeMap<String, u64> = BTreeMap::new();
    let mut scan = log.scan(Expr::All, Order::Recorded).await.expect(what);
    while let Some(rows) = scan.next_chunk().await {
        for row in rows.expect(what) {
            let id = row.external_id.clone().expect(what);
            assert_eq!(found.insert(id, row.seq), None, "twice, after {what}");
        }
    }
    for (id, seq) in &told.acknowledged {
        assert_eq!(found.get(id), Some(seq), "{id} was acknowledged, after {what}");
    }
    for id in &told.refused {
        assert_eq!(found.get(id), None, "{id} was refused, after {what}");
    }
    log.close().await;
    store.close().await;
}
