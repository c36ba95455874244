//! `cargo xtask bench`: builds the release binary and the benchmark, then hands over to it.

use anyhow::Result;

use crate::shell;

/// Runs the benchmark; arguments go to it unchanged.
pub fn run(arguments: &[String]) -> Result<()> {
    shell::quiet(
        "cargo",
        &[
            "build",
            "--quiet",
            "--release",
            "--package",
            "whodid",
            "--package",
            "bench",
        ],
    )?;
    let mut all = vec!["run", "--quiet", "--release", "--package", "bench", "--"];
    all.extend(arguments.iter().map(String::as_str));
    shell::quiet("cargo", &all)
}
