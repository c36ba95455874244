//! What every part of the engine shares. Owns the parts' lifetimes; each part owns its own rules.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use activity::{Facts, Time};
use store::Store;
use store::log::head::Position;
use tokio::sync::{Mutex, watch};
use volume::Deadline;

use crate::keys::KeyCache;
use crate::limiter::Limiter;
use crate::shelf::Shelf;
use crate::tail::Tail;
use crate::volumes::Volumes;
use crate::watermark::Watermark;
use crate::{Clock, LogSettings, Rng};

/// So many volumes may be hot, by number and by weight.
const BACKLOG: u64 = 3;
const BACKLOG_BYTES: u64 = 2;

/// The shared state of one open log.
#[derive(Debug)]
pub(crate) struct Core {
    pub(crate) store: Store,
    pub(crate) settings: LogSettings,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) rng: Arc<dyn Rng>,
    pub(crate) watermark: Arc<Watermark>,
    pub(crate) keys: Arc<KeyCache>,
    pub(crate) tail: Tail,
    /// Callers whose questions are being answered.
    pub(crate) asking: Limiter<String>,
    pub(crate) volumes: Arc<Volumes>,
    /// Held while hot activities are loaded from SQL.
    pub(crate) loading: Mutex<()>,
    /// Volumes that could not be merged.
    pub(crate) aside: std::sync::Mutex<HashSet<String>>,
    /// Held while volumes are made.
    pub(crate) sealing: Mutex<()>,
    /// The log's size as far as is known here.
    pub(crate) size: watch::Sender<u64>,
    /// How much is sealed as far as is known here.
    pub(crate) sealed: watch::Sender<u64>,
    /// What the hot activities weigh, as far as is known here.
    hot_bytes: AtomicU64,
    /// By how much the clock had been set when this process began.
    pub(crate) skipped: AtomicI64,
    pub(crate) closing: AtomicBool,
    /// Whether the last attempt to seal failed.
    sealing_fails: AtomicBool,
    /// Given up when what is being made is not to be finished.
    pub(crate) halt: Deadline,
    /// Types known to be in `activity_type` or `reported_type`.
    kinds: RwLock<HashSet<Kind>>,
    #[cfg(test)]
    pub(crate) at_step: std::sync::Mutex<Option<((crate::rewrite::Work, crate::rewrite::Step), crate::rewrite::Hook)>>,
}

const HOUR: i64 = 3_600 * Time::SECOND;

/// A type of activities that this installation recorded itself, or one that was reported: each is dated by itself, so
/// that no reporter decides since when something is recorded here.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Kind {
    pub(crate) code: Arc<str>,
    pub(crate) reported: bool,
}

impl Core {
    /// The present moment by what has passed: without the times by which the clock was set while the log was open.
    pub(crate) fn by_what_passed(&self) -> Time {
        let skipped = self
            .skipped
            .load(Ordering::Relaxed)
            .saturating_add(self.clock.skipped());
        self.clock.now().plus(skipped.saturating_neg())
    }

    /// Until when, by what passes, an answer or an id that comes now is remembered.
    pub(crate) fn remembers_until(&self) -> Time {
        let hours = i64::from(self.settings.remember_hours);
        self.by_what_passed().plus(hours * HOUR)
    }

    pub(crate) fn new(store: Store, settings: LogSettings, clock: Arc<dyn Clock>, rng: Arc<dyn Rng>) -> Self {
        let volumes = Arc::new(Volumes::new(Shelf::new(settings.volumes_dir.clone())));
        let asking = Limiter::new(settings.queries, settings.queries_per_caller);
        Self {
            store,
            settings,
            clock,
            rng,
            watermark: Arc::default(),
            keys: Arc::default(),
            tail: Tail::default(),
            asking,
            volumes,
            loading: Mutex::new(()),
            aside: std::sync::Mutex::default(),
            sealing: Mutex::new(()),
            size: watch::channel(0).0,
            sealed: watch::channel(0).0,
            hot_bytes: AtomicU64::new(0),
            skipped: AtomicI64::new(0),
            closing: AtomicBool::new(false),
            sealing_fails: AtomicBool::new(false),
            halt: Deadline::none(),
            kinds: RwLock::default(),
            #[cfg(test)]
            at_step: std::sync::Mutex::default(),
        }
    }

    /// Takes note of a position read or committed: sizes only grow.
    pub(crate) fn notice(&self, position: Position) {
        if position.size >= *self.size.borrow() && position.sealed >= *self.sealed.borrow() {
            self.hot_bytes.store(position.hot_bytes, Ordering::Relaxed);
        }
        raise(&self.size, position.size);
        raise(&self.sealed, position.sealed);
    }

    /// Takes note of a commit.
    pub(crate) fn committed(&self, size: u64, bytes: u64, kinds: Vec<Kind>) {
        self.hot_bytes.fetch_add(bytes, Ordering::Relaxed);
        if !kinds.is_empty() {
            self.kinds.write().unwrap_or_else(PoisonError::into_inner).extend(kinds);
        }
        raise(&self.size, size);
    }

    /// Those types that are not known to be in their table, each once.
    pub(crate) fn new_kinds<'a>(&self, facts: impl Iterator<Item = &'a Facts>) -> Vec<Kind> {
        let known = self.kinds.read().unwrap_or_else(PoisonError::into_inner);
        let mut new = HashSet::new();
        for facts in facts {
            let kind = Kind {
                code: Arc::clone(&facts.kind),
                reported: facts.recorder.is_reported(),
            };
            if !known.contains(&kind) {
                new.insert(kind);
            }
        }
        new.into_iter().collect()
    }

    /// How many activities are hot, as far as is known here.
    pub(crate) fn hot(&self) -> u64 {
        self.size.borrow().saturating_sub(*self.sealed.borrow())
    }

    /// What the hot activities weigh, as far as is known here.
    pub(crate) fn hot_bytes(&self) -> u64 {
        self.hot_bytes.load(Ordering::Relaxed)
    }

    /// Whether enough is hot for a volume, by number or by weight.
    pub(crate) fn is_due(&self) -> bool {
        self.hot() >= self.settings.seal_at || self.hot_bytes() >= self.settings.seal_bytes
    }

    /// Whether so much is hot that the sealer has to be waited for.
    pub(crate) fn is_backed_up(&self) -> bool {
        self.hot() > self.settings.seal_at.saturating_mul(BACKLOG)
            || self.hot_bytes() > self.settings.seal_bytes.saturating_mul(BACKLOG_BYTES)
    }

    /// Whether the last attempt to seal failed.
    pub(crate) fn sealing_fails(&self) -> bool {
        self.sealing_fails.load(Ordering::Relaxed)
    }

    /// Takes note of what the last attempt to seal came to.
    pub(crate) fn note_sealing(&self, fails: bool) {
        self.sealing_fails.store(fails, Ordering::Relaxed);
    }

    /// The instant a read is complete to: what was claimed before it, where every append goes through this process;
    /// else the newest `recorded_at` it met, which later ones can only equal.
    pub(crate) fn complete_at(&self, claimed: Time, last_recorded_at: Time) -> Time {
        if self.store.is_alone() {
            claimed
        } else {
            last_recorded_at
        }
    }

    pub(crate) fn is_closing(&self) -> bool {
        self.closing.load(Ordering::SeqCst)
    }
}

fn raise(of: &watch::Sender<u64>, to: u64) {
    of.send_if_modified(|value| {
        let grows = to > *value;
        *value = (*value).max(to);
        grows
    });
}
