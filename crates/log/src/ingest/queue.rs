//! The way into the log from outside: admission, the queue, and the one task that commits what has gathered.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::time::{Instant, timeout, timeout_at};

use super::commit::{Request, commit};
use super::prepare::Prepared;
use super::{Batch, IngestError, IngestResult};
use crate::LogError;
use crate::core::Core;

/// Requests that may wait for the task.
const WAITING: usize = 4096;
/// The hot tail may grow to this many times the sealing threshold before requests have to wait for the sealer.
const BACKLOG: u64 = 3;
/// How long they wait.
const PATIENCE: Duration = Duration::from_secs(30);

/// The way in. Dropping it ends the task, once what is in the queue is committed.
#[derive(Debug)]
pub(crate) struct Queue {
    into: mpsc::Sender<Request>,
    /// Activities that may be under way.
    room: Arc<Semaphore>,
}

impl Queue {
    /// Starts the task.
    pub(crate) fn start(core: Arc<Core>) -> (Self, tokio::task::JoinHandle<()>) {
        let (into, from) = mpsc::channel(WAITING);
        let room = Arc::new(Semaphore::new(core.settings.max_batch.saturating_mul(4)));
        (Self { into, room }, tokio::spawn(run(core, from)))
    }

    /// Takes a batch through.
    pub(crate) async fn ingest(&self, core: &Arc<Core>, batch: Batch) -> Result<IngestResult, IngestError> {
        let (given, limit) = (batch.facts.len(), core.settings.max_batch);
        if given > limit {
            return Err(IngestError::TooMany { given, limit });
        }
        if given == 0 {
            return Ok(IngestResult {
                items: Vec::new(),
                recorded_at: core.clock.now(),
                replayed: false,
            });
        }
        admit(core).await?;
        let share = u32::try_from(given).unwrap_or(u32::MAX);
        let share = Arc::clone(&self.room)
            .acquire_many_owned(share)
            .await
            .map_err(|_| LogError::Closed)?;
        let prepared = Prepared::of(core, batch).await?;
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
async fn admit(core: &Core) -> Result<(), LogError> {
    let limit = core.settings.seal_at.saturating_mul(BACKLOG);
    if !core.settings.background || core.hot() <= limit {
        return Ok(());
    }
    let mut sealed = core.sealed.subscribe();
    let until = Instant::now() + PATIENCE;
    while core.hot() > limit {
        match timeout_at(until, sealed.changed()).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return Err(LogError::Closed),
            Err(_) => return Err(LogError::Overloaded { hot: core.hot() }),
        }
    }
    Ok(())
}

/// Commits what has gathered, again and again. While one commit is under way the next group gathers by itself; only
/// when several requests came at once last time is it worth a short wait for the same crowd.
async fn run(core: Arc<Core>, mut from: mpsc::Receiver<Request>) {
    let mut crowd = 1;
    while let Some(first) = from.recv().await {
        let mut activities = first.prepared.facts.len();
        let mut group = vec![first];
        while activities < core.settings.max_batch
            && let Ok(request) = from.try_recv()
        {
            activities += request.prepared.facts.len();
            group.push(request);
        }
        let until = Instant::now() + core.settings.gather();
        while group.len() < crowd && activities < core.settings.max_batch {
            let left = until.saturating_duration_since(Instant::now());
            let Ok(Some(request)) = timeout(left, from.recv()).await else {
                break;
            };
            activities += request.prepared.facts.len();
            group.push(request);
        }
        crowd = group.len();
        commit(&core, group).await;
    }
}
