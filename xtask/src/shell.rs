//! Running other programs, with what is run printed first. Owns no knowledge of which.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};

/// The root of the checkout: of the one that cargo runs this in, also where it was built for another.
pub fn root() -> PathBuf {
    let own = std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    own.parent().expect("xtask lies in the workspace").to_path_buf()
}

/// Where cargo builds.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// Runs a program in the root of the checkout and fails when it fails.
pub fn run(program: &str, arguments: &[&str]) -> Result<()> {
    run_in(&root(), program, arguments)
}

/// Runs a program in a directory and fails when it fails.
pub fn run_in(directory: &Path, program: &str, arguments: &[&str]) -> Result<()> {
    println!("\n\u{2192} {program} {}", arguments.join(" "));
    let started = Instant::now();
    let status = Command::new(program)
        .args(arguments)
        .current_dir(directory)
        .status()
        .with_context(|| format!("`{program}` could not be started"))?;
    if !status.success() {
        bail!("`{program} {}` failed: {status}", arguments.join(" "));
    }
    println!("  {program} took {:.1} s", started.elapsed().as_secs_f64());
    Ok(())
}

/// Whether a program is on the PATH.
pub fn exists(program: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|directory| directory.join(program).is_file()))
}

/// Whether a program starts and succeeds; what it says is not shown.
pub fn succeeds(program: &str, arguments: &[&str]) -> bool {
    let output = Command::new(program).args(arguments).output();
    output.is_ok_and(|output| output.status.success())
}

/// Runs a program like [`run`] without saying so, for output that another program reads.
pub fn quiet(program: &str, arguments: &[&str]) -> Result<()> {
    let status = Command::new(program).args(arguments).current_dir(root()).status()?;
    if !status.success() {
        bail!("`{program} {}` failed: {status}", arguments.join(" "));
    }
    Ok(())
}
