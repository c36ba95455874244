//! Development commands: `cargo xtask test | fuzz | soak | bench | check-structure | assets`. Owns no product code.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool talks on its terminal"
)]

mod assets;
mod bench;
mod dependencies;
mod documents;
mod fuzz;
mod machine;
mod postgres;
mod shell;
mod soak;
mod structure;
mod test;

use anyhow::{Result, bail};

const HELP: &str = "cargo xtask COMMAND
  test             formatting, lints, structure, every test, the API as it is described, the browser; installs what it needs
  test --no-browser  the same without installing and driving Chromium
  fuzz             [CASES] of the properties of hostile input, 1,000,000 in all unless said otherwise
  soak             [KILLS] under load, 3,000 unless said otherwise: nothing acknowledged is lost, nothing doubled;
                   then every fault of a call, and 960 mutations of files of each kind
  bench            [--activities N] [--peers] [--json]  measures the release build, beside SQLite and with --peers DuckDB
  check-structure  dependency direction, file and function length, banned calls, documents; licences, sources and
                   versions of what others wrote
  assets           builds the browser's files with npm and esbuild";

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let rest = arguments.get(1..).unwrap_or_default();
    match arguments.first().map(String::as_str) {
        Some("test") => test::run(rest),
        Some("bench") => bench::run(rest),
        Some("fuzz") => fuzz::run(rest),
        Some("soak") => soak::run(rest),
        Some("check-structure") => structure::run(),
        Some("assets") => assets::build(),
        Some("help" | "--help" | "-h") | None => {
            println!("{HELP}");
            Ok(())
        }
        Some(other) => bail!("unknown command `{other}`\n{HELP}"),
    }
}
