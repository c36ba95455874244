//! DuckDB, through Python in an environment of its own beside what cargo builds.

use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use serde::{Deserialize, Serialize};

use super::Measured;
use super::row::{COLUMNS, Value, values};
use crate::questions::ours::Answer;
use crate::questions::{Sql, Tally};
use crate::say;
use crate::timing::{ASKED_FOR, RUNS, RUNS_AT_LEAST, bytes_below};
use crate::traffic::Traffic;

const PROGRAM: &str = include_str!("duckdb.py");
/// What is installed, exactly.
const REQUIREMENTS: &str = include_str!("requirements.txt");
const THREADS: usize = 2;
/// Rows of one file on their way into it: it is removed before the next is written.
const PART: u64 = 500_000;
/// What stands in a file where there is no value.
const ABSENT: &str = "\\N";

/// Loads all rows into a database in an empty directory and asks the questions.
pub fn measure(directory: &Path, traffic: &Traffic, questions: &[Sql]) -> Result<Measured> {
    std::fs::create_dir_all(directory)?;
    let mut peer = Peer::start(directory)?;
    let columns = COLUMNS.map(|(name, sort)| format!("{name} {sort}")).join(", ");
    peer.run(&format!("CREATE TABLE activity ({columns})"))?;
    let (rows, mut seconds, mut from) = (traffic.course.rows, 0.0, 0);
    while from < rows {
        let to = rows.min(from + PART);
        seconds += peer.load(&directory.join("part.csv"), traffic, from..to)? / 1000.0;
        from = to;
        say::progress(&format!("  {from} rows"));
    }
    seconds += peer.run("CHECKPOINT")?.ms / 1000.0;
    let bytes = bytes_below(directory)? as f64 / rows as f64;
    let answers = questions
        .iter()
        .map(|question| peer.ask(question))
        .collect::<Result<_>>()?;
    let name = peer.end()?;
    std::fs::remove_dir_all(directory)?;
    Ok(Measured {
        name,
        loaded_per_second: rows as f64 / seconds,
        bytes,
        singles_per_second: None,
        csv_per_second: None,
        answers,
    })
}

/// A line to the program.
#[derive(Serialize)]
struct Asked<'a> {
    statements: &'a [String],
    /// Whether the answer's size is the sum of the first statement's last column, not the number of its rows.
    sum: bool,
    /// How often it is timed; it is run once more before if it is more than once.
    runs: usize,
    at_least: usize,
    seconds: f64,
}

/// Its answer.
#[derive(Deserialize)]
struct Told {
    ms: f64,
    size: u64,
}

/// The running program.
struct Peer {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    name: String,
}

impl Peer {
    fn start(directory: &Path) -> Result<Self> {
        let mut child = Command::new(python()?)
            .args(["-c", PROGRAM])
            .arg(directory.join("activity.duckdb"))
            .arg(THREADS.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let input = child.stdin.take().context("DuckDB has no input")?;
        let mut output = BufReader::new(child.stdout.take().context("DuckDB has no output")?);
        let mut version = String::new();
        output.read_line(&mut version)?;
        ensure!(!version.trim().is_empty(), "DuckDB did not start");
        Ok(Self {
            child,
            input,
            output,
            name: format!("DuckDB {}", version.trim()),
        })
    }

    /// Runs a statement once.
    fn run(&mut self, statement: &str) -> Result<Told> {
        self.tell(&Asked {
            statements: &[statement.to_owned()],
            sum: false,
            runs: 1,
            at_least: 1,
            seconds: 0.0,
        })
    }

    fn ask(&mut self, question: &Sql) -> Result<Answer> {
        let Told { ms, size } = self.tell(&Asked {
            statements: &question.statements,
            sum: question.tally == Tally::Sum,
            runs: RUNS,
            at_least: RUNS_AT_LEAST,
            seconds: ASKED_FOR.as_secs_f64(),
        })?;
        Ok(Answer { ms, size })
    }

    fn tell(&mut self, asked: &Asked) -> Result<Told> {
        writeln!(self.input, "{}", serde_json::to_string(asked)?)?;
        self.input.flush()?;
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        serde_json::from_str(&line).with_context(|| format!("DuckDB did not answer: {:?}", asked.statements))
    }

    /// Writes rows into a file, has it read, and removes it; the milliseconds of reading.
    fn load(&mut self, file: &Path, traffic: &Traffic, places: std::ops::Range<u64>) -> Result<f64> {
        write(file, traffic, places)?;
        let file_name = file.display();
        let told = self.run(&format!(
            "COPY activity FROM '{file_name}' (FORMAT csv, HEADER false, DELIMITER ',', QUOTE '\"', ESCAPE '\"', NULL '{ABSENT}')"
        ))?;
        std::fs::remove_file(file)?;
        Ok(told.ms)
    }

    /// Ends the program; what it was.
    fn end(mut self) -> Result<String> {
        drop(self.input);
        let status = self.child.wait()?;
        ensure!(status.success(), "DuckDB ended with {status}");
        Ok(self.name)
    }
}

/// Writes rows as CSV.
pub(super) fn write(file: &Path, traffic: &Traffic, places: std::ops::Range<u64>) -> Result<()> {
    let mut out = csv::Writer::from_writer(BufWriter::new(File::create(file)?));
    for place in places {
        for value in values(place, &traffic.facts(place)) {
            match value {
                Value::Number(number) => out.write_field(number.to_string())?,
                Value::Text(text) => out.write_field(&*text)?,
                Value::Absent => out.write_field(ABSENT)?,
            }
        }
        out.write_record(None::<&[u8]>)?;
    }
    Ok(out.flush()?)
}

/// The environment's Python, installed unless it is there with exactly what is wanted.
fn python() -> Result<PathBuf> {
    let environment = std::env::current_exe()?.with_file_name("bench-duckdb");
    let (python, installed) = (environment.join("bin/python"), environment.join("installed.txt"));
    if python.is_file() && std::fs::read_to_string(&installed).is_ok_and(|found| found == REQUIREMENTS) {
        return Ok(python);
    }
    say::progress("DuckDB: installing");
    succeed(
        Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&environment),
    )?;
    let wanted = environment.join("requirements.txt");
    std::fs::write(&wanted, REQUIREMENTS)?;
    let pip = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--requirement",
    ];
    succeed(Command::new(&python).args(pip).arg(&wanted))?;
    // Written last: what was interrupted is begun again.
    std::fs::write(&installed, REQUIREMENTS)?;
    Ok(python)
}

fn succeed(command: &mut Command) -> Result<()> {
    let status = command.stdout(std::io::stderr()).status();
    let status = status.with_context(|| format!("{:?} could not be started", command.get_program()))?;
    ensure!(status.success(), "{:?} ended with {status}", command.get_program());
    Ok(())
}
