//! Sending an import to a running server: a batch at a time, each with an `Idempotency-Key`, and with a mark of how far it
//! is, so that what was broken off goes on from there. What lines say is read as for a data directory.

mod mark;
mod server;
mod wire;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use activity::Time;
use anyhow::{Context as _, Result};
use app::import::{Destination, Found, Import, ImportError, Origin, Summary, Taken, Watch, read};
use mark::Mark;
use serde_json::{Value, json};
pub(super) use server::Server;
use server::Waiting;
use sha2::{Digest as _, Sha256};
use wire::{Answer, row, taken};

use super::files::Files;
use super::import::Report;
use crate::compose;

/// Bytes and activities of one request.
const BYTES: usize = 2 << 20;
const ITEMS: usize = 1_000;
/// Sends all that these files hold.
pub(super) async fn send(server: &Server, request: &Import, files: &Files, report: &mut Report) -> Result<Summary> {
    let now = compose::clock().now();
    let (say, stop) = report.voice();
    let waiting = Waiting { say: &say, stop: &stop };
    let begin = request.begin(&files.inputs);
    let body = json!({ "format": begin.format, "source": begin.source, "files": begin.files });
    let begun = server.ask("/v1/imports", &body, None, &waiting).await?.good()?;
    let id = begun["id"]
        .as_u64()
        .context("the server does not say the import's number")?;
    let mark = begun["mark"].as_str().and_then(Mark::parse);
    let skipped = match mark {
        Some(mark) => sent_before(now, request, files, (&mark, &stop)).await?,
        None => 0,
    };
    if skipped > 0 {
        waiting.say(&format!(
            "import {id} goes on after {skipped} activities that were sent before"
        ));
    }
    files.read.store(0, Ordering::Relaxed);
    let mut sending = Sending {
        server,
        waiting,
        id,
        mark: Mark::default(),
        skipped,
        refused: 0,
        most: ITEMS,
    };
    let mut summary = Summary::default();
    let done = read(now, request, &files.inputs, &mut sending, (&mut summary, report)).await;
    // Whatever ended it, the server is told what it recorded.
    let end = json!({
        "whole": done.is_ok() && !summary.stopped,
        // The server counted what it refused itself.
        "unreadable": (summary.unreadable - sending.refused).min(u64::from(u32::MAX)),
    });
    let told = server
        .ask(&format!("/v1/imports/{id}/end"), &end, None, &sending.waiting)
        .await;
    done?;
    told?.good()?;
    Ok(summary)
}

/// How many of the activities that these files hold were sent before: those up to the mark, if they are the same.
async fn sent_before(
    now: Time,
    request: &Import,
    files: &Files,
    (mark, stop): (&Mark, &Arc<AtomicBool>),
) -> Result<u64> {
    let (mut summary, reached) = (Summary::default(), Arc::new(AtomicBool::new(false)));
    let mut counting = Counting {
        of: mark.count,
        mark: Mark::default(),
        reached: Arc::clone(&reached),
    };
    let mut silent = Silent(reached, Arc::clone(stop));
    read(now, request, &files.inputs, &mut counting, (&mut summary, &mut silent)).await?;
    Ok(if counting.mark == *mark { mark.count } else { 0 })
}

/// Goes through what was sent before.
struct Counting {
    of: u64,
    mark: Mark,
    reached: Arc<AtomicBool>,
}

impl Destination for Counting {
    async fn take(&mut self, batch: Vec<Found>) -> Result<Taken, ImportError> {
        for found in batch
            .iter()
            .take(usize::try_from(self.of - self.mark.count).unwrap_or(usize::MAX))
        {
            self.mark.add(found);
        }
        self.reached.store(self.mark.count == self.of, Ordering::Relaxed);
        Ok(Taken::default())
    }
}

/// Says nothing, and stops when all that was sent before was seen, or it is asked to.
struct Silent(Arc<AtomicBool>, Arc<AtomicBool>);

impl Watch for Silent {
    fn progress(&mut self, _: u64, _: u64) {}
    fn unreadable(&mut self, _: Origin, _: &str) {}
    fn stops(&self) -> bool {
        self.0.load(Ordering::Relaxed) || self.1.load(Ordering::Relaxed)
    }
}

/// Sends what was not sent before.
struct Sending<'a> {
    server: &'a Server,
    waiting: Waiting<'a>,
    id: u64,
    mark: Mark,
    /// How many, from the first, are passed over.
    skipped: u64,
    /// How many the server refused.
    refused: u64,
    /// Activities of one request.
    most: usize,
}

impl Destination for Sending<'_> {
    async fn take(&mut self, batch: Vec<Found>) -> Result<Taken, ImportError> {
        let mut all = Taken::default();
        let (mut rows, mut bytes, mut first) = (Vec::new(), 0, 0);
        for (place, found) in batch.into_iter().enumerate() {
            self.mark.add(&found);
            if self.mark.count <= self.skipped {
                all.known += 1;
                first = place + 1;
                continue;
            }
            let row = row(found);
            bytes += row.to_string().len();
            rows.push(row);
            if bytes >= BYTES || rows.len() >= self.most {
                let sent = self.part(std::mem::take(&mut rows), first).await;
                add(&mut all, sent?);
                (bytes, first) = (0, place + 1);
            }
        }
        if !rows.is_empty() {
            let sent = self.part(rows, first).await;
            add(&mut all, sent?);
        }
        Ok(all)
    }
}

fn add(all: &mut Taken, part: Taken) {
    all.recorded += part.recorded;
    all.known += part.known;
    all.refused.extend(part.refused);
}

impl Sending<'_> {
    /// Sends these, of which the first stands at this place of its batch: in halves, where a server takes less at once.
    async fn part(&mut self, rows: Vec<Value>, first: usize) -> Result<Taken, ImportError> {
        let (mut all, mut due) = (Taken::default(), vec![(rows, first)]);
        while let Some((rows, first)) = due.pop() {
            let count = rows.len();
            let body = Value::Array(rows);
            // How far it is, is only said once all before it was taken.
            let answer = self.post(&body, due.is_empty()).await;
            let answer = answer.map_err(|error| ImportError::Elsewhere(error.into()))?;
            if let (true, Value::Array(mut rows)) = (answer.is_too_large() && count > 1, body) {
                let rest = rows.split_off(count / 2);
                self.most = self.most.min(rest.len());
                due.push((rest, first + rows.len()));
                due.push((rows, first));
                continue;
            }
            let mut taken = taken(answer, count).map_err(|error| ImportError::Elsewhere(error.into()))?;
            for (place, _) in &mut taken.refused {
                *place += first;
            }
            self.refused += taken.refused.len() as u64;
            add(&mut all, taken);
        }
        Ok(all)
    }

    async fn post(&self, rows: &Value, marked: bool) -> Result<Answer> {
        let mut path = format!("/v1/activities?import={}&mapping=none", self.id);
        if marked {
            path.push_str(&format!("&mark={}", self.mark.text()));
        }
        // The same part has the same key, and another one has another, also where only what is said of the same ids differs.
        let digest = Sha256::digest(rows.to_string());
        let key = format!("import-{}-{}", self.id, data_encoding::HEXLOWER.encode(&digest));
        self.server.ask(&path, rows, Some(&key), &self.waiting).await
    }
}
