//! The export of any view: exactly what its filter shows, streamed, never held in memory. That it was asked for is
//! in the log before its first byte leaves; how it ended is in the log before its last.

use std::sync::{Arc, OnceLock};

use activity::Reason;
use engine::{Full, Lease, LogError, Order, Permit, Through};
use futures::{Stream, StreamExt as _};
use store::exports::{ExportRow, Finish, Kind as StoredKind, State as StoredState};

use super::columns::Column;
use super::csv::ViewCsvWriter;
use super::rows::{export, facts_of, file_name, in_group, new_row, number, summed};
use super::worker::ended;
use super::writer::{RowWriter, Tally};
use super::{Export, ExportError, Format};
use crate::activity::{
    CompleteThrough, Delivery, Disclosure, LogScope, Question, Scoped, Subject, Unseen, UnseenScan, ViewRequest,
    account,
};
use crate::facts::failed;
use crate::feed::{Chunks, Feed, Lost, feed};
use crate::zone::ZoneChoice;
use crate::{App, Caller};

/// Bytes gathered before they are passed on.
const CHUNK: usize = 128 * 1024;

/// What of a view is exported, and how.
#[derive(Clone, Debug)]
pub struct ViewExport {
    /// The view; its cursor and limit do not matter.
    pub view: ViewRequest,
    /// The form of the file.
    pub format: Format,
    /// Columns of a CSV by name, in order; empty for all.
    pub columns: Vec<String>,
    /// The zone of the times in a CSV.
    pub zone: ZoneChoice,
}

/// What is known when the last byte is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Rows written.
    pub rows: u64,
    /// Bytes written.
    pub bytes: u64,
    /// SHA-256 of all bytes, in hexadecimal.
    pub sha256: String,
}

/// A file on its way to the reader.
pub struct Streamed {
    /// Its row, as on the page of exports.
    pub export: Export,
    /// The name to save it under.
    pub file_name: String,
    /// Up to where it is complete.
    pub complete_through: CompleteThrough,
    /// The bytes. An error means the file is not whole.
    pub chunks: Chunks,
    /// Set when the last chunk was yielded, for an HTTP trailer.
    pub summary: Arc<OnceLock<Summary>>,
}

/// Streams what `caller` may see of `scope`.
pub async fn export_view(
    app: &App,
    caller: &Caller,
    scope: &LogScope,
    request: &ViewExport,
) -> Result<Streamed, ExportError> {
    if !caller.may_export() {
        return Err(ExportError::Forbidden);
    }
    let permit = permit(app, caller)?;
    let view = &request.view;
    let question = Question {
        q: &view.q,
        from: view.from,
        to: view.to,
        zone: &view.zone,
    };
    let scoped = Scoped::new(app, caller, scope, question)
        .await?
        .hiding_reads(view.hides_reads);
    let (kind, writer) = match request.format {
        Format::Jsonl => (StoredKind::ViewJsonl, RowWriter::Jsonl),
        Format::Csv => {
            let columns = Column::choose(&request.columns)?;
            let writer = ViewCsvWriter::new(columns, &request.zone);
            (StoredKind::ViewCsv, RowWriter::ViewCsv(Box::new(writer)))
        }
    };
    let subject = match &scoped.subject {
        Subject::Own(_) => Some(caller.person.clone()),
        Subject::Other(id) => Some(account(app, id).await?.unwrap_or_else(|| activity::Person {
            id: id.clone(),
            ..activity::Person::default()
        })),
        Subject::Group { .. } | Subject::Everybody => None,
    };
    // Opened before the export is recorded, so that a file does not tell of itself.
    let scan = app.log().scan(scoped.bound.clone(), Order::Newest).await?;
    let mut row = new_row(app, caller, kind, subject.as_ref(), scoped.text(), request.zone.name())?;
    if let Some(group) = scoped.subject.group() {
        row = in_group(row, group)?;
    }
    row.state = StoredState::Running;
    let mut tx = app.begin().await?;
    store::exports::insert(&mut tx, &row).await?;
    let lease = app.jobs().begin(&mut tx, &store::exports::job(&row.id)).await?;
    let facts = facts_of(&row, "export.generated", app.now())?;
    tx.commit(facts).await?;
    let disclosure = Disclosure::new(app, caller, &scoped, Delivery::File(&row.id));
    let begun = Begun {
        row,
        lease,
        disclosure,
        permit,
    };
    begin(app, begun, scan, writer)
}

/// A permit among those whose files are on their way.
pub(crate) fn permit(app: &App, caller: &Caller) -> Result<Permit<String>, ExportError> {
    let permit = app.streaming().take(caller.person.id.clone());
    permit.map_err(|full| ExportError::TooMany {
        yours: full == Full::Each,
    })
}

/// A stream that is recorded and has not sent anything yet.
struct Begun {
    row: ExportRow,
    lease: Lease,
    disclosure: Disclosure,
    permit: Permit<String>,
}

fn begin(app: &App, begun: Begun, scan: UnseenScan, writer: RowWriter) -> Result<Streamed, ExportError> {
    let Begun {
        row,
        lease,
        disclosure,
        permit,
    } = begun;
    let (feed, chunks) = feed(&app.settings().exports);
    let summary = Arc::new(OnceLock::new());
    let complete_through = scan.complete_through();
    let file_name = file_name(&row);
    let export = export(row.clone())?;
    let run = Run {
        app: app.clone(),
        row,
        disclosure,
        feed,
        through: complete_through,
        tally: Tally::default(),
        lease: Arc::new(lease),
    };
    let done = Arc::clone(&summary);
    app.tasks().once("export", async move {
        run.run(scan, writer, done).await;
        drop(permit);
    });
    Ok(Streamed {
        export,
        file_name,
        complete_through: complete_through.into(),
        chunks,
        summary,
    })
}

/// Why a stream ended before its end.
#[derive(Debug)]
enum Broken {
    /// The reader is gone or too slow.
    Reader(Lost),
    /// The row was given up by another, who has said so.
    Lease,
    /// The log or the store failed.
    Log(ExportError),
}

impl From<Lost> for Broken {
    fn from(lost: Lost) -> Self {
        Self::Reader(lost)
    }
}

/// One stream under way.
struct Run {
    app: App,
    row: ExportRow,
    disclosure: Disclosure,
    feed: Feed,
    through: Through,
    tally: Tally,
    lease: Arc<Lease>,
}

impl Run {
    /// Writes all of it, and says how it ended: in the log, and by the way the file ends.
    async fn run(
        mut self,
        rows: impl Stream<Item = Result<Unseen, LogError>> + Unpin,
        writer: RowWriter,
        summary: Arc<OnceLock<Summary>>,
    ) {
        let lease = Arc::clone(&self.lease);
        let held = lease.hold(self.write(rows, writer)).await;
        let mut written = held.unwrap_or(Err(Broken::Lease));
        // Whole or broken off, everybody is told of all of their rows that left.
        if let Err(error) = self.disclosure.finish().await {
            written = Err(Broken::Log(error.into()));
        }
        let broken = match written {
            Ok(()) => None,
            Err(Broken::Reader(Lost::Gone)) => Some(Reason::BrokenOff),
            Err(Broken::Reader(Lost::Slow)) => Some(Reason::ReaderTooSlow),
            Err(Broken::Lease) => {
                tracing::warn!(id = %self.row.id, "a streamed export was given up by another");
                return;
            }
            Err(Broken::Log(cause)) => {
                tracing::warn!(id = %self.row.id, error = %cause, cause = ?std::error::Error::source(&cause), "a streamed export failed");
                Some(Reason::LogNotRead)
            }
        };
        let is_whole = broken.is_none();
        match self.finish(broken).await {
            Ok(Some(done)) if is_whole => {
                let _ = summary.set(done);
                self.feed.whole().await;
            }
            Ok(Some(_)) => {}
            Ok(None) => tracing::warn!(id = %self.row.id, "a streamed export was given up by another at its end"),
            Err(error) => {
                tracing::warn!(id = %self.row.id, error = %error, "the end of an export could not be recorded");
            }
        }
    }

    async fn write(
        &mut self,
        mut chunks: impl Stream<Item = Result<Unseen, LogError>> + Unpin,
        mut writer: RowWriter,
    ) -> Result<(), Broken> {
        let mut out = Vec::with_capacity(CHUNK + CHUNK / 4);
        writer.write_header(&mut out);
        while let Some(rows) = chunks.next().await {
            let rows = rows.map_err(|error| Broken::Log(error.into()))?;
            let rows = self.disclosure.give(rows).await;
            let rows = rows.map_err(|error| Broken::Log(error.into()))?;
            // In pieces, so that a piece and not the chunk of the log bounds what is held.
            for piece in rows.chunks(16) {
                writer.write_rows(piece, &mut out);
                self.tally.rows += piece.len() as u64;
                if out.len() >= CHUNK {
                    let full = std::mem::replace(&mut out, Vec::with_capacity(CHUNK + CHUNK / 4));
                    self.send(full).await?;
                }
            }
        }
        self.send(out).await?;
        // It is called delivered only once the reader took all of it.
        Ok(self.feed.taken().await?)
    }

    async fn send(&mut self, bytes: Vec<u8>) -> Result<(), Broken> {
        self.tally.add(&bytes);
        self.lease.progress().reached(self.tally.rows);
        Ok(self.feed.send(bytes).await?)
    }

    /// Records the end; `None` if the row was given up before.
    async fn finish(&self, broken: Option<Reason>) -> Result<Option<Summary>, ExportError> {
        let summary = self.tally.summary();
        let facts = summed(facts_of(&self.row, "export.downloaded", self.app.now())?, &summary);
        let facts = match broken {
            None => facts,
            Some(reason) => failed(facts, reason),
        };
        let size = i64::try_from(self.through.size).unwrap_or(i64::MAX);
        let end = Finish {
            at: self.app.now().0,
            rows: number(summary.rows),
            bytes: number(summary.bytes),
            sha256: broken.is_none().then(|| summary.sha256.clone()),
            file: None,
            through: Some((size, self.through.at.0)),
            error: broken.map(|reason| reason.in_words().to_owned()),
        };
        let mut tx = self.app.begin().await?;
        if !ended(&mut tx, &self.row.id, self.lease.fence(), &end).await? {
            return Ok(None);
        }
        tx.commit(facts).await?;
        Ok(Some(summary))
    }
}

#[cfg(test)]
pub(super) mod tests;
