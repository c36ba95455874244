//! Imports files, a batch at a time: each batch is durable before the next is read. A rehearsal reads them alike and
//! writes nothing; where what they hold goes is for whoever reads them to say.

use std::io::{self, BufRead};
use std::sync::Arc;

use activity::{Named, Time};
use engine::{Batch, IngestError, Item};
use foreign::auth::Years;
use foreign::mapping::Mapping;
use foreign::{Found, Origin};
use jiff::tz::TimeZone;

use super::begin::{AUTH, Begin, take_up, told};
use super::end::{End, close, forget};
use super::imported::names;
use super::lines::{LONGEST, Lines};
use super::reader::{Gathered, Reader};
use super::summary::{Summary, Watch};
use crate::error::unavailable;
use crate::ingest::Reporter;
use crate::{App, Caller, Unavailable};

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

impl Import {
    /// What is read in, as it is told from others.
    #[must_use]
    pub fn begin(&self, inputs: &[Input]) -> Begin {
        let format = match &self.format {
            ImportFormat::Auth => AUTH,
            ImportFormat::Jsonl => "jsonl",
            ImportFormat::Mapped(mapping) => &mapping.name,
        };
        Begin {
            format: format.to_owned(),
            source: self.source.clone(),
            files: told(inputs),
        }
    }
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
    /// The import was undone while it went on.
    #[error("the import was undone meanwhile, and so it does not go on")]
    Undone,
    /// What is not the log of this process did not take it.
    #[error("{0}")]
    Elsewhere(Box<dyn std::error::Error + Send + Sync>),
    /// A part this needs does not answer.
    #[error(transparent)]
    Unavailable(Unavailable),
}

unavailable!(ImportError);

impl From<IngestError> for ImportError {
    fn from(error: IngestError) -> Self {
        match error {
            IngestError::Over => Self::Undone,
            other => Self::Unavailable(other.into()),
        }
    }
}

/// Where what lines give goes.
pub trait Destination: Send {
    /// Takes these, durably, and says what became of them.
    fn take(&mut self, batch: Vec<Found>) -> impl Future<Output = Result<Taken, ImportError>> + Send;
}

/// What became of a batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// How many were recorded.
    pub recorded: u64,
    /// How many were there already.
    pub known: u64,
    /// By their places, why others were refused.
    pub refused: Vec<(usize, String)>,
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
    let (begin, by) = (
        request.begin(inputs),
        Named {
            id: caller.person.id.clone(),
            name: caller.person.name.clone(),
        },
    );
    let id = take_up(app, &by, &begin).await?;
    let reporter = reporter(&begin, id);
    let mut log = IntoLog {
        app,
        reporter: &reporter,
    };
    let mut summary = Summary::default();
    let reading = Reading {
        now: app.now(),
        reporter: Some(&reporter),
    };
    let done = through(request, inputs, reading, &mut log, (&mut summary, watch)).await;
    // Whatever ended it, what it recorded is told.
    let end = End {
        whole: done.is_ok() && !summary.stopped,
        unreadable: summary.unreadable,
    };
    let closed = match forget(app, id).await {
        Ok(false) => close(app, caller, id, &end).await,
        other => other.map(drop),
    };
    done?;
    closed?;
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
    let reporter = reporter(&request.begin(inputs), 0);
    let mut summary = Summary::default();
    let reading = Reading {
        now,
        reporter: Some(&reporter),
    };
    through(request, inputs, reading, &mut Nowhere, (&mut summary, watch)).await?;
    Ok(summary)
}

/// Reads everything in these files as of now and gives it to somebody else, who judges what may be said. What became of it
/// is in the summary, whatever ended it.
pub async fn read(
    now: Time,
    request: &Import,
    inputs: &[Input],
    to: &mut impl Destination,
    of: (&mut Summary, &mut dyn Watch),
) -> Result<(), ImportError> {
    let reading = Reading { now, reporter: None };
    through(request, inputs, reading, to, of).await
}

fn reporter(begin: &Begin, id: u64) -> Reporter {
    Reporter::import(id, &begin.ledger(), &names(&begin.files))
}

/// How lines are read.
struct Reading<'a> {
    now: Time,
    /// Whose word they are, where that is judged here.
    reporter: Option<&'a Reporter>,
}

/// Reads every line, until the watcher stops it; what they give goes where it is to go.
async fn through(
    request: &Import,
    inputs: &[Input],
    reading: Reading<'_>,
    to: &mut impl Destination,
    (summary, watch): (&mut Summary, &mut dyn Watch),
) -> Result<(), ImportError> {
    let year = match (&request.format, request.year) {
        (_, Some(year)) => year,
        (ImportFormat::Auth, None) => first_year(inputs, reading.now)?,
        _ => 0,
    };
    let mut reader = Reader::new(request, year, reading.now, reading.reporter);
    let mut batch = Vec::with_capacity(BATCH);
    'files: for (file, input) in (0..).zip(inputs) {
        let text = (input.open)().map_err(|source| failed(input, 0, source))?;
        let mut lines = Lines::new(text, reader.longest());
        let mut number = 0;
        while let Some(line) = lines.next().map_err(|source| failed(input, number, source))? {
            number = line.number;
            summary.lines += 1;
            let mut gathered = Gathered {
                batch: &mut batch,
                summary: &mut *summary,
                watch: &mut *watch,
            };
            reader.read(file, &line, &mut gathered);
            if batch.len() >= BATCH {
                hand_over(to, &mut batch, summary, watch).await?;
            }
            if summary.lines % REPORT_EVERY == 0 {
                watch.progress(summary.lines, summary.recorded);
            }
            if watch.stops() {
                summary.stopped = true;
                break 'files;
            }
        }
    }
    // What is not certain yet, because later lines tell more of it, is none of what was read before a stop.
    if !summary.stopped {
        let mut gathered = Gathered {
            batch: &mut batch,
            summary: &mut *summary,
            watch: &mut *watch,
        };
        reader.finish(&mut gathered);
    }
    hand_over(to, &mut batch, summary, watch).await?;
    watch.progress(summary.lines, summary.recorded);
    Ok(())
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

/// Gives a batch away, so many at once.
async fn hand_over(
    to: &mut impl Destination,
    batch: &mut Vec<Found>,
    summary: &mut Summary,
    watch: &mut dyn Watch,
) -> Result<(), ImportError> {
    while !batch.is_empty() {
        let part: Vec<Found> = batch.drain(..batch.len().min(BATCH)).collect();
        let origins: Vec<Origin> = part.iter().map(|found| found.origin).collect();
        let taken = to.take(part).await?;
        summary.recorded += taken.recorded;
        summary.known += taken.known;
        for (place, why) in taken.refused {
            summary.unreadable += 1;
            watch.unreadable(origins.get(place).copied().unwrap_or_default(), &why);
        }
    }
    Ok(())
}

/// A rehearsal's.
struct Nowhere;

impl Destination for Nowhere {
    async fn take(&mut self, batch: Vec<Found>) -> Result<Taken, ImportError> {
        Ok(Taken {
            recorded: batch.len() as u64,
            ..Taken::default()
        })
    }
}

/// The log of this process.
struct IntoLog<'a> {
    app: &'a App,
    reporter: &'a Reporter,
}

impl Destination for IntoLog<'_> {
    async fn take(&mut self, batch: Vec<Found>) -> Result<Taken, ImportError> {
        let (mut facts, mut numbers) = (Vec::with_capacity(batch.len()), Vec::new());
        for found in batch {
            let number = |number| self.reporter.number(facts.len(), &found.facts, number);
            numbers.extend(found.numbered.map(number));
            facts.push(found.facts);
        }
        let result = self.app.log().ingest(Batch {
            facts,
            idempotency: None,
            source: self.reporter.source().clone(),
            numbers,
        });
        let items = result.await?.items;
        let is_new = |item: &&Item| matches!(item, Item::Recorded { .. });
        let recorded = items.iter().filter(is_new).count();
        Ok(Taken {
            recorded: recorded as u64,
            known: (items.len() - recorded) as u64,
            refused: Vec::new(),
        })
    }
}
