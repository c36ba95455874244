//! `cargo xtask bench`: measures the release build against the goals, beside SQLite with indexes on the same data.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool talks on its terminal"
)]

mod baseline;
mod installation;
mod lists;
mod load;
mod pages;
mod questions;
mod report;
mod reported;
mod server;
mod timing;

use std::path::Path;
use std::time::Instant;

use activity::{Facts, Time};
use anyhow::Result;
use baseline::Baseline;
use clap::Parser;
use engine::Clock as _;
use installation::Installation;
use report::{Figure, Goal};
use server::Server;
use testkit::{Generator, GeneratorSettings};

const SEED: u64 = 1;

/// Measures Whodid on this machine.
#[derive(Parser)]
struct Arguments {
    /// How many activities the log holds: 16 volumes of 65,536 by default.
    #[arg(long, default_value_t = 1_048_576)]
    activities: u64,
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
    if arguments.lists {
        let mut figures = Figures::default();
        listed(&directory.path().join("lists"), &mut figures).await?;
        return report::print(&figures.all, arguments.json);
    }
    let data = Data::new(arguments.activities);
    eprintln!("SQLite with indexes: loading {} activities", arguments.activities);
    let baseline = measured_baseline(directory.path(), &data).await?;
    let figures = measured(directory.path(), &data, &baseline).await?;
    report::print(&figures, arguments.json)?;
    anyhow::ensure!(figures.iter().all(Figure::reached), "not every goal was reached");
    Ok(())
}

/// The generated data of this run, the same for both.
struct Data {
    activities: u64,
    end: Time,
    users: Vec<String>,
}

impl Data {
    fn new(activities: u64) -> Self {
        let end = engine::SystemClock.now();
        let generator = Generator::new(SEED, GeneratorSettings::sized(activities, end));
        let users = generator
            .profiles()
            .iter()
            .map(|profile| reported::id(&profile.person.id))
            .collect();
        Self { activities, end, users }
    }

    fn facts(&self) -> impl Iterator<Item = Facts> + use<> {
        Generator::new(SEED, GeneratorSettings::sized(self.activities, self.end)).map(reported::facts)
    }
}

async fn measured_baseline(directory: &Path, data: &Data) -> Result<Baseline> {
    let place = directory.join("sqlite");
    std::fs::create_dir_all(&place)?;
    let baseline = baseline::measure(&place, data.facts(), &data.users).await?;
    std::fs::remove_dir_all(&place)?;
    Ok(baseline)
}

async fn measured(directory: &Path, data: &Data, baseline: &Baseline) -> Result<Vec<Figure>> {
    let place = directory.join("whodid");
    let installation = Installation::create(&place).await?;
    let mut figures = Figures {
        activities: data.activities,
        all: Vec::new(),
    };
    loaded(&place, &installation, data, baseline, &mut figures).await?;
    sealed(&place, &installation, data, baseline, &mut figures).await?;
    served(&place, data, baseline, &mut figures).await?;
    std::fs::remove_dir_all(&place)?;
    listed(&directory.join("lists"), &mut figures).await?;
    Ok(figures.all)
}

/// The slowest page of every long list. No baseline: what a list must not exceed is stated, not compared.
async fn listed(place: &Path, figures: &mut Figures) -> Result<()> {
    eprintln!("Lists: filling an installation");
    let slowest = lists::measure(place).await?;
    let goal = Goal::AtMost(50.0);
    for (name, value) in [
        ("All Users at 1,000,000, slowest page", slowest.users_ms),
        ("members of a group of 10,000, slowest page", slowest.members_ms),
        ("5,000 connections, slowest page", slowest.connections_ms),
    ] {
        figures.add(name, value, "ms", None, goal);
    }
    Ok(())
}

#[derive(Default)]
struct Figures {
    activities: u64,
    all: Vec<Figure>,
}

impl Figures {
    fn add(&mut self, name: &'static str, value: f64, unit: &'static str, baseline: Option<f64>, goal: Goal) {
        eprintln!("{name}: {value:.3} {unit}");
        self.all.push(Figure {
            name,
            value,
            unit,
            activities: self.activities,
            baseline,
            goal,
        });
    }
}

/// Everything that is written over HTTP.
async fn loaded(
    place: &Path,
    installation: &Installation,
    data: &Data,
    baseline: &Baseline,
    figures: &mut Figures,
) -> Result<()> {
    eprintln!("Whodid: loading {} activities over HTTP", data.activities);
    let bodies = load::bodies(data.facts())?;
    let server = Server::start(place).await?;
    let batches = load::batches(&server.url, &installation.key, bodies, data.activities).await?;
    let goal = Goal::AtLeast(50_000.0);
    figures.add(
        "durable activities over HTTP, batches of 1,000",
        batches,
        "activities/s",
        Some(baseline.loaded_per_second),
        goal,
    );
    let (singles, _) = load::singles(&server.url, &installation.key).await?;
    let goal = Goal::AtLeast(3_000.0);
    figures.add(
        "single activities over HTTP, 64 clients",
        singles,
        "activities/s",
        Some(baseline.singles_per_second),
        goal,
    );
    let (_, peak) = server.memory_mib()?;
    figures.add("memory at its highest while loading", peak, "MiB", None, Goal::None);
    server.stop()
}

/// Everything that is asked of the engine once the background work is done.
async fn sealed(
    place: &Path,
    installation: &Installation,
    data: &Data,
    baseline: &Baseline,
    figures: &mut Figures,
) -> Result<()> {
    let log = installation.open_log().await?;
    let started = Instant::now();
    log.settle(true).await?;
    figures.add(
        "sealing and merging what was left",
        started.elapsed().as_secs_f64(),
        "s",
        None,
        Goal::None,
    );
    let size = log.head().await?.through.size;
    let bytes = timing::bytes_below(place)? as f64 / size as f64;
    figures.add(
        "on disk, all included",
        bytes,
        "bytes/activity",
        Some(baseline.bytes),
        Goal::AtMost(75.0),
    );
    let engine = questions::measure(&log, &data.users).await?;
    figures.add(
        "newest 50 of one user, engine",
        engine.newest_ms,
        "ms",
        Some(baseline.newest_ms),
        Goal::AtMost(1.0),
    );
    figures.add(
        "count by type of one user, engine",
        engine.count_ms,
        "ms",
        Some(baseline.count_ms),
        Goal::AtMost(5.0),
    );
    figures.add(
        "text that occurs nowhere, engine",
        engine.text_ms,
        "ms",
        Some(baseline.text_ms),
        Goal::AtMost(1.0),
    );
    figures.add(
        "newest 50 failures of everybody, engine",
        engine.failures_ms,
        "ms",
        None,
        Goal::None,
    );
    log.close().await;
    Ok(())
}

/// Everything that is asked of a server started on the finished log.
async fn served(place: &Path, data: &Data, baseline: &Baseline, figures: &mut Figures) -> Result<()> {
    let server = Server::start(place).await?;
    figures.add(
        "start to first answer",
        server.started_ms,
        "ms",
        None,
        Goal::AtMost(1000.0),
    );
    let client = pages::log_in(&server.url).await?;
    let page = pages::newest_of_user_ms(&client, &server.url, &data.users).await?;
    figures.add(
        "newest 50 of one user, page over HTTP",
        page,
        "ms",
        Some(baseline.newest_ms),
        Goal::AtMost(10.0),
    );
    let telling = pages::telling_ms(&client, &server.url).await?;
    figures.add(
        "telling 50 people of a page of their rows",
        telling,
        "ms",
        None,
        Goal::AtMost(2.0),
    );
    let (csv, rows) = load::lines_per_second(&client, &pages::export_url(&server.url)).await?;
    anyhow::ensure!(
        rows > data.activities,
        "the export has {rows} lines for {} activities",
        data.activities
    );
    figures.add(
        "CSV export over HTTP",
        csv,
        "rows/s",
        Some(baseline.csv_per_second),
        Goal::AtLeast(200_000.0),
    );
    let (memory, peak) = server.memory_mib()?;
    figures.add("memory while serving", memory, "MiB", None, Goal::AtMost(300.0));
    figures.add(
        "memory at its highest while serving",
        peak,
        "MiB",
        None,
        Goal::AtMost(300.0),
    );
    server.stop()
}
