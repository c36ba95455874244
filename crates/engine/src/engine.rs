//! The engine's handle: everything the log can be asked, and the life of its tasks.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use activity::query::Expr;
use activity::{Activity, Facts, Seq, Time};
use proof::Frontier;
use store::log::{activity_type, erasure, head};
use store::{Store, Tx};
use tokio::sync::watch;
use volume::{Breakdown, Count, Order};

use crate::ledger::{Ledger, keeper};
use crate::reader::{Reader, freeze};
use crate::shared::Shared;
use crate::writer::Writer;
use crate::writer::ingest::Queue;
use crate::{
    Batch, Clock, Erasure, Hole, IngestError, IngestResult, Inquiry, LogError, LogHead, LogSettings, Look, Page, Rng,
    Scan, Search, Summary, SystemRng, Tasks, Through, Verified,
};

/// The log. Cheap to clone; its tasks end when the last clone is gone, or on [`Log::close`].
#[derive(Clone, Debug)]
pub struct Log {
    shared: Arc<Shared>,
    reader: Arc<Reader>,
    writer: Arc<Writer>,
    ledger: Arc<Ledger>,
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
        if store.is_alone() {
            // Whoever had a job had it in a former process, which is gone.
            store::jobs::release_all(&mut tx).await?;
        }
        tx.commit().await?;
        let log = Self::of(Shared::new(store, settings, clock, rng), Tasks::default());
        let (shared, ledger, tasks) = (&log.shared, &log.ledger, &log.life.tasks);
        log.reader.shelf().ensure()?;
        shared
            .keys()
            .follow(head::erasures(&mut shared.store().glance().await?).await?);
        shared.begin_with(head::skipped(&mut shared.store().glance().await?).await?);
        ledger.check_place().await?;
        ledger.check_head().await?;
        ledger.give_up_begun(shared.store().is_alone()).await?;
        ledger.sweep().await?;
        log.reader.view().await?;
        let fail = |store: Store| move |cause: &str| store.fail(cause);
        let (queue, ingest) = Queue::start(Arc::clone(&log.writer));
        *lock(&log.life.queue) = Some(Arc::new(queue));
        tasks.vital("committing", ingest, fail(shared.store().clone()));
        if shared.settings().background {
            let sealing = keeper::run(Arc::clone(ledger), tasks.stopped());
            tasks.vital("sealing", sealing, fail(shared.store().clone()));
            let reader = Arc::clone(&log.reader);
            tasks.keep("freezing", move || freeze::run(Arc::clone(&reader)));
        }
        Ok(log)
    }

    /// Opens the log of a store that another process may be writing. Never writes, never seals.
    ///
    /// # Errors
    /// If the store or a volume cannot be read.
    pub async fn open_reader(store: Store, settings: LogSettings, clock: Arc<dyn Clock>) -> Result<Self, LogError> {
        let shared = Shared::new(store, settings, clock, Arc::new(SystemRng));
        let log = Self::of(shared, Tasks::default());
        log.reader.view().await?;
        Ok(log)
    }

    pub(crate) fn of(shared: Shared, tasks: Tasks) -> Self {
        let shared = Arc::new(shared);
        let reader = Arc::new(Reader::new(Arc::clone(&shared)));
        let writer = Arc::new(Writer::new(Arc::clone(&shared), Arc::clone(&reader)));
        let ledger = Ledger::new(Arc::clone(&shared), Arc::clone(&reader), Arc::clone(&writer));
        let queue = Mutex::default();
        Self {
            shared,
            reader,
            writer,
            ledger: Arc::new(ledger),
            life: Arc::new(Life { queue, tasks }),
        }
    }

    /// What lies where the volumes are and is none of them, in order: left as it is, whatever it is.
    ///
    /// # Errors
    /// If the store or the directory cannot be read.
    pub async fn strangers(&self) -> Result<Vec<String>, LogError> {
        self.ledger.strangers().await
    }

    /// Appends activities inside the caller's transaction, together with the change they tell of. Call it last before
    /// the commit: it takes the head's lock. Readers see them once the transaction is committed.
    ///
    /// # Errors
    /// If the database refuses; the transaction must then be dropped.
    pub async fn append(&self, tx: &mut Tx, facts: Vec<Facts>) -> Result<Range<Seq>, LogError> {
        self.writer.append(tx, facts).await
    }

    /// Records activities that arrive by themselves. On return they are durable and visible.
    ///
    /// # Errors
    /// See [`IngestError`].
    pub async fn ingest(&self, batch: Batch) -> Result<IngestResult, IngestError> {
        if self.shared.store().is_reader() {
            return Err(LogError::ReadOnly.into());
        }
        let queue = lock(&self.life.queue).clone().ok_or(LogError::Closed)?;
        queue.ingest(&self.writer, batch).await
    }

    /// The present moment by what has passed, whatever the clock was set to meanwhile: what is remembered for a time is
    /// remembered by it.
    #[must_use]
    pub fn by_what_passed(&self) -> Time {
        self.shared.by_what_passed()
    }

    /// Until when, by what passes, an answer that is given now is remembered for a repeat of its request.
    #[must_use]
    pub fn remembers_until(&self) -> activity::Time {
        self.shared.remembers_until()
    }

    /// The questions of one caller, under one deadline and counted with the caller's others: `caller` is an account, a
    /// key or whatever else is bounded for itself. Waits a moment for a place.
    ///
    /// # Errors
    /// [`LogError::Busy`] if there is no place.
    pub async fn inquiry(&self, caller: &str) -> Result<Inquiry, LogError> {
        self.reader.inquiry(caller).await
    }

    /// Questions of the installation's own, counted with nobody's.
    #[must_use]
    pub fn own_inquiry(&self) -> Inquiry {
        self.reader.of_nobody()
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

    /// [`Look::summary`] in a look of its own.
    ///
    /// # Errors
    /// If the store or a volume cannot be read, or the deadline is over.
    pub async fn summary(&self, expr: &Expr, by: &Breakdown, top: usize) -> Result<Summary, LogError> {
        self.look().await?.summary(expr, by, top).await
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
        let claimed = self.reader.watermark().claim(self.shared.clock().now());
        let head = head::read(&mut self.shared.store().glance().await?).await?;
        let Some(head) = head else {
            let through = Through { size: 0, at: Time(0) };
            return Ok(LogHead {
                through,
                root: proof::EMPTY_ROOT,
                sealed: 0,
                last_recorded_at: Time(0),
            });
        };
        let at = self.shared.complete_at(claimed, head.last_recorded_at);
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
        self.shared.watch()
    }

    /// Every type recorded here and since when.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn recorded_since(&self) -> Result<BTreeMap<String, Time>, LogError> {
        Ok(activity_type::list(&mut self.shared.store().glance().await?).await?)
    }

    /// Every type reported from outside and since when.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn reported_since(&self) -> Result<BTreeMap<String, Time>, LogError> {
        Ok(activity_type::reported(&mut self.shared.store().glance().await?).await?)
    }

    /// Seals and merges all that is due, now; with `all`, seals whatever is hot as well.
    ///
    /// # Errors
    /// If the store or a volume cannot be read or written, or another process seals the log just now.
    pub async fn settle(&self, all: bool) -> Result<(), LogError> {
        if self.shared.store().is_reader() {
            return Err(LogError::ReadOnly);
        }
        let ledger = Arc::clone(&self.ledger);
        // A task of its own, so that a caller who gives up does not leave a volume half published.
        tokio::spawn(async move { ledger.as_sealer(ledger.settle(all)).await })
            .await
            .map_err(LogError::of_ended)?
    }

    /// Reads the whole log back, as of now, and holds every file, row, leaf and root of it against the tree. `progress` is
    /// told how many activities were looked at.
    ///
    /// # Errors
    /// If the store cannot be read. Whatever is wrong with the log itself is in the result.
    pub async fn verify(&self, progress: impl Fn(u64) + Send + Sync) -> Result<Verified, LogError> {
        self.ledger.verify(progress).await
    }

    /// Gives what is hot the indexes that it gets by itself in the background.
    ///
    /// # Errors
    /// If the log cannot be read.
    pub async fn freeze(&self) -> Result<(), LogError> {
        // What is not in memory yet comes there.
        let _view = self.reader.view().await?;
        while self.reader.freeze_next(freeze::Load::None).await? > 0 {}
        Ok(())
    }

    /// Builds indexes anew from their records: of all volumes, or of those that cannot be read or are of an older format.
    /// The ids of these volumes, and what became of each.
    ///
    /// # Errors
    /// If the log was opened for reading only, the store cannot be read or written, or another process seals the log just
    /// now.
    pub async fn reindex(&self, all: bool) -> Result<Vec<(String, Result<(), LogError>)>, LogError> {
        if self.shared.store().is_reader() {
            return Err(LogError::ReadOnly);
        }
        self.ledger.as_sealer(self.ledger.reindex(all)).await
    }

    /// What of the log cannot be read as of now.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn holes(&self) -> Result<Vec<Hole>, LogError> {
        Ok(self.reader.view().await?.holes.to_vec())
    }

    /// Closes a hole inside the caller's transaction, so that answers are not called incomplete because of it any more. What
    /// was in it stays unreadable, and whatever is left of it stays where it is.
    ///
    /// # Errors
    /// If the database refuses.
    pub async fn close_hole(&self, tx: &mut Tx, hole: &Hole) -> Result<(), LogError> {
        self.ledger.close_hole(tx, hole).await
    }

    /// Has a person erased, inside the caller's transaction and before anything is appended in it; the erasure's number. From
    /// the commit on nothing shows what the log says of them, and in the background it is taken out of every file, while
    /// every leaf and root stays what it is. What names the same id later is theirs anew.
    ///
    /// # Errors
    /// [`LogError::Nobody`] if this is no id of a person; else if the database refuses.
    pub async fn erase(&self, tx: &mut Tx, person_id: &str) -> Result<u64, LogError> {
        if self.shared.store().is_reader() {
            return Err(LogError::ReadOnly);
        }
        self.ledger.erase(tx, person_id).await
    }

    /// Everybody who was erased, or is being, and how far that is; oldest first.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn erasures(&self) -> Result<Vec<Erasure>, LogError> {
        self.ledger.erasures().await
    }

    /// Whether a person with this id was erased, or is being.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn is_erased(&self, person_id: &str) -> Result<bool, LogError> {
        Ok(erasure::is_of(&mut self.shared.store().glance().await?, person_id).await?)
    }

    /// Stops taking activities and ends the background work. Everything acknowledged is durable already.
    pub async fn close(&self) {
        self.shared.close();
        // What is being sealed or merged is done again after the next start.
        self.shared.halt().give_up();
        drop(lock(&self.life.queue).take());
        self.life.tasks.close(CLOSE).await;
        self.ledger.end().await;
    }

    /// Becomes `Some` with the cause when the process must stop.
    #[must_use]
    pub fn failed(&self) -> watch::Receiver<Option<String>> {
        self.shared.store().failed()
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    pub(crate) fn ledger(&self) -> &Arc<Ledger> {
        &self.ledger
    }

    pub(crate) fn reader(&self) -> &Reader {
        &self.reader
    }

    pub(crate) fn tasks(&self) -> &Tasks {
        &self.life.tasks
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
