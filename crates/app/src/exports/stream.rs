//! The export of any view: exactly what its filter shows, streamed, never held in memory. That it was asked for is
//! in the log before its first byte leaves; how it ended is in the log before its last.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::Stream;
use log::Order;
use store::exports::{Finish, Kind as StoredKind, Row, State as StoredState};
use tokio::sync::mpsc;

use super::columns::Column;
use super::csv::ViewCsvWriter;
use super::model::unavailable;
use super::rows::{export, facts_of, failed, file_name, in_group, new_row, summed, written};
use super::worker::{micros, renew};
use super::writer::{RowWriter, Tally};
use super::{Export, ExportError, Format, ZoneChoice};
use crate::activity::{
    Asked, CompleteThrough, Disclosure, Question, Scope, Scoped, Subject, UnseenScan, ViewRequest, account,
};
use crate::{App, Caller};

/// Bytes gathered before they are passed on.
const CHUNK: usize = 128 * 1024;
/// Chunks waiting for a slow reader; with `CHUNK`, the memory of one export.
const WAITING: usize = 4;
/// How long the row of a stream is its writer's without a renewal.
const LEASE: Duration = Duration::from_secs(60);
/// How often it is renewed.
const RENEW: Duration = Duration::from_secs(10);

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
    /// The bytes. An error means the file is not complete.
    pub chunks: Pin<Box<dyn Stream<Item = Result<Bytes, io::Error>> + Send>>,
    /// Set when the last chunk was yielded, for an HTTP trailer.
    pub summary: Arc<OnceLock<Summary>>,
}

/// Streams what `caller` may see of `scope`.
pub async fn export_view(
    app: &App,
    caller: &Caller,
    scope: &Scope,
    request: &ViewExport,
) -> Result<Streamed, ExportError> {
    if !caller.may_export() {
        return Err(ExportError::Forbidden);
    }
    let view = &request.view;
    let question = Question {
        q: &view.q,
        from: view.from,
        to: view.to,
        zone: &view.zone,
    };
    let scoped = Scoped::new(app, caller, scope, question).await?;
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
    let scan = app
        .log()
        .scan(scoped.bound.clone(), Order::Newest)
        .await
        .map_err(unavailable)?;
    let mut row = new_row(app, caller, kind, subject.as_ref(), scoped.text(), request.zone.name())?;
    if let Some(group) = scoped.subject.group() {
        row = in_group(row, group)?;
    }
    row.state = StoredState::Running;
    row.lease_until = app.now().plus(micros(LEASE)).0;
    row.fence = 1;
    let mut tx = app.begin().await.map_err(unavailable)?;
    store::exports::insert(tx.conn(), &row).await.map_err(unavailable)?;
    let facts = facts_of(&row, "export.generated", app.now())?;
    tx.commit(facts).await.map_err(unavailable)?;
    let disclosure = Disclosure::new(app, caller, &scoped, Asked::File(&row.id));
    begin(app, row, (scan, disclosure), writer)
}

fn begin(
    app: &App,
    row: Row,
    (scan, disclosure): (UnseenScan, Disclosure),
    writer: RowWriter,
) -> Result<Streamed, ExportError> {
    let (sender, mut receiver) = mpsc::channel(WAITING);
    let summary = Arc::new(OnceLock::new());
    let complete_through = scan.complete_through().into();
    let file_name = file_name(&row);
    let export = export(row.clone())?;
    let stream = Run {
        app: app.clone(),
        row,
        disclosure,
        sender,
        tally: Tally::default(),
        renewed: Instant::now(),
    };
    tokio::spawn(stream.run(scan, writer, Arc::clone(&summary)));
    let chunks = futures::stream::poll_fn(move |cx| receiver.poll_recv(cx));
    Ok(Streamed {
        export,
        file_name,
        complete_through,
        chunks: Box::pin(chunks),
        summary,
    })
}

/// Why a stream ended before its end.
enum Broken {
    /// The reader is gone.
    Reader,
    /// The log or the store failed.
    Log(ExportError),
}

/// One stream under way.
struct Run {
    app: App,
    row: Row,
    disclosure: Disclosure,
    sender: mpsc::Sender<Result<Bytes, io::Error>>,
    tally: Tally,
    renewed: Instant,
}

impl Run {
    async fn run(mut self, scan: UnseenScan, writer: RowWriter, summary: Arc<OnceLock<Summary>>) {
        let through = scan.complete_through();
        let mut written = self.write(scan, writer).await;
        // Whole or broken off, everybody is told of all of their rows that left.
        if let Err(error) = self.disclosure.finish().await {
            written = Err(Broken::Log(error.into()));
        }
        let error = match &written {
            Ok(()) => None,
            Err(Broken::Reader) => Some(format!("broken off by the reader after {} rows", self.tally.rows)),
            Err(Broken::Log(cause)) => {
                tracing::warn!(id = %self.row.id, error = %cause, cause = ?std::error::Error::source(cause), "a streamed export failed");
                Some(format!("the log could not be read after {} rows", self.tally.rows))
            }
        };
        let is_complete = error.is_none();
        match self.finish((through.size, through.at.0), error).await {
            Ok(done) if is_complete => {
                let _ = summary.set(done);
            }
            Ok(_) => self.fail().await,
            Err(error) => {
                tracing::warn!(id = %self.row.id, error = %error, "the end of an export could not be recorded");
                self.fail().await;
            }
        }
    }

    async fn write(&mut self, mut scan: UnseenScan, mut writer: RowWriter) -> Result<(), Broken> {
        let mut out = Vec::with_capacity(CHUNK + CHUNK / 4);
        writer.write_header(&mut out);
        while let Some(rows) = scan.next_chunk().await {
            let rows = rows.map_err(|error| Broken::Log(unavailable(error)))?;
            let rows = self.disclosure.give(rows).await;
            let rows = rows.map_err(|error| Broken::Log(error.into()))?;
            // In pieces, so that a piece and not the chunk of the log bounds what is held.
            for piece in rows.chunks(256) {
                writer.write_rows(piece, &mut out);
                self.tally.rows += piece.len() as u64;
                if out.len() >= CHUNK {
                    let full = std::mem::replace(&mut out, Vec::with_capacity(CHUNK + CHUNK / 4));
                    self.send(full).await?;
                }
            }
        }
        self.send(out).await
    }

    async fn send(&mut self, bytes: Vec<u8>) -> Result<(), Broken> {
        self.tally.add(&bytes);
        loop {
            if self.renewed.elapsed() >= RENEW {
                self.renewed = Instant::now();
                let held = renew(&self.app, &self.row, 0, &self.tally).await.map_err(Broken::Log)?;
                if !held {
                    return Err(Broken::Reader);
                }
            }
            match tokio::time::timeout(RENEW, self.sender.reserve()).await {
                Ok(Ok(permit)) => {
                    permit.send(Ok(Bytes::from(bytes)));
                    return Ok(());
                }
                Ok(Err(_)) => return Err(Broken::Reader),
                Err(_) => {}
            }
        }
    }

    async fn finish(&self, through: (u64, i64), error: Option<String>) -> Result<Summary, ExportError> {
        let summary = self.tally.summary();
        let facts = summed(facts_of(&self.row, "export.downloaded", self.app.now())?, &summary);
        let facts = match &error {
            None => facts,
            Some(reason) => failed(facts, reason),
        };
        let end = Finish {
            at: self.app.now().0,
            written: written(0, summary.rows, summary.bytes),
            sha256: error.is_none().then(|| summary.sha256.clone()),
            file: None,
            through: Some((i64::try_from(through.0).unwrap_or(i64::MAX), through.1)),
            error,
        };
        let mut tx = self.app.begin().await.map_err(unavailable)?;
        if store::exports::finish(tx.conn(), &self.row.id, self.row.fence, &end)
            .await
            .map_err(unavailable)?
        {
            tx.commit(facts).await.map_err(unavailable)?;
        }
        Ok(summary)
    }

    async fn fail(&self) {
        let error = io::Error::other("the export is not complete");
        let _ = self.sender.send(Err(error)).await;
    }
}
