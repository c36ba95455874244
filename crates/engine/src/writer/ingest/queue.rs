//! The way into the log from outside: admission, the queue, and the one task that commits what has gathered.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::time::{Instant, timeout, timeout_at};

use super::commit::{Request, commit};
use super::prepare::Prepared;
use super::{Batch, IngestError, IngestResult};
use crate::LogError;
use crate::writer::Writer;
use crate::writer::append::weight;

/// Requests that may wait for the task.
const WAITING: usize = 4096;
/// Bytes in one commit after which no further request is taken into it.
const COMMIT_BYTES: u64 = 8 << 20;
/// What an activity takes beside its texts.
const FRAME: u64 = size_of::<activity::Activity>() as u64;
/// In these steps the bytes under way are counted.
const STEP: u64 = 1024;
/// How long they wait.
const PATIENCE: Duration = Duration::from_secs(30);

/// The way in. Dropping it ends the task, once what is in the queue is committed.
#[derive(Debug)]
pub(crate) struct Queue {
    into: mpsc::Sender<Request>,
    /// Bytes that may be under way, in steps.
    room: Arc<Semaphore>,
    /// All of them.
    steps: u32,
}

impl Queue {
    /// The way in, and the task that has to run for it.
    pub(crate) fn start(writer: Arc<Writer>) -> (Self, impl Future<Output = ()> + Send + use<>) {
        let (into, from) = mpsc::channel(WAITING);
        let steps = u32::try_from(writer.shared.settings().queue_bytes as u64 / STEP)
            .unwrap_or(u32::MAX)
            .max(1);
        let room = Arc::new(Semaphore::new(steps as usize));
        (Self { into, room, steps }, run(writer, from))
    }

    /// Takes a batch through.
    pub(crate) async fn ingest(&self, writer: &Arc<Writer>, batch: Batch) -> Result<IngestResult, IngestError> {
        let (given, limit) = (batch.facts.len(), writer.shared.settings().max_batch);
        if given > limit {
            return Err(IngestError::TooMany { given, limit });
        }
        if given == 0 {
            return Ok(IngestResult {
                items: Vec::new(),
                recorded_at: writer.shared.clock().now(),
                replayed: false,
            });
        }
        admit(writer).await?;
        let bytes = weight(&batch.facts) + FRAME * given as u64;
        // One that is larger than all that may be under way goes alone.
        let share = u32::try_from(bytes.div_ceil(STEP)).unwrap_or(u32::MAX).min(self.steps);
        let share = Arc::clone(&self.room)
            .acquire_many_owned(share)
            .await
            .map_err(|_| LogError::Closed)?;
        let prepared = Prepared::of(writer, batch).await?;
        let (reply, answer) = oneshot::channel();
        let request = Request {
            prepared,
            reply,
            _share: share,
        };
        self.into.send(request).await.map_err(|_| LogError::Closed)?;
        answer.await.map_err(|_| LogError::Unanswered)?
    }
}

/// Waits while the hot tail is far longer than it should be.
async fn admit(writer: &Writer) -> Result<(), LogError> {
    if !writer.shared.settings().background || !writer.shared.is_backed_up() {
        return Ok(());
    }
    let mut hot = writer.shared.watch_hot();
    let until = Instant::now() + PATIENCE;
    while writer.shared.is_backed_up() {
        match timeout_at(until, hot.changed()).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return Err(LogError::Closed),
            Err(_) => {
                return Err(LogError::Overloaded {
                    hot: writer.shared.hot(),
                });
            }
        }
    }
    Ok(())
}

/// Commits what has gathered, again and again. While one commit is under way the next group gathers by itself; only
/// when several requests came at once last time is it worth a short wait for the same crowd.
async fn run(writer: Arc<Writer>, mut from: mpsc::Receiver<Request>) {
    let mut crowd = 1;
    while let Some(first) = from.recv().await {
        let mut group = Group::of(first);
        while group.has_room(writer.shared.settings().max_batch)
            && let Ok(request) = from.try_recv()
        {
            group.push(request);
        }
        let until = Instant::now() + writer.shared.settings().gather();
        while group.requests.len() < crowd && group.has_room(writer.shared.settings().max_batch) {
            let left = until.saturating_duration_since(Instant::now());
            let Ok(Some(request)) = timeout(left, from.recv()).await else {
                break;
            };
            group.push(request);
        }
        crowd = group.requests.len();
        commit(&writer, group.requests).await;
    }
}

/// Requests that one commit takes.
struct Group {
    requests: Vec<Request>,
    activities: usize,
    bytes: u64,
}

impl Group {
    fn of(first: Request) -> Self {
        let mut group = Self {
            requests: Vec::new(),
            activities: 0,
            bytes: 0,
        };
        group.push(first);
        group
    }

    fn push(&mut self, request: Request) {
        self.activities += request.prepared.facts.len();
        self.bytes += request.prepared.bytes;
        self.requests.push(request);
    }

    fn has_room(&self, most: usize) -> bool {
        self.activities < most && self.bytes < COMMIT_BYTES
    }
}
