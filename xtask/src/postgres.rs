//! The tests that can run on both databases, run again on PostgreSQL. The contract of the store runs on both by itself.
//!
//! All of them on both would take twice as long. What runs again is what meets the database: every use case, everything
//! at once, and of the engine what others may do meanwhile. What is left out is above the store, such as whether any
//! history reads as it should, and what is about the files of SQLite, which those tests choose by themselves.

use std::process::Command;

use anyhow::{Result, bail};

use crate::shell;

/// Programs of tests and what runs of them; of an empty list everything.
const AGAIN: &[(&str, &str, &[&str])] = &[
    (
        "engine",
        "engine",
        &[
            "tests::append",
            "tests::clocks",
            "tests::ingest",
            "tests::jobs",
            "tests::reading",
            "tests::readiness",
            "tests::sealing",
            "tests::sharing",
            "tests::tree",
        ],
    ),
    // Exports that another process began are taken over at once on SQLite only, where there can be none.
    (
        "app",
        "app",
        &[
            "activity::",
            "exports::tests::beside",
            "exports::tests::files",
            "exports::tests::find",
            "exports::tests::hostile",
            "tx::",
        ],
    ),
    ("app", "leaves_an_activity", OF_EVERY_USE_CASE),
    ("app", "races", &[]),
    ("app", "turns", &[]),
    ("app", "writers", &[]),
    ("app", "log_in", &[]),
    ("app", "links", &[]),
    ("app", "invitations", &[]),
    ("app", "erasure", &[]),
    ("app", "retention", &[]),
    ("app", "email_change", &[]),
    ("app", "saved_searches", &[]),
    ("app", "mail", &[]),
    ("app", "names", &[]),
];

/// Whether each leaves its activities, and nothing where these or the commit fail. That nothing is kept where any one table
/// fails needs a database for each use case and table.
const OF_EVERY_USE_CASE: &[&str] = &[
    "every_mutating_use_case",
    "what_is_called_bookkeeping",
    "where_the_activity_cannot",
    "where_the_commit_fails",
];

/// Runs them.
pub fn run() -> Result<()> {
    let output = Command::new("cargo")
        .args(["test", "--workspace", "--locked", "--no-run", "--message-format=json"])
        .current_dir(shell::root())
        .output()?;
    if !output.status.success() {
        bail!("the tests were not built:\n{}", String::from_utf8_lossy(&output.stderr));
    }
    let built = String::from_utf8_lossy(&output.stdout).into_owned();
    for (package, program, filters) in AGAIN {
        let manifest = format!("/crates/{package}/Cargo.toml");
        let is_it = |line: &&str| {
            let of_package = field(line, "manifest_path").is_some_and(|path| path.ends_with(&manifest));
            let name = field(line, "executable").and_then(|path| path.rsplit('/').next());
            of_package && name.is_some_and(|name| name.rsplit_once('-').is_some_and(|(name, _)| name == *program))
        };
        let Some(executable) = built.lines().find(is_it).and_then(|line| field(line, "executable")) else {
            bail!("the tests {program} of {package} were not built");
        };
        let directory = shell::root().join("crates").join(package);
        for filter in *filters {
            let listed = Command::new(executable).args([filter, "--list"]).output()?;
            if !String::from_utf8_lossy(&listed.stdout).contains(": test") {
                bail!("no test of {program} of {package} is called {filter}");
            }
        }
        let words = [&["WHODID_TEST_DATABASE=postgres", executable], *filters].concat();
        shell::run_in(&directory, "env", &words)?;
    }
    Ok(())
}

/// A text of a message of cargo.
fn field<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = line.split_once(&format!("\"{name}\":\""))?;
    rest.split_once('"').map(|(value, _)| value)
}
