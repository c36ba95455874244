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
    // Not by `cargo run`, which would build what both need once more, with the benchmark's features alone.
    let bench = shell::target().join("release/bench");
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    shell::quiet(&bench.to_string_lossy(), &arguments)
}
