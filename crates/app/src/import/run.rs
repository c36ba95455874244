//! Imports a log, a batch at a time: each batch is durable before the next is read.

use std::collections::BTreeMap;
use std::io::{self, BufRead};

use activity::json::Reported;
use activity::limits::{self, FieldError};
use engine::{Batch, IngestError, Item};
use jiff::tz::TimeZone;

use super::keys::Keys;
use super::lines::{LONGEST, Line, Lines};
use super::openssh::OpenSsh;
use super::{Reading, jsonl};
use crate::error::unavailable;
use crate::ingest::{Reporter, restrict};
use crate::{App, Caller, Unavailable, facts};

/// Activities committed at once.
const BATCH: usize = 4_000;
/// Lines between two reports of progress.
const REPORT_EVERY: u64 = 1_000;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportFormat {
    /// The log of OpenSSH's server as syslog writes it.
    OpenSsh,
    /// JSON Lines: an activity to a line, as the API takes them or as an export wrote them.
    Jsonl,
}

/// What is read in.
#[derive(Clone, Debug)]
pub struct Import {
    /// What the file is.
    pub format: ImportFormat,
    /// Tells logs apart whose lines may have the same text or ids; empty for the usual one of the format.
    pub source: String,
    /// What the file is called, for the activity that this import is.
    pub file_name: String,
    /// The year of the first line, for formats that do not write it; `None` for the latest that is not in the future.
    pub year: Option<i16>,
    /// The zone of times that do not say theirs.
    pub zone: TimeZone,
}

/// How far an import is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Bytes read.
    pub bytes: u64,
    /// Lines read.
    pub lines: u64,
    /// Activities recorded.
    pub recorded: u64,
}

/// Who follows an import.
pub trait Watch: Send {
    /// It is so far.
    fn progress(&mut self, progress: &Progress);
    /// This line cannot be read, for this reason.
    fn unreadable(&mut self, line: u64, why: &str);
}

/// What became of all lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Lines read.
    pub lines: u64,
    /// Activities recorded now.
    pub recorded: u64,
    /// Activities that were there from an earlier import.
    pub known: u64,
    /// Lines that are no activities, counted by reason.
    pub ignored: BTreeMap<&'static str, u64>,
    /// Lines that could not be read.
    pub unreadable: u64,
}

/// Why an import ended early. What was recorded before is recorded; repeating the import goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The caller may not import.
    #[error("only an administrator may import a log")]
    Forbidden,
    /// The file cannot be read.
    #[error("the file cannot be read after line {line}: {source}")]
    Input {
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

/// Reads everything in `input` into the log and says what became of it.
pub async fn import(
    app: &App,
    caller: &Caller,
    request: &Import,
    input: impl BufRead + Send,
    watch: &mut dyn Watch,
) -> Result<Summary, ImportError> {
    if !caller.is_administrator() {
        return Err(ImportError::Forbidden);
    }
    let mut reader = Reader::new(app, request);
    let mut summary = Summary::default();
    let mut lines = Lines::new(input);
    let (mut batch, mut bytes) = (Vec::with_capacity(BATCH), 0);
    loop {
        let line = lines.next().map_err(|source| ImportError::Input {
            line: summary.lines,
            source,
        })?;
        let Some(line) = line else { break };
        summary.lines = line.number;
        bytes = line.offset;
        let number = line.number;
        match reader.read(&line) {
            Reading::Activities(read) => batch.extend(read),
            Reading::Ignored(reason) => *summary.ignored.entry(reason).or_default() += 1,
            Reading::Unreadable(why) => {
                summary.unreadable += 1;
                watch.unreadable(number, &why);
            }
        }
        if batch.len() >= BATCH {
            record(app, &reader.reporter, &mut batch, &mut summary).await?;
        }
        if number % REPORT_EVERY == 0 {
            watch.progress(&Progress {
                bytes,
                lines: number,
                recorded: summary.recorded,
            });
        }
    }
    record(app, &reader.reporter, &mut batch, &mut summary).await?;
    watch.progress(&Progress {
        bytes,
        lines: summary.lines,
        recorded: summary.recorded,
    });
    if summary.recorded > 0 {
        leave_a_trace(app, caller, request, &summary).await?;
    }
    Ok(summary)
}

/// Turns lines of one format into facts that keep every limit and carry their stable key.
struct Reader<'a> {
    app: &'a App,
    format: ImportFormat,
    open_ssh: OpenSsh,
    keys: Keys,
    reporter: Reporter,
}

impl<'a> Reader<'a> {
    fn new(app: &'a App, request: &Import) -> Self {
        let format = match request.format {
            ImportFormat::OpenSsh => "openssh",
            ImportFormat::Jsonl => "jsonl",
        };
        let open_ssh = OpenSsh::new(request.year, request.zone.clone(), app.now());
        let ledger = format!("import:{format}:{}", request.source);
        Self {
            app,
            format: request.format,
            open_ssh,
            keys: Keys::default(),
            reporter: Reporter::import(&ledger, &request.file_name),
        }
    }

    fn read(&mut self, line: &Line<'_>) -> Reading {
        if line.too_long {
            return Reading::unreadable(format!("longer than {} KiB", LONGEST / 1024));
        }
        let text = match std::str::from_utf8(line.bytes) {
            Ok(text) => text,
            Err(error) => return Reading::unreadable(format!("not UTF-8 at byte {}", error.valid_up_to() + 1)),
        };
        if text.trim().is_empty() {
            return Reading::Ignored("empty lines");
        }
        let now = self.app.now();
        let reading = match self.format {
            ImportFormat::OpenSsh => self.open_ssh.read(text),
            ImportFormat::Jsonl => jsonl::read(text, now),
        };
        let Reading::Activities(read) = reading else {
            return reading;
        };
        let read: Result<Vec<Reported>, Vec<FieldError>> = read
            .into_iter()
            .map(|mut reported| {
                if reported.facts.external_id.is_none() {
                    reported.facts.external_id = Some(self.keys.key(line.bytes));
                }
                limits::check(&reported.facts, now)?;
                // A file speaks no more for this installation than a program does.
                let facts = restrict(&self.reporter, reported.facts)?;
                Ok(Reported { facts, ..reported })
            })
            .collect();
        match read {
            Ok(read) => Reading::Activities(read),
            Err(errors) => {
                let all: Vec<String> = errors.iter().map(ToString::to_string).collect();
                Reading::unreadable(all.join("; "))
            }
        }
    }
}

async fn record(
    app: &App,
    reporter: &Reporter,
    batch: &mut Vec<Reported>,
    summary: &mut Summary,
) -> Result<(), ImportError> {
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
async fn leave_a_trace(app: &App, caller: &Caller, request: &Import, summary: &Summary) -> Result<(), Unavailable> {
    let mut facts = facts::of_installation(app, caller, "log.imported");
    facts.metadata.insert("count".to_owned(), summary.recorded.to_string());
    facts
        .metadata
        .insert("source".to_owned(), request.file_name.chars().take(200).collect());
    app.begin().await?.commit(facts).await
}
