//! `cargo xtask bench`: measures the release build against the goals, beside other databases with the same rows.

mod installation;
mod lists;
mod load;
mod machine;
mod pages;
mod peers;
mod questions;
mod report;
mod run;
mod say;
mod server;
mod timing;
mod traffic;

use std::path::Path;

use activity::Time;
use anyhow::Result;
use clap::Parser;
use engine::Clock as _;
use report::{Goal, Report, Unit};
use run::{Run, Wanted};
use traffic::{Course, Traffic};

const SEED: u64 = 1;
/// Activities end so far ahead of the clock that none which the installation records of itself is newer: as far as a log
/// takes them, less what a long run needs to be loaded after.
const AHEAD: i64 = 20 * 3_600 * Time::SECOND;

/// Measures Whodid on this machine.
#[derive(Parser)]
struct Arguments {
    /// How many activities the log holds: 16 volumes of 65,536 by default.
    #[arg(long, default_value_t = 1_048_576, value_parser = clap::value_parser!(u64).range(100_000..=100_000_000))]
    activities: u64,
    /// DuckDB as well; installs it beside what cargo builds.
    #[arg(long)]
    peers: bool,
    /// No other database, not even SQLite, which takes hours to load a hundred million.
    #[arg(long, conflicts_with = "peers")]
    alone: bool,
    /// One JSON object per figure instead of a table.
    #[arg(long)]
    json: bool,
    /// Only the long lists, which take no log.
    #[arg(long)]
    lists: bool,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let directory = tempfile::tempdir()?;
    let mut report = Report::new(arguments.activities, machine::described());
    if !arguments.lists {
        let end = engine::SystemClock.now().plus(AHEAD);
        let traffic = Traffic::new(SEED, Course::new(arguments.activities, end));
        let wanted = Wanted {
            sqlite: !arguments.alone,
            duckdb: arguments.peers,
        };
        let run = Run::begin(directory.path(), traffic, wanted).await?;
        run.finish(&directory.path().join("whodid"), &mut report).await?;
    }
    list(&directory.path().join("lists"), &mut report).await?;
    report.print(arguments.json)?;
    report.check()
}

/// The slowest page of every long list. No peer: what a list must not exceed is stated, not compared.
async fn list(place: &Path, report: &mut Report) -> Result<()> {
    say::progress("Lists: filling an installation");
    let slowest = lists::measure(place).await?;
    for (name, value) in [
        ("All Users at 1,000,000, slowest page", slowest.users_ms),
        ("members of a group of 10,000, slowest page", slowest.members_ms),
        ("5,000 connections, slowest page", slowest.connections_ms),
    ] {
        report.add(name, value, Unit::Millis, Goal::at_most(50.0));
    }
    Ok(())
}
