//! `cargo xtask soak`: the kill test of the usual run, ten times as long, and every fault of every call that changes a file.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::shell;

/// Kills, unless said otherwise.
const KILLS: u64 = 3_000;
/// The test, by the middle of its name.
const TEST: &str = "kills_under_load";

/// Kills the server so often, or as often as is asked for.
pub fn run(arguments: &[String]) -> Result<()> {
    let kills: u64 = match arguments.first() {
        Some(number) => number
            .parse()
            .with_context(|| format!("`{number}` is not a number of kills"))?,
        None => KILLS,
    };
    println!("\u{2192} {kills} kills under load");
    test("cli", TEST, &[("WHODID_KILLS", &kills.to_string())])?;
    println!("\u{2192} every call that changes a file, failing in every way");
    test("faults", "no_failing_call", &[("WHODID_FAULTS", "all")])
}

fn test(binary: &str, name: &str, set: &[(&str, &str)]) -> Result<()> {
    let status = Command::new("cargo")
        .args([
            "test",
            "--workspace",
            "--locked",
            "--test",
            binary,
            "--",
            name,
            "--nocapture",
        ])
        .envs(set.iter().copied())
        .current_dir(shell::root())
        .status()
        .context("`cargo test` could not be started")?;
    if !status.success() {
        bail!("the soak failed");
    }
    Ok(())
}
