//! A job that this process has: held while it is worked on, renewed whatever the work waits for, done or failed. Owns that,
//! and the pauses after failures; that nothing of a former holder counts is for the transaction that makes the effect to
//! ask ([`Fence::holds`]).

use std::fmt::Display;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use activity::Time;
use store::jobs::{self as table, Held, Job};
use store::{StoreError, Tx};

use crate::jobs::{Hold, Inner, LEASE};

/// The pause after a first failure, and the longest it grows to.
const FIRST_PAUSE: i64 = Time::SECOND;
const LONGEST_PAUSE: i64 = 60 * Time::SECOND;

/// A job as it was claimed once, for the transactions that make its effect.
#[derive(Clone, Debug)]
pub struct Fence {
    name: Arc<str>,
    fence: u64,
}

impl Fence {
    pub(crate) fn new(name: Arc<str>, fence: u64) -> Self {
        Self { name, fence }
    }

    /// Whether the job was not claimed anew since, and is not until this transaction ends.
    ///
    /// # Errors
    /// If the database refuses.
    pub async fn holds(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        table::holds(tx, self.held()).await
    }

    /// Ends a one-off job in the transaction that makes its last effect; `false`, and nothing is to be changed, if it was
    /// claimed anew or is gone.
    ///
    /// # Errors
    /// If the database refuses.
    pub async fn finish(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        table::finish(tx, self.held()).await
    }

    /// How often the job had been claimed.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.fence
    }

    fn held(&self) -> Held<'_> {
        Held {
            name: &self.name,
            fence: self.fence,
        }
    }
}

/// How far a job is. Clones are of the same job.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    now: Arc<Mutex<table::Progress>>,
}

impl Progress {
    /// So much is to be done in all.
    pub fn expect(&self, total: u64) {
        self.lock().total = total;
    }

    /// So much is done.
    pub fn reached(&self, done: u64) {
        self.lock().done = done;
    }

    /// So many bytes of a file are written.
    pub fn wrote(&self, bytes: u64) {
        self.lock().bytes = bytes;
    }

    /// What the next attempt needs to go on, if this one breaks off.
    pub fn note(&self, cursor: &str) {
        self.lock().cursor = Some(cursor.to_owned());
    }

    /// What the last attempt noted.
    #[must_use]
    pub fn cursor(&self) -> Option<String> {
        self.lock().cursor.clone()
    }

    fn get(&self) -> table::Progress {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, table::Progress> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A job that this process has. Dropped without a word, it counts as an attempt that was broken off.
#[derive(Debug)]
pub struct Lease {
    hold: Hold,
    fence: Fence,
    attempts: u64,
    /// When it was claimed, or renewed by the work before.
    since: Time,
    progress: Progress,
}

impl Lease {
    pub(crate) fn of(hold: Hold, job: Job) -> Self {
        Self {
            fence: hold.is_of(job.fence),
            hold,
            attempts: job.attempts,
            since: job.lease_until.plus(-LEASE),
            progress: Progress {
                now: Arc::new(Mutex::new(job.progress)),
            },
        }
    }

    /// The job's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.hold.name
    }

    /// How often it was claimed since it last ended well, this time included.
    #[must_use]
    pub fn attempts(&self) -> u64 {
        self.attempts
    }

    /// How far it is.
    #[must_use]
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    /// For the transactions that make its effect.
    #[must_use]
    pub fn fence(&self) -> &Fence {
        &self.fence
    }

    /// Works for as long as the job is held, and renews it meanwhile, whatever the work waits for. `None` if it was lost to
    /// another or is gone: the work is dropped where it waits.
    pub async fn hold<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            done = work => Some(done),
            () = self.keep() => {
                tracing::warn!(job = self.name(), "a job was lost to another and is left to it");
                None
            }
        }
    }

    /// [`Lease::hold`] of a job that comes again, and says how it ended: after a failure it is free, and due after a pause
    /// that grows; else this process has it until the lease lapses.
    ///
    /// # Errors
    /// Those of the work, and if the end of it cannot be written.
    pub async fn work<T, E>(self, work: impl Future<Output = Result<T, E>>) -> Result<Option<T>, E>
    where
        E: From<StoreError> + Display,
    {
        match self.hold(work).await {
            None => Ok(None),
            Some(Ok(done)) => {
                self.succeeded().await?;
                Ok(Some(done))
            }
            Some(Err(error)) => {
                if let Err(unwritten) = self.failed(&error.to_string()).await {
                    tracing::warn!(job = self.name(), error = %unwritten, "that a job failed could not be written");
                }
                Err(error)
            }
        }
    }

    async fn succeeded(&self) -> Result<(), StoreError> {
        // Since a success that is not followed by a failure there is nothing to write.
        if self.attempts > 0 {
            let mut tx = self.hold.jobs.inner.store.begin().await?;
            table::succeed(&mut tx, self.fence.held()).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Says why it failed, and lets it be due again after a pause that grows with every attempt.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub async fn failed(&self, error: &str) -> Result<(), StoreError> {
        let Inner { store, clock, .. } = &*self.hold.jobs.inner;
        let mut tx = store.begin().await?;
        let due_at = clock.now().plus(pause(self.attempts));
        table::fail(&mut tx, self.fence.held(), error, due_at).await?;
        tx.commit().await
    }

    /// Done when the job was lost.
    async fn keep(&self) {
        let Inner { clock, look, .. } = &*self.hold.jobs.inner;
        let mut known = self.progress.get();
        let mut renewed = self.since;
        loop {
            tokio::time::sleep(*look).await;
            let (now, progress) = (clock.now(), self.progress.get());
            // A third of the lease, unless there is progress to show.
            if now < renewed.plus(LEASE / 3) && progress == known {
                continue;
            }
            match self.renew(now, &progress).await {
                Ok(true) => (known, renewed) = (progress, now),
                Ok(false) => return,
                // Nobody has it before the lease lapses, and whoever has it then fences this one off: it is tried again.
                Err(error) => tracing::warn!(job = self.name(), %error, "a lease could not be renewed yet"),
            }
        }
    }

    async fn renew(&self, now: Time, progress: &table::Progress) -> Result<bool, StoreError> {
        let mut tx = self.hold.jobs.inner.store.begin().await?;
        let is_held = table::renew(&mut tx, self.fence.held(), now.plus(LEASE), progress).await?;
        tx.commit().await?;
        Ok(is_held)
    }
}

/// How long to wait after so many attempts that did not end well.
fn pause(attempts: u64) -> i64 {
    FIRST_PAUSE
        .saturating_mul(1 << attempts.saturating_sub(1).min(16))
        .min(LONGEST_PAUSE)
}
