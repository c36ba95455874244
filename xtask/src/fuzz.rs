//! `cargo xtask fuzz`: the properties that hold for whatever is sent, shown or stored, tried far more often than in a
//! usual test run. They stand in `properties.rs` of the module they are about; nothing is built that tests do not build.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::shell;

/// What the modules with such properties are called.
const MODULES: &str = "properties::";
/// Cases in all, unless said otherwise.
const CASES: u64 = 1_000_000;
/// Cases in all of a usual test run.
pub const FEW: u64 = 50_000;

/// Runs them with the number of cases that is given, or a million.
pub fn run(arguments: &[String]) -> Result<()> {
    let cases = match arguments.first() {
        Some(number) => number
            .parse()
            .with_context(|| format!("`{number}` is not a number of cases"))?,
        None => CASES,
    };
    try_all(cases)
}

/// Tries every property equally often, `cases` times in all.
pub fn try_all(cases: u64) -> Result<()> {
    let list = cargo(&["--list"], None)?;
    let count = list.lines().filter(|line| line.ends_with(": test")).count() as u64;
    if count == 0 {
        bail!("there is no test in a module called `{MODULES}`");
    }
    let each = cases.div_ceil(count).max(256);
    println!(
        "\n\u{2192} {count} properties of hostile input, {each} cases each: {} in all",
        each * count
    );
    print!("{}", cargo(&[], Some(each))?);
    Ok(())
}

/// The library tests of these modules; all crates are named so that none is built with other features.
fn cargo(arguments: &[&str], cases: Option<u64>) -> Result<String> {
    let mut command = Command::new("cargo");
    command
        .args(["test", "--quiet", "--workspace", "--locked", "--lib", "--", MODULES])
        .args(arguments)
        .current_dir(shell::root());
    if let Some(cases) = cases {
        command.env("PROPTEST_CASES", cases.to_string());
    }
    let output = command.output().context("`cargo test` could not be started")?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        bail!("{text}{}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(text)
}
