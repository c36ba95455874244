//! Work in the background that one process does at a time: which jobs this process may work on, and which it works on.
//! Owns claiming and giving free; holding one is the [`Lease`]'s, and what is worked on its caller's.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use activity::Time;
use store::jobs::{self as table, Claim, Job};
use store::{Store, StoreError, Tx};
use tokio::sync::Notify;

use crate::{Clock, Fence, Lease, Rng};

/// How long a job is its holder's without a renewal, in microseconds.
pub const LEASE: i64 = 60 * Time::SECOND;

/// The jobs of a database as one process takes part in them. Clones are of the same process.
#[derive(Clone, Debug)]
pub struct Jobs {
    pub(crate) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    /// Another one at every start.
    owner: String,
    /// How often it is looked whether there is something to renew or to tell.
    pub(crate) look: Duration,
    /// What this process works on, and the fences of it, once they are known.
    held: Mutex<HashMap<String, Option<u64>>>,
    freed: Notify,
}

impl Jobs {
    /// Takes part in the jobs of `store`. While it works on one, it looks every `look` whether there is progress to write.
    pub fn new(store: Store, clock: Arc<dyn Clock>, rng: &dyn Rng, look: Duration) -> Self {
        let owner = rng.uuid(clock.now()).simple().to_string();
        Self {
            inner: Arc::new(Inner {
                store,
                clock,
                owner,
                look,
                held: Mutex::default(),
                freed: Notify::new(),
            }),
        }
    }

    /// Claims a job, which is added if there is none of this name. `None` if it is worked on already, here or elsewhere,
    /// or not due yet; finding that out, and that it is held here already, writes nothing.
    ///
    /// # Errors
    /// If the database cannot be read or written.
    pub async fn claim(&self, name: &str) -> Result<Option<Lease>, StoreError> {
        match self.try_hold(name) {
            Some(hold) => self.claim_as(hold, false).await,
            None => Ok(None),
        }
    }

    /// The same at somebody's request: also before it is due, and after waiting while it is worked on here. `None` if it
    /// is worked on elsewhere.
    ///
    /// # Errors
    /// If the database cannot be read or written.
    pub async fn take(&self, name: &str) -> Result<Option<Lease>, StoreError> {
        let hold = self.wait(name).await;
        self.claim_as(hold, true).await
    }

    /// Claims the job of this kind that has been due for longest.
    ///
    /// # Errors
    /// If the database cannot be read or written.
    pub async fn claim_oldest(&self, kind: &str) -> Result<Option<Lease>, StoreError> {
        let (owner, now) = (&self.inner.owner, self.inner.clock.now());
        let due = table::due(&mut self.inner.store.glance().await?, kind, owner, now).await?;
        for name in due {
            if let Some(lease) = self.claim(&name).await? {
                return Ok(Some(lease));
            }
        }
        Ok(None)
    }

    /// Adds a job that is due now, in the transaction that causes it.
    ///
    /// # Errors
    /// If the database refuses.
    pub async fn add(&self, tx: &mut Tx, name: &str) -> Result<(), StoreError> {
        table::add(tx, name, self.inner.clock.now()).await
    }

    /// Adds a job under a new name and claims it in the same transaction, which has to be committed before the work begins.
    ///
    /// # Errors
    /// If the database refuses, or there is one of this name already.
    pub async fn begin(&self, tx: &mut Tx, name: &str) -> Result<Lease, StoreError> {
        let hold = self.try_hold(name);
        self.add(tx, name).await?;
        let claimed = table::claim(tx, name, self.as_claim(true)).await?;
        let begun = hold.zip(claimed).map(|(hold, job)| Lease::of(hold, job));
        begun.ok_or_else(|| StoreError::Unreadable(format!("the new job {name} is another's already")))
    }

    /// Waits until nobody in this process works on a job; nobody begins to while the result is there.
    pub(crate) async fn wait(&self, name: &str) -> Hold {
        loop {
            let mut freed = std::pin::pin!(self.inner.freed.notified());
            // Before looking, so that what is freed after the look is noticed.
            freed.as_mut().enable();
            match self.try_hold(name) {
                Some(hold) => return hold,
                None => freed.await,
            }
        }
    }

    /// What this process holds of this name just now.
    pub(crate) fn held(&self, name: &str) -> Option<Fence> {
        Some(Fence::new(name.into(), (*self.lock().get(name)?)?))
    }

    /// Gives free what this process has. To be called when nothing works any more, so that others need not wait.
    pub async fn close(&self) {
        if let Err(error) = self.release().await {
            tracing::warn!(%error, "the leases of this process could not be released; they lapse by themselves");
        }
    }

    async fn release(&self) -> Result<(), StoreError> {
        let Inner { store, owner, .. } = &*self.inner;
        if store.is_reader() || !table::has_any(&mut store.glance().await?, owner).await? {
            return Ok(());
        }
        let mut tx = store.begin().await?;
        table::release(&mut tx, owner).await?;
        tx.commit().await
    }

    async fn claim_as(&self, hold: Hold, early: bool) -> Result<Option<Lease>, StoreError> {
        let Inner { store, clock, .. } = &*self.inner;
        let found = table::get(&mut store.glance().await?, &hold.name).await?;
        if let Some(job) = &found {
            let now = clock.now();
            if self.is_kept(job, now) {
                return Ok(found.map(|job| Lease::of(hold, job)));
            }
            let is_free = job.lease_until <= now || job.owner.as_ref() == Some(&self.inner.owner);
            if !is_free || (job.due_at > now && !early) {
                return Ok(None);
            }
        }
        let mut tx = store.begin().await?;
        if found.is_none() {
            self.add(&mut tx, &hold.name).await?;
        }
        let claimed = table::claim(&mut tx, &hold.name, self.as_claim(early)).await?;
        tx.commit().await?;
        Ok(claimed.map(|job| Lease::of(hold, job)))
    }

    /// Whether it is still this process's since work on it ended well, and for long enough to begin again.
    fn is_kept(&self, job: &Job, now: Time) -> bool {
        let is_own = job.owner.as_ref() == Some(&self.inner.owner);
        is_own && job.attempts == 0 && job.lease_until >= now.plus(LEASE / 3)
    }

    fn as_claim(&self, early: bool) -> Claim<'_> {
        let now = self.inner.clock.now();
        Claim {
            owner: &self.inner.owner,
            now,
            until: now.plus(LEASE),
            early,
        }
    }

    fn try_hold(&self, name: &str) -> Option<Hold> {
        let mut held = self.lock();
        if held.contains_key(name) {
            return None;
        }
        held.insert(name.to_owned(), None);
        Some(Hold {
            jobs: self.clone(),
            name: name.into(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Option<u64>>> {
        self.inner.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// That nobody else in this process works on a job.
#[derive(Debug)]
pub(crate) struct Hold {
    pub(crate) jobs: Jobs,
    pub(crate) name: Arc<str>,
}

impl Hold {
    /// Takes note of what the job was claimed with.
    pub(crate) fn is_of(&self, fence: u64) -> Fence {
        self.jobs.lock().insert(self.name.to_string(), Some(fence));
        Fence::new(Arc::clone(&self.name), fence)
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.jobs.lock().remove(&*self.name);
        self.jobs.inner.freed.notify_waiters();
    }
}
