//! The engine's handle: everything the log can be asked, and the life of its tasks.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use activity::query::Expr;
use activity::{Activity, Facts, Seq, Time};
use proof::Frontier;
use store::log::{activity_type, head};
use store::{Store, Tx};
use tokio::sync::watch;
use volume::{Count, Facet, Order};

use crate::core::Core;
use crate::ingest::Queue;
use crate::{
    Batch, Clock, Hole, IngestError, IngestResult, Inquiry, LogError, LogHead, LogSettings, Look, Page, Rng, Scan,
    Search, SystemRng, Tasks, Through, Verified, keeper,
};

/// The log. Cheap to clone; its tasks end when the last clone is gone, or on [`Log::close`].
#[derive(Clone, Debug)]
pub struct Log {
    core: Arc<Core>,
    life: Arc<Life>,
}

/// What only exists in a log that is open for writing.
#[derive(Debug, Default)]
struct Life {
    queue: Mutex<Option<Arc<Queue>>>,
    tasks: Tasks,
}

/// How long closing waits for what is being written.
const CLOSE: Duration = Duration::from_secs(60);

impl Log {
    /// Opens the log of `store` for writing, recovers what a crash left, and starts sealing in the background.
    ///
    /// # Errors
    /// If the store or a volume cannot be read.
    pub async fn open(
        store: Store,
        settings: LogSettings,
        clock: Arc<dyn Clock>,
        rng: Arc<dyn Rng>,
    ) -> Result<Self, LogError> {
        let empty = Frontier::new();
        let mut tx = store.begin().await?;
        head::ensure(&mut tx, &empty.to_bytes(), &empty.root()).await?;
        tx.commit().await?;
        let core = Arc::new(Core::new(store, settings, clock, rng));
        core.volumes.shelf().ensure()?;
        let skipped = head::skipped(&mut core.store.glance().await?).await?;
        core.skipped.store(skipped - core.clock.skipped(), Ordering::Relaxed);
        core.check_place().await?;
        core.check_head().await?;
        core.give_up_begun().await?;
        core.sweep().await?;
        core.view().await?;
        let tasks = Tasks::default();
        let fail = |store: Store| move |cause: &str| store.fail(cause);
        let (queue, ingest) = Queue::start(Arc::clone(&core));
        tasks.vital("committing", ingest, fail(core.store.clone()));
        if core.settings.background {
            let sealing = keeper::run(Arc::clone(&core), tasks.stopped());
            tasks.vital("sealing", sealing, fail(core.store.clone()));
        }
        let life = Life {
            queue: Mutex::new(Some(Arc::new(queue))),
            tasks,
        };
        Ok(Self {
            core,
            life: Arc::new(life),
        })
    }

    /// Opens the log of a store that another process may be writing. Never writes, never seals.
    ///
    /// # Errors
    /// If the store or a volume cannot be read.
    pub async fn open_reader(store: Store, settings: LogSettings, clock: Arc<dyn Clock>) -> Result<Self, LogError> {
        let core = Arc::new(Core::new(store, settings, clock, Arc::new(SystemRng)));
        core.view().await?;
        Ok(Self {
            core,
            life: Arc::default(),
        })
    }

    /// What lies where the volumes are and is none of them, in order: left as it is, whatever it is.
    ///
    /// # Errors
    /// If the store or the directory cannot be read.
    pub async fn strangers(&self) -> Result<Vec<String>, LogError> {
        self.core.strangers().await
    }

    /// Appends activities inside the caller's transaction, together with the change they tell of. Call it last before
    /// the commit: it takes the head's lock. Readers see them once the transaction is committed.
    ///
    /// # Errors
    /// If the database refuses; the transaction must then be dropped.
    pub async fn append(&self, tx: &mut Tx, facts: Vec<Facts>) -> Result<Range<Seq>, LogError> {
        self.core.append(tx, facts).await
    }

    /// Records activities that arrive by themselves. On return they are durable and visible.
    ///
    /// # Errors
    /// See [`IngestError`].
    pub async fn ingest(&self, batch: Batch) -> Result<IngestResult, IngestError> {
        if self.core.store.is_reader() {
            return Err(LogError::ReadOnly.into());
        }
        let queue = lock(&self.life.queue).clone().ok_or(LogError::Closed)?;
        queue.ingest(&self.core, batch).await
    }

    /// The present moment by what has passed, whatever the clock was set to meanwhile: what is remembered for a time is
    /// remembered by it.
    #[must_use]
    pub fn by_what_passed(&self) -> Time {
        self.core.by_what_passed()
    }

    /// Until when, by what passes, an answer that is given now is remembered for a repeat of its request.
    #[must_use]
    pub fn remembers_until(&self) -> activity::Time {
        self.core.remembers_until()
    }

    /// The questions of one caller, under one deadline and counted with the caller's others: `caller` is an account, a
    /// key or whatever else is bounded for itself. Waits a moment for a place.
    ///
    /// # Errors
    /// [`LogError::Busy`] if there is no place.
    pub async fn inquiry(&self, caller: &str) -> Result<Inquiry, LogError> {
        self.core.inquiry(caller).await
    }

    /// Questions of the installation's own, counted with nobody's.
    #[must_use]
    pub fn own_inquiry(&self) -> Inquiry {
        self.core.of_nobody()
    }

    /// The log as of now, for questions of the installation's own.
    ///
    /// # Errors
    /// If the store or the volumes cannot be read.
    pub async fn look(&self) -> Result<Look, LogError> {
        self.own_inquiry().look().await
    }

    /// [`Look::search`] in a look of its own.
    ///
    /// # Errors
    /// If the store or a volume cannot be read, or the deadline is over.
    pub async fn search(&self, search: &Search) -> Result<Page, LogError> {
        self.look().await?.search(search).await
    }

    /// [`Look::count`] in a look of its own.
    ///
    /// # Errors
    /// If the store or a volume cannot be read, or the deadline is over.
    pub async fn count(&self, expr: &Expr, cap: u64) -> Result<Count, LogError> {
        self.look().await?.count(expr, cap).await
    }

    /// [`Look::count_by`] in a look of its own.
    ///
    /// # Errors
    /// If the store or a volume cannot be read, or the deadline is over.
    pub async fn count_by(&self, expr: &Expr, facet: Facet) -> Result<BTreeMap<String, u64>, LogError> {
        self.look().await?.count_by(expr, facet).await
    }

    /// [`Look::get`] in a look of its own.
    ///
    /// # Errors
    /// If the store or a volume cannot be read.
    pub async fn get(&self, seq: Seq) -> Result<Option<Activity>, LogError> {
        self.look().await?.get(seq).await
    }

    /// [`Look::scan`] of a look of its own.
    ///
    /// # Errors
    /// If the store or a volume cannot be opened.
    pub async fn scan(&self, expr: Expr, order: Order) -> Result<Scan, LogError> {
        self.look().await?.scan(expr, order)
    }

    /// The state of the log.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn head(&self) -> Result<LogHead, LogError> {
        let claimed = self.core.watermark.claim(self.core.clock.now());
        let head = head::read(&mut self.core.store.glance().await?).await?;
        let Some(head) = head else {
            let through = Through { size: 0, at: Time(0) };
            return Ok(LogHead {
                through,
                root: proof::EMPTY_ROOT,
                sealed: 0,
                last_recorded_at: Time(0),
            });
        };
        let at = self.core.complete_at(claimed, head.last_recorded_at);
        Ok(LogHead {
            through: Through { size: head.size, at },
            root: head.root,
            sealed: head.sealed,
            last_recorded_at: head.last_recorded_at,
        })
    }

    /// The log's size, as far as this process knows without asking; changes right after every commit made here.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.core.size.subscribe()
    }

    /// Every type recorded here and since when.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn recorded_since(&self) -> Result<BTreeMap<String, Time>, LogError> {
        Ok(activity_type::list(&mut self.core.store.glance().await?).await?)
    }

    /// Every type reported from outside and since when.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn reported_since(&self) -> Result<BTreeMap<String, Time>, LogError> {
        Ok(activity_type::reported(&mut self.core.store.glance().await?).await?)
    }

    /// Seals and merges all that is due, now; with `all`, seals whatever is hot as well.
    ///
    /// # Errors
    /// If the store or a volume cannot be read or written.
    pub async fn settle(&self, all: bool) -> Result<(), LogError> {
        if self.core.store.is_reader() {
            return Err(LogError::ReadOnly);
        }
        let core = Arc::clone(&self.core);
        // A task of its own, so that a caller who gives up does not leave a volume half published.
        tokio::spawn(async move { core.settle(all).await })
            .await
            .map_err(LogError::of_ended)?
    }

    /// Reads the whole log back, as of now, and holds every file, row, leaf and root of it against the tree. `progress` is
    /// told how many activities were looked at.
    ///
    /// # Errors
    /// If the store cannot be read. Whatever is wrong with the log itself is in the result.
    pub async fn verify(&self, progress: impl Fn(u64) + Send + Sync) -> Result<Verified, LogError> {
        self.core.verify(progress).await
    }

    /// Builds indexes anew from their records: of all volumes, or of those that cannot be read or are of an older format.
    /// The ids of these volumes, and what became of each.
    ///
    /// # Errors
    /// If the log was opened for reading only, or the store cannot be read or written.
    pub async fn reindex(&self, all: bool) -> Result<Vec<(String, Result<(), LogError>)>, LogError> {
        if self.core.store.is_reader() {
            return Err(LogError::ReadOnly);
        }
        self.core.reindex(all).await
    }

    /// What of the log cannot be read as of now.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn holes(&self) -> Result<Vec<Hole>, LogError> {
        Ok(self.core.view().await?.holes.to_vec())
    }

    /// Closes a hole inside the caller's transaction, so that answers are not called incomplete because of it any more. What
    /// was in it stays unreadable, and whatever is left of it stays where it is.
    ///
    /// # Errors
    /// If the database refuses.
    pub async fn close_hole(&self, tx: &mut Tx, hole: &Hole) -> Result<(), LogError> {
        self.core.close_hole(tx, hole).await
    }

    /// Stops taking activities and ends the background work. Everything acknowledged is durable already.
    pub async fn close(&self) {
        self.core.closing.store(true, Ordering::SeqCst);
        // What is being sealed or merged is done again after the next start.
        self.core.halt.give_up();
        drop(lock(&self.life.queue).take());
        self.life.tasks.close(CLOSE).await;
        drop(self.core.sealing.lock().await);
    }

    /// Becomes `Some` with the cause when the process must stop.
    #[must_use]
    pub fn failed(&self) -> watch::Receiver<Option<String>> {
        self.core.store.failed()
    }

    pub(crate) fn core(&self) -> &Arc<Core> {
        &self.core
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
