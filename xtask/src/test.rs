//! `cargo xtask test`: everything that must hold before a change lands, in the order that fails soonest.

use anyhow::Result;

use crate::{assets, fuzz, machine, postgres, shell, structure};

/// Runs every check. `--no-browser` leaves out the ones that need Chromium.
pub fn run(arguments: &[String]) -> Result<()> {
    let browser = !arguments.iter().any(|argument| argument == "--no-browser");
    shell::run("cargo", &["fmt", "--all", "--check"])?;
    structure::run()?;
    assets::build()?;
    shell::run(
        "cargo",
        &[
            "clippy",
            "--workspace",
            "--all-targets",
            "--locked",
            "--",
            "--deny",
            "warnings",
        ],
    )?;
    // What the server exports is held against a verifier that has none of our code.
    let python = machine::install_python("independent")?.join("python3");
    let python = format!("INDEPENDENT_PYTHON={}", python.display());
    machine::install_postgres()?;
    shell::run("env", &[&python, "cargo", "test", "--workspace", "--locked"])?;
    postgres::run()?;
    fuzz::try_all(fuzz::FEW)?;
    verified_by_others()?;
    described()?;
    if browser {
        machine::install_browser()?;
        end_to_end()?;
    }
    println!("\nEverything passed.");
    Ok(())
}

/// What we publish is verified by a program that has none of our code.
fn verified_by_others() -> Result<()> {
    let python = machine::install_python("independent")?.join("python3");
    let directory = shell::root().join("e2e/independent");
    shell::run_in(&directory, &python.to_string_lossy(), &["-B", "-m", "unittest"])
}

/// The server behaves as its description says, whatever schemathesis sends.
fn described() -> Result<()> {
    let program = machine::install_python("schemathesis")?.join("schemathesis");
    shell::run("node", &["e2e/schemathesis/run.mjs", &program.to_string_lossy()])
}

/// Both stories in a real browser, against the binary that `cargo test` built for its own tests of the command line:
/// building it by itself would build half the dependencies again with other features.
fn end_to_end() -> Result<()> {
    let directory = shell::root().join("e2e");
    shell::run_in(
        &directory,
        "npm",
        &["ci", "--ignore-scripts", "--no-audit", "--no-fund"],
    )?;
    shell::run_in(&directory, "npm", &["test", "--silent"])
}
