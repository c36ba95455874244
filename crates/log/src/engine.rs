//! The engine's handle: everything the log can be asked.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use activity::query::Expr;
use activity::{Activity, Facts, Seq, Time};
use store::{Store, Tx};
use tokio::sync::watch;
use volume::{Count, Facet, Order};

use crate::{Batch, Clock, IngestError, IngestResult, LogError, LogHead, LogSettings, Page, Rng, Scan, Search};

/// The log. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Log {}

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
        let _ = (store, settings, clock, rng);
        Ok(Self {})
    }

    /// Opens the log of a store that another process may be writing. Never writes, never seals.
    ///
    /// # Errors
    /// If the store or a volume cannot be read.
    pub async fn open_reader(store: Store, settings: LogSettings, clock: Arc<dyn Clock>) -> Result<Self, LogError> {
        let _ = (store, settings, clock);
        Ok(Self {})
    }

    /// Appends activities inside the caller's transaction, together with the change they tell of. Call it last before
    /// the commit: it takes the head's lock. Readers see them once the transaction is committed.
    ///
    /// # Errors
    /// If the database refuses; the transaction must then be dropped.
    pub async fn append(&self, tx: &mut Tx, facts: Vec<Facts>) -> Result<Range<Seq>, LogError> {
        let _ = (tx, facts);
        Err(LogError::Closed)
    }

    /// Records activities that arrive by themselves. On return they are durable and visible.
    ///
    /// # Errors
    /// See [`IngestError`].
    pub async fn ingest(&self, batch: Batch) -> Result<IngestResult, IngestError> {
        let _ = batch;
        Err(LogError::Closed.into())
    }

    /// A page of what matches.
    ///
    /// # Errors
    /// If the store or a volume cannot be read.
    pub async fn search(&self, search: &Search) -> Result<Page, LogError> {
        let _ = search;
        Err(LogError::Closed)
    }

    /// How many match, counting no further than `cap` where counting costs something.
    ///
    /// # Errors
    /// If the store or a volume cannot be read.
    pub async fn count(&self, expr: &Expr, cap: u64) -> Result<Count, LogError> {
        let _ = (expr, cap);
        Err(LogError::Closed)
    }

    /// How many match for each value of the facet.
    ///
    /// # Errors
    /// If the store or a volume cannot be read.
    pub async fn count_by(&self, expr: &Expr, facet: Facet) -> Result<BTreeMap<String, u64>, LogError> {
        let _ = (expr, facet);
        Err(LogError::Closed)
    }

    /// The activity at this place.
    ///
    /// # Errors
    /// If the store or a volume cannot be read.
    pub async fn get(&self, seq: Seq) -> Result<Option<Activity>, LogError> {
        let _ = seq;
        Err(LogError::Closed)
    }

    /// All matches as of now, in order, as a stream of chunks read on a thread of its own.
    ///
    /// # Errors
    /// If the store or a volume cannot be opened.
    pub async fn scan(&self, expr: Expr, order: Order) -> Result<Scan, LogError> {
        let _ = (expr, order);
        Err(LogError::Closed)
    }

    /// The state of the log.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn head(&self) -> Result<LogHead, LogError> {
        Err(LogError::Closed)
    }

    /// The log's size, as far as this process knows without asking; changes soon after every commit made here.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<u64> {
        watch::channel(0).1
    }

    /// Every type recorded here and since when.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn recorded_since(&self) -> Result<BTreeMap<String, Time>, LogError> {
        Err(LogError::Closed)
    }

    /// Seals and merges all that is due, now; with `all`, seals whatever is hot as well.
    ///
    /// # Errors
    /// If the store or a volume cannot be read or written.
    pub async fn settle(&self, all: bool) -> Result<(), LogError> {
        let _ = all;
        Err(LogError::Closed)
    }

    /// Stops taking activities and ends the background work. Everything acknowledged is durable already.
    pub async fn close(&self) {}

    /// Becomes `Some` with the cause when the process must stop.
    #[must_use]
    pub fn failed(&self) -> watch::Receiver<Option<String>> {
        watch::channel(None).1
    }
}
