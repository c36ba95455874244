//! `cargo xtask soak`: the kill test of the usual run, ten times as long, every fault of every call that changes a file, and
//! many more ways to damage files than the usual run tries.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::shell;

/// Kills, unless said otherwise.
const KILLS: u64 = 3_000;
/// The test, by the middle of its name.
const TEST: &str = "kills_under_load";
/// Mutations of each kind.
const MUTATIONS: &str = "960";

/// Kills the server so often, or as often as is asked for.
pub fn run(arguments: &[String]) -> Result<()> {
    let kills: u64 = match arguments.first() {
        Some(number) => number
            .parse()
            .with_context(|| format!("`{number}` is not a number of kills"))?,
        None => KILLS,
    };
    println!("\u{2192} {kills} kills under load");
    test(
        &["--workspace", "--test", "cli"],
        TEST,
        "WHODID_KILLS",
        &kills.to_string(),
    )?;
    println!("\u{2192} every call that changes a file, failing in every way");
    test(
        &["--workspace", "--test", "faults"],
        "no_failing_call",
        "WHODID_FAULTS",
        "all",
    )?;
    println!("\u{2192} {MUTATIONS} mutations of files of each kind");
    test(
        &["-p", "engine", "--lib"],
        "mutations",
        "MUTATIONS_OF_EACH_KIND",
        MUTATIONS,
    )
}

/// Runs the tests of this name in these targets, with one variable set.
fn test(targets: &[&str], name: &str, variable: &str, value: &str) -> Result<()> {
    let status = Command::new("cargo")
        .args(["test", "--locked"])
        .args(targets)
        .args(["--", name, "--nocapture"])
        .env(variable, value)
        .current_dir(shell::root())
        .status()
        .context("`cargo test` could not be started")?;
    if !status.success() {
        bail!("the soak failed");
    }
    Ok(())
}
