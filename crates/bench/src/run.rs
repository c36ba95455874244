//! A run from an empty directory to all figures: the peers, loading, the questions hot and sealed, the server.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use activity::{Recorder, Reporter};
use anyhow::{Result, ensure};
use engine::{Batch, IdSpace, Log};

use crate::installation::Installation;
use crate::load::{self, Way};
use crate::peers::{Measured, duckdb, sqlite};
use crate::questions::ours::{self, Answer};
use crate::questions::{self, Question, Sql};
use crate::report::{Figure, Goal, Peers, Report, Unit};
use crate::server::Server;
use crate::traffic::{DELIVERY, Traffic};
use crate::{pages, say, timing};

/// Activities that are not sealed when the questions are asked the first time: as many as wait for a volume.
const HOT: u64 = 65_000;

/// Which databases the questions are put to as well.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    pub sqlite: bool,
    pub duckdb: bool,
}

/// A run under way.
pub struct Run {
    traffic: Arc<Traffic>,
    questions: Vec<Question>,
    sqlite: Option<Measured>,
    duckdb: Option<Measured>,
}

/// The places at which loading goes on in another way.
#[derive(Clone, Copy, Debug)]
struct Plan {
    singles: u64,
    hot: u64,
    end: u64,
}

impl Plan {
    fn new(rows: u64) -> Self {
        let hot = rows - HOT.min(rows / 4);
        Self {
            singles: hot - rows / 8,
            hot,
            end: rows,
        }
    }
}

impl Run {
    /// Puts the questions to the databases that are wanted.
    pub async fn begin(directory: &Path, traffic: Traffic, wanted: Wanted) -> Result<Self> {
        let questions = questions::all(&traffic);
        let statements: Vec<Sql> = questions.iter().map(Question::sql).collect();
        let mut run = Self {
            traffic: Arc::new(traffic),
            questions,
            sqlite: None,
            duckdb: None,
        };
        if wanted.sqlite {
            say::progress("SQLite with indexes: loading");
            run.sqlite = Some(sqlite::measure(&directory.join("sqlite"), &run.traffic, &statements).await?);
        }
        if wanted.duckdb {
            say::progress("DuckDB: loading");
            run.duckdb = Some(duckdb::measure(&directory.join("duckdb"), &run.traffic, &statements)?);
        }
        Ok(run)
    }

    /// Loads an installation in an empty directory and asks it everything.
    pub async fn finish(&self, place: &Path, report: &mut Report) -> Result<()> {
        say::progress("Whodid: loading");
        let installation = Installation::create(place).await?;
        let plan = Plan::new(self.traffic.course.rows);
        self.load(place, &installation, plan, report).await?;
        self.ask(place, &installation, plan, report).await?;
        self.serve(place, report).await?;
        Ok(std::fs::remove_dir_all(place)?)
    }

    /// Everything that is written over HTTP.
    async fn load(&self, place: &Path, installation: &Installation, plan: Plan, report: &mut Report) -> Result<()> {
        let made = load::made_per_second(&self.traffic)?;
        let server = Server::start(place).await?;
        let way = Way::new(&server.url, &installation.key, &self.traffic)?;
        let before = server.processor_seconds()?;
        let delivered = way.deliver(0..plan.singles).await?;
        let taken = (server.processor_seconds()? - before) / plan.singles as f64 * 1e6;
        let (_, peak) = server.memory_mib()?;
        server.wait_until_sealed(HOT + DELIVERY).await?;
        let singles = way.singly(plan.singles..plan.hot).await?;
        way.deliver(singles.next..plan.hot).await?;
        server.stop()?;
        let loaded = self.peers(|peer| Some(peer.loaded_per_second));
        let goal = Goal::AtLeast([80_000.0, 70_000.0]);
        report.beside(
            "durable over HTTP, 8 senders, batches of 1,000",
            delivered,
            Unit::PerSecond,
            goal,
            loaded,
        );
        report.add("server's processor time for it", taken, Unit::Micros, Goal::None);
        report.add("made by the generator, one thread", made, Unit::PerSecond, Goal::None);
        report.add(
            "memory while loading, highest",
            peak,
            Unit::Mebibytes,
            Goal::AtMost([500.0, 700.0]),
        );
        let (single, goal) = (self.peers(|peer| peer.singles_per_second), Goal::at_least(10_000.0));
        report.beside(
            "single over HTTP, 64 clients",
            singles.per_second,
            Unit::PerSecond,
            goal,
            single,
        );
        report.add(
            "single over HTTP, 99 of 100 within",
            singles.p99_ms,
            Unit::Millis,
            Goal::at_most(20.0),
        );
        Ok(())
    }

    /// Everything that is asked of the engine: with a hot tail, and with nothing hot.
    async fn ask(&self, place: &Path, installation: &Installation, plan: Plan, report: &mut Report) -> Result<()> {
        let log = installation.open_log().await?;
        let started = Instant::now();
        log.settle(true).await?;
        let seconds = started.elapsed().as_secs_f64();
        report.add("sealing and merging what was left", seconds, Unit::Seconds, Goal::None);
        self.append(&log, plan).await?;
        let head = log.head().await?;
        let (hot, own) = (head.through.size - head.sealed, head.through.size.checked_sub(plan.end));
        ensure!(hot == plan.end - plan.hot, "{hot} activities are hot");
        let Some(own) = own else {
            anyhow::bail!("the log has {} activities", head.through.size)
        };
        say::progress(&format!("Whodid: asking with {hot} hot activities"));
        let with_hot = self.answers(&log).await?;
        log.settle(true).await?;
        say::progress("Whodid: asking with everything sealed");
        let sealed = self.answers(&log).await?;
        for peer in [&self.sqlite, &self.duckdb].into_iter().flatten() {
            peer.compare(&self.questions, &sealed, own)?;
        }
        let bytes = timing::bytes_below(place)? as f64 / head.through.size as f64;
        log.close().await;
        let on_disk = self.peers(|peer| Some(peer.bytes));
        report.beside(
            "on disk, all included",
            bytes,
            Unit::Bytes,
            Goal::at_most(60.0),
            on_disk,
        );
        self.add_answers(&with_hot, &sealed, report)
    }

    /// Appends the last activities, which stay hot.
    async fn append(&self, log: &Log, plan: Plan) -> Result<()> {
        let recorder = Recorder::ApiKey(Reporter {
            id: "key-bench".to_owned(),
            name: "bench".to_owned(),
            ip: None,
        });
        for from in (plan.hot..plan.end).step_by(usize::try_from(DELIVERY)?) {
            let mut facts: Vec<_> = self.traffic.between(from, plan.end.min(from + DELIVERY)).collect();
            facts.iter_mut().for_each(|facts| facts.recorder = recorder.clone());
            let source = IdSpace::Reporter("key-bench".to_owned());
            log.ingest(Batch {
                facts,
                idempotency: None,
                source,
                numbers: Vec::new(),
            })
            .await?;
        }
        Ok(log.freeze().await?)
    }

    async fn answers(&self, log: &Log) -> Result<Vec<Answer>> {
        let mut answers = Vec::with_capacity(self.questions.len());
        for question in &self.questions {
            let answer = ours::measure(log, question).await?;
            say::progress(&format!("  {}: {:.3} ms", question.name, answer.ms));
            answers.push(answer);
        }
        Ok(answers)
    }

    fn add_answers(&self, hot: &[Answer], sealed: &[Answer], report: &mut Report) -> Result<()> {
        for (at, question) in self.questions.iter().enumerate() {
            // The log tells of nothing by itself while it is open here, so that both answers are of the same rows.
            ensure!(
                hot[at].size == sealed[at].size,
                "{}: sealing changed the answer",
                question.name
            );
            report.push(Figure {
                name: question.name.clone(),
                hot: Some(hot[at].ms),
                value: sealed[at].ms,
                unit: Unit::Millis,
                peers: self.peers(|peer| Some(peer.answers[at].ms)),
                goal: question.goal,
            });
        }
        Ok(())
    }

    /// Everything that is asked of a server started on the finished log.
    async fn serve(&self, place: &Path, report: &mut Report) -> Result<()> {
        let server = Server::start(place).await?;
        let (url, rows) = (&server.url, self.traffic.course.rows);
        report.add(
            "start to first answer",
            server.started_ms,
            Unit::Millis,
            Goal::AtMost([500.0, 1000.0]),
        );
        let client = pages::log_in(url).await?;
        let user = format!("user:{}", self.traffic.user(0.01));
        for (name, query, goal) in [
            ("activity page over HTTP, everything", "", [30.0, 100.0]),
            ("activity page over HTTP, one user", &*user, [12.0, 15.0]),
        ] {
            let ms = pages::activity_ms(&client, url, query).await?;
            report.add(name, ms, Unit::Millis, Goal::AtMost(goal));
        }
        let telling = pages::telling_ms(&client, url).await?;
        report.add(
            "telling 50 people of a page of their rows",
            telling,
            Unit::Millis,
            Goal::at_most(2.0),
        );
        let (csv, lines) = load::lines_per_second(&client, &pages::export_url(url)).await?;
        ensure!(lines > rows, "the export has {lines} lines for {rows} activities");
        let (goal, peers) = (Goal::at_least(500_000.0), self.peers(|peer| peer.csv_per_second));
        report.beside("CSV of everything over HTTP", csv, Unit::PerSecond, goal, peers);
        let (now, peak) = server.memory_mib()?;
        let goal = Goal::AtMost([300.0, 500.0]);
        report.add("memory while serving, at the end", now, Unit::Mebibytes, goal);
        report.add("memory while serving, highest", peak, Unit::Mebibytes, goal);
        server.stop()
    }

    fn peers(&self, of: impl Fn(&Measured) -> Option<f64>) -> Peers {
        Peers {
            sqlite: self.sqlite.as_ref().and_then(&of),
            duckdb: self.duckdb.as_ref().and_then(&of),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loading_leaves_a_full_hot_tail_at_any_size() {
        for rows in [100_000, 200_000, 1_048_576, 100_000_000] {
            let Plan { singles, hot, end } = Plan::new(rows);
            assert!(singles > rows / 2 && singles < hot && end == rows, "{rows}");
            assert_eq!(end - hot, HOT.min(rows / 4), "{rows}");
        }
    }
}
