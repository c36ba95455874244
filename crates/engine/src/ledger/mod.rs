//! The ledger of volumes and those who change it: sealing, merging, mending, erasing, pruning, verifying. Owns that one process works at a time,
//! and one thing, but that it seals beside a merge; and what was found of the volumes.

pub(crate) mod checkpoints;
pub(crate) mod erase;
mod erase_hot;
pub(crate) mod heal;
pub(crate) mod keeper;
mod lost;
mod merge;
pub(crate) mod prune;
pub(crate) mod rewrite;
mod rows;
mod seal;
pub(crate) mod verify;
mod verify_checkpoints;

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use crate::jobs::Hold;
use crate::reader::Reader;
use crate::shared::Shared;
use crate::tombstones::TombstoneFile;
use crate::writer::Writer;
use crate::{Fence, Jobs, LogError};

/// The job of making volumes and removing them. Whoever has not its lease replaces nothing that readers see.
const SEAL: &str = "seal";
/// How often who makes volumes looks whether its lease is to be renewed.
const LOOK: Duration = Duration::from_millis(if cfg!(test) { 10 } else { 500 });

/// What makes and removes volumes of one open log.
#[derive(Debug)]
pub(crate) struct Ledger {
    shared: Arc<Shared>,
    reader: Arc<Reader>,
    writer: Arc<Writer>,
    /// Volumes that could not be merged.
    aside: std::sync::Mutex<HashSet<String>>,
    /// Whose turn it is to make volumes.
    jobs: Jobs,
    /// Whether the last attempt to seal failed.
    sealing_fails: AtomicBool,
    /// What was signed.
    checkpoints: checkpoints::Checkpoints,
    /// Where it is kept outside the data that somebody was erased.
    tombstones: Arc<OnceLock<TombstoneFile>>,
    #[cfg(test)]
    at_step: std::sync::Mutex<Option<((rewrite::Work, rewrite::Step), rewrite::Hook)>>,
}

impl Ledger {
    pub(crate) fn new(shared: Arc<Shared>, reader: Arc<Reader>, writer: Arc<Writer>) -> Self {
        let jobs = Jobs::new(shared.store().clone(), Arc::clone(shared.clock()), shared.rng(), LOOK);
        Self {
            shared,
            reader,
            writer,
            aside: std::sync::Mutex::default(),
            jobs,
            sealing_fails: AtomicBool::new(false),
            checkpoints: checkpoints::Checkpoints::default(),
            tombstones: Arc::default(),
            #[cfg(test)]
            at_step: std::sync::Mutex::default(),
        }
    }

    /// Does work on the volumes that somebody asks for, after what is under way here.
    pub(crate) async fn as_sealer<T>(&self, work: impl Future<Output = Result<T, LogError>>) -> Result<T, LogError> {
        let lease = self.jobs.take(SEAL).await?.ok_or(LogError::Elsewhere)?;
        lease.work(Box::pin(judged(work))).await?.ok_or(LogError::Elsewhere)?
    }

    /// The same when it is due and this process's turn; whether it was done.
    async fn in_turn(&self, work: impl Future<Output = Result<(), LogError>>) -> Result<bool, LogError> {
        match self.jobs.claim(SEAL).await? {
            Some(lease) => Ok(lease.work(Box::pin(judged(work))).await?.transpose()?.is_some()),
            None => Ok(false),
        }
    }

    /// What whoever works holds, for the transactions that make the effect.
    fn fence(&self) -> Result<Fence, LogError> {
        self.jobs.held(SEAL).ok_or(LogError::Elsewhere)
    }

    /// Waits until nobody in this process makes volumes, and keeps others from it.
    pub(crate) async fn alone(&self) -> Hold {
        self.jobs.wait(SEAL).await
    }

    /// Waits for what is under way here, and gives free what this process has.
    pub(crate) async fn end(&self) {
        let _alone = self.alone().await;
        self.anchored().await;
        self.jobs.close().await;
    }

    /// Whether the last attempt to seal failed.
    pub(crate) fn sealing_fails(&self) -> bool {
        self.sealing_fails.load(Ordering::Relaxed)
    }

    /// Takes note of what the last attempt to seal came to.
    pub(crate) fn note_sealing(&self, fails: bool) {
        self.sealing_fails.store(fails, Ordering::Relaxed);
    }

    /// What a test lets happen at a step.
    #[cfg(test)]
    pub(crate) fn at_step(&self, what: Option<((rewrite::Work, rewrite::Step), rewrite::Hook)>) {
        *self.at_step.lock().expect("no hook panics") = what;
    }
}

/// The result of work on the volumes; that it was ended before its end is no failure of it.
async fn judged<T>(work: impl Future<Output = Result<T, LogError>>) -> Result<Result<T, LogError>, LogError> {
    match work.await {
        Err(error @ (LogError::Closed | LogError::Overdue(_))) => Ok(Err(error)),
        Err(error) => Err(error),
        Ok(done) => Ok(Ok(done)),
    }
}
