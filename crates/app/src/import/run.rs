//! Imports files, a batch at a time: each batch is durable before the next is read. A rehearsal reads them alike and
//! writes nothing.

use std::io::{self, BufRead};
use std::sync::Arc;

use activity::Time;
use activity::json::Reported;
use engine::{Batch, IngestError, Item};
use foreign::auth::Years;
use foreign::mapping::Mapping;
use jiff::tz::TimeZone;

use super::lines::{LONGEST, Lines};
use super::reader::{Gathered, Reader};
use super::summary::{Summary, Watch};
use crate::error::unavailable;
use crate::ingest::Reporter;
use crate::{App, Caller, Unavailable, facts};

/// Activities committed at once.
const BATCH: usize = 4_000;
/// Lines between two reports of progress.
const REPORT_EVERY: u64 = 1_000;

/// What files are.
#[derive(Clone, Debug)]
pub enum ImportFormat {
    /// The auth log of a machine, as syslog or the journal writes it.
    Auth,
    /// JSON Lines: an activity to a line, as the API takes them or as an export wrote them.
    Jsonl,
    /// Events of another product, by a mapping: an event, or a list of them, to a line.
    Mapped(Arc<Mapping>),
}

/// What is read in.
#[derive(Clone, Debug)]
pub struct Import {
    /// What the files are.
    pub format: ImportFormat,
    /// Tells logs apart whose lines may have the same text or ids; empty for the usual one of the format.
    pub source: String,
    /// The year of the first line, for formats that do not write it; `None` for the latest with which no line is in the
    /// future.
    pub year: Option<i16>,
    /// The zone of times that do not say theirs.
    pub zone: TimeZone,
}

/// Opens a file at its beginning.
pub type Open = Box<dyn Fn() -> io::Result<Box<dyn BufRead + Send>> + Send + Sync>;

/// A file that is read in; several are the parts of one log, oldest first.
pub struct Input {
    /// What it is called, for the activity that this import is.
    pub name: String,
    /// Opens its text, more than once where the year of its lines has to be found first.
    pub open: Open,
}

impl Input {
    /// A file of these bytes, which may be compressed.
    #[must_use]
    pub fn of_bytes(name: &str, bytes: Vec<u8>) -> Self {
        let bytes: Arc<[u8]> = bytes.into();
        Self {
            name: name.to_owned(),
            open: Box::new(move || super::decoded(Box::new(io::Cursor::new(Arc::clone(&bytes))))),
        }
    }
}

/// Why an import ended early. What was recorded before is recorded; repeating the import goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The caller may not import.
    #[error("only an administrator may import a log")]
    Forbidden,
    /// A file cannot be read.
    #[error("{name} cannot be read after line {line}: {source}")]
    Input {
        /// Which.
        name: String,
        /// The last line read.
        line: u64,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A part this needs does not answer.
    #[error(transparent)]
    Unavailable(Unavailable),
}

unavailable!(ImportError);

impl From<IngestError> for ImportError {
    fn from(error: IngestError) -> Self {
        Self::Unavailable(error.into())
    }
}

/// Reads everything in these files into the log and says what became of it.
pub async fn import(
    app: &App,
    caller: &Caller,
    request: &Import,
    inputs: &[Input],
    watch: &mut dyn Watch,
) -> Result<Summary, ImportError> {
    if !caller.is_administrator() {
        return Err(ImportError::Forbidden);
    }
    let reporter = reporter(request, inputs);
    let summary = through(Some(app), request, inputs, app.now(), &reporter, watch).await?;
    if summary.recorded > 0 {
        leave_a_trace(app, caller, inputs, &summary).await?;
    }
    Ok(summary)
}

/// Reads everything in these files as of now and says what an import would make of it. Writes nothing, and so cannot say
/// what is already there.
pub async fn rehearse(
    now: Time,
    request: &Import,
    inputs: &[Input],
    watch: &mut dyn Watch,
) -> Result<Summary, ImportError> {
    through(None, request, inputs, now, &reporter(request, inputs), watch).await
}

fn reporter(request: &Import, inputs: &[Input]) -> Reporter {
    // The older name of the format is that of what was imported before it had this one.
    let format = match &request.format {
        ImportFormat::Auth => "openssh",
        ImportFormat::Jsonl => "jsonl",
        ImportFormat::Mapped(mapping) => &mapping.name,
    };
    Reporter::import(&format!("import:{format}:{}", request.source), &names(inputs))
}

/// Reads every line; where there is an app, what they give goes into its log.
async fn through(
    app: Option<&App>,
    request: &Import,
    inputs: &[Input],
    now: Time,
    reporter: &Reporter,
    watch: &mut dyn Watch,
) -> Result<Summary, ImportError> {
    let year = match (&request.format, request.year) {
        (_, Some(year)) => year,
        (ImportFormat::Auth, None) => first_year(inputs, now)?,
        _ => 0,
    };
    let mut reader = Reader::new(request, year, now, reporter);
    let mut summary = Summary::default();
    let mut batch = Vec::with_capacity(BATCH);
    for (file, input) in (0..).zip(inputs) {
        let text = (input.open)().map_err(|source| failed(input, 0, source))?;
        let mut lines = Lines::new(text, reader.longest());
        let mut number = 0;
        while let Some(line) = lines.next().map_err(|source| failed(input, number, source))? {
            number = line.number;
            summary.lines += 1;
            let mut to = Gathered {
                batch: &mut batch,
                summary: &mut summary,
                watch,
            };
            reader.read(file, &line, &mut to);
            if batch.len() >= BATCH {
                record(app, reporter, &mut batch, &mut summary).await?;
            }
            if summary.lines % REPORT_EVERY == 0 {
                watch.progress(summary.lines, summary.recorded);
            }
        }
    }
    let mut to = Gathered {
        batch: &mut batch,
        summary: &mut summary,
        watch,
    };
    reader.finish(&mut to);
    record(app, reporter, &mut batch, &mut summary).await?;
    watch.progress(summary.lines, summary.recorded);
    Ok(summary)
}

fn failed(input: &Input, line: u64, source: io::Error) -> ImportError {
    ImportError::Input {
        name: input.name.clone(),
        line,
        source,
    }
}

/// The year of the first line, found by reading all times.
fn first_year(inputs: &[Input], now: Time) -> Result<i16, ImportError> {
    let mut years = Years::new();
    for input in inputs {
        let text = (input.open)().map_err(|source| failed(input, 0, source))?;
        let mut lines = Lines::new(text, LONGEST);
        let mut number = 0;
        while let Some(line) = lines.next().map_err(|source| failed(input, number, source))? {
            number = line.number;
            years.look(&foreign::text::of_line(line.bytes));
        }
    }
    Ok(years.first(now))
}

async fn record(
    app: Option<&App>,
    reporter: &Reporter,
    batch: &mut Vec<Reported>,
    summary: &mut Summary,
) -> Result<(), ImportError> {
    let Some(app) = app else {
        summary.recorded += batch.len() as u64;
        batch.clear();
        return Ok(());
    };
    while !batch.is_empty() {
        let (mut facts, mut numbers) = (Vec::with_capacity(BATCH), Vec::new());
        for reported in batch.drain(..batch.len().min(BATCH)) {
            let number = |number| reporter.number(facts.len(), &reported.facts, number);
            numbers.extend(reported.numbered.map(number));
            facts.push(reported.facts);
        }
        let source = reporter.source().clone();
        let result = app
            .log()
            .ingest(Batch {
                facts,
                idempotency: None,
                source,
                numbers,
            })
            .await?;
        for item in result.items {
            match item {
                Item::Recorded { .. } => summary.recorded += 1,
                Item::Duplicate { .. } => summary.known += 1,
            }
        }
    }
    Ok(())
}

/// The import itself is an activity.
async fn leave_a_trace(app: &App, caller: &Caller, inputs: &[Input], summary: &Summary) -> Result<(), Unavailable> {
    let mut facts = facts::of_installation(app, caller, "log.imported");
    facts.metadata.insert("count".to_owned(), summary.recorded.to_string());
    facts.metadata.insert("source".to_owned(), names(inputs));
    app.begin().await?.commit(facts).await
}

/// What the files are called, together.
fn names(inputs: &[Input]) -> String {
    let name = |input: &Input| input.name.chars().take(200).collect::<String>();
    match inputs {
        [] => String::new(),
        [one] => name(one),
        [first, .., last] => format!("{} to {}", name(first), name(last)),
    }
}
