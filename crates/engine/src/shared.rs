//! What reader, writer and ledger of one log have in common: its database, its settings, its clock, the keys of its persons,
//! and how far it is as far as is known here. Owns no rule of any of the three.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use activity::canonical::KeptDigest;
use activity::{Activity, Time, erased};
use store::Store;
use store::log::head::Position;
use store::log::{PersonKey, person_key};
use tokio::sync::{Notify, watch};
use volume::{Deadline, Leaves, RecordRow};

use crate::erasing::Erasing;
use crate::keys::{self, Fresh, KeyCache, Keys};
use crate::{Clock, LogError, LogSettings, Rng};

/// So many volumes may be hot, by number and by weight.
const BACKLOG: u64 = 3;
const BACKLOG_BYTES: u64 = 2;

const HOUR: i64 = 3_600 * Time::SECOND;

/// What is in no volume yet, as the head said it at some moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Hot {
    /// The log's size.
    pub(crate) size: u64,
    /// How much of it is sealed.
    pub(crate) sealed: u64,
    /// What the rest weighs.
    pub(crate) bytes: u64,
}

/// What the parts of one open log have in common.
#[derive(Debug)]
pub(crate) struct Shared {
    store: Store,
    settings: LogSettings,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
    keys: Arc<KeyCache>,
    /// The log's size as far as is known here.
    size: watch::Sender<u64>,
    /// What is hot as far as is known here.
    hot: watch::Sender<Hot>,
    /// By how much the clock had been set when this process began.
    skipped: AtomicI64,
    closing: AtomicBool,
    /// Whose values are being taken out of the log.
    erasing: RwLock<Arc<Erasing>>,
    to_erase: Notify,
    /// Given up when what is being made is not to be finished.
    halt: Deadline,
}

impl From<Position> for Hot {
    fn from(position: Position) -> Self {
        Self {
            size: position.size,
            sealed: position.sealed,
            bytes: position.hot_bytes,
        }
    }
}

impl Shared {
    pub(crate) fn new(store: Store, settings: LogSettings, clock: Arc<dyn Clock>, rng: Arc<dyn Rng>) -> Self {
        Self {
            store,
            settings,
            clock,
            rng,
            keys: Arc::default(),
            size: watch::channel(0).0,
            hot: watch::channel(Hot::default()).0,
            skipped: AtomicI64::new(0),
            closing: AtomicBool::new(false),
            erasing: RwLock::default(),
            to_erase: Notify::new(),
            halt: Deadline::none(),
        }
    }

    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    pub(crate) fn settings(&self) -> &LogSettings {
        &self.settings
    }

    pub(crate) fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    pub(crate) fn rng(&self) -> &dyn Rng {
        &*self.rng
    }

    pub(crate) fn keys(&self) -> &Arc<KeyCache> {
        &self.keys
    }

    /// Given up when what is being made is not to be finished.
    pub(crate) fn halt(&self) -> &Deadline {
        &self.halt
    }

    /// Takes note of by how much the clock had been set when the log was opened.
    pub(crate) fn begin_with(&self, skipped: i64) {
        self.skipped.store(skipped - self.clock.skipped(), Ordering::Relaxed);
    }

    /// The present moment by what has passed: without the times by which the clock was set while the log was open.
    pub(crate) fn by_what_passed(&self) -> Time {
        let skipped = self.skipped.load(Ordering::Relaxed);
        let skipped = skipped.saturating_add(self.clock.skipped());
        self.clock.now().plus(skipped.saturating_neg())
    }

    /// Until when, by what passes, an answer or an id that comes now is remembered.
    pub(crate) fn remembers_until(&self) -> Time {
        let hours = i64::from(self.settings.remember_hours);
        self.by_what_passed().plus(hours * HOUR)
    }

    /// Changes with the log's size, as far as is known here.
    pub(crate) fn watch(&self) -> watch::Receiver<u64> {
        self.size.subscribe()
    }

    /// Changes with what is hot, as far as is known here.
    pub(crate) fn watch_hot(&self) -> watch::Receiver<Hot> {
        self.hot.subscribe()
    }

    /// The log's size as far as is known here.
    pub(crate) fn size(&self) -> u64 {
        self.hot.borrow().size
    }

    /// Takes note of a head that was read or committed. Each is taken whole, and the later of two stays whichever is
    /// noted last: what the hot activities weigh is never added up here, where a commit that was read before it is noted
    /// would count twice.
    pub(crate) fn notice(&self, head: Hot) {
        self.hot.send_if_modified(|known| {
            let is_later = head.size >= known.size && head.sealed >= known.sealed && head != *known;
            if is_later {
                *known = head;
            }
            is_later
        });
        raise(&self.size, head.size);
    }

    /// How many activities are hot, as far as is known here.
    pub(crate) fn hot(&self) -> u64 {
        let known = self.hot.borrow();
        known.size.saturating_sub(known.sealed)
    }

    /// What the hot activities weigh, as far as is known here.
    pub(crate) fn hot_bytes(&self) -> u64 {
        self.hot.borrow().bytes
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

    /// Lets what works in the background end.
    pub(crate) fn close(&self) {
        self.closing.store(true, Ordering::SeqCst);
    }

    /// The keys of these people that there are.
    pub(crate) async fn keys_of(&self, people: HashSet<&str>) -> Result<Keys, LogError> {
        let (mut keys, missing) = self.keys.split(people);
        if !missing.is_empty() {
            keys.extend(person_key::load(&mut self.store.glance().await?, &missing).await?);
        }
        Ok(keys)
    }

    /// Whose values are being taken out of the log, as far as is known here.
    pub(crate) fn erasing(&self) -> Arc<Erasing> {
        Arc::clone(&self.erasing.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes note of whose values are being taken out of the log.
    pub(crate) fn set_erasing(&self, erasing: Arc<Erasing>) {
        *self.erasing.write().unwrap_or_else(PoisonError::into_inner) = erasing;
    }

    /// Says that somebody is to be erased.
    pub(crate) fn ask_to_erase(&self) {
        self.to_erase.notify_one();
    }

    /// Waits until somebody is to be erased.
    pub(crate) async fn asked_to_erase(&self) {
        self.to_erase.notified().await;
    }

    /// A key for verifying, from the cache or else from SQL. For blocking threads only.
    fn key_blocking(&self, person: &str, handle: &tokio::runtime::Handle) -> Option<PersonKey> {
        if let Some(key) = self.keys.get(person) {
            return Some(key);
        }
        handle.block_on(self.fetch(&[person]))?.remove(person)
    }

    /// Reads keys into the cache; those that there are, if they can be read.
    async fn fetch(&self, people: &[&str]) -> Option<Keys> {
        let erasures = self.keys.erasures();
        let found = person_key::load(&mut self.store.glance().await.ok()?, people)
            .await
            .ok()?;
        let keys = found.iter().map(|(person, key)| (person.clone(), *key)).collect();
        self.keys.put(Fresh { erasures, keys });
        Some(found)
    }
}

/// Leaves of rows of records, with the persons' keys from the cache or else from SQL. For blocking threads only.
pub(crate) struct KeyedLeaves {
    shared: Arc<Shared>,
    handle: tokio::runtime::Handle,
    /// Whose values are being taken out, where that is not as it is known last.
    erasing: Option<Arc<Erasing>>,
}

impl KeyedLeaves {
    /// To be made where the runtime is at hand.
    pub(crate) fn of(shared: &Arc<Shared>) -> Self {
        Self {
            shared: Arc::clone(shared),
            handle: tokio::runtime::Handle::current(),
            erasing: None,
        }
    }

    /// The same while the values of these are taken out.
    pub(crate) fn taking(shared: &Arc<Shared>, erasing: &Arc<Erasing>) -> Self {
        Self {
            erasing: Some(Arc::clone(erasing)),
            ..Self::of(shared)
        }
    }
}

impl Leaves for KeyedLeaves {
    /// Reads the keys that are not at hand together, instead of one by one.
    fn expect(&self, rows: &[RecordRow]) {
        let (_, missing) = self
            .shared
            .keys
            .split(keys::people(rows.iter().map(|row| &row.activity.facts)));
        if !missing.is_empty() {
            // What cannot be read now is asked for again, one by one.
            drop(self.handle.block_on(self.shared.fetch(&missing)));
        }
    }

    fn leaf(&self, row: &Activity, kept: &[KeptDigest]) -> Option<proof::Hash> {
        let erasing = self.erasing.clone().unwrap_or_else(|| self.shared.erasing());
        erased::leaf_with(row, kept, |person| {
            let key = erasing.key(person, row.seq);
            key.or_else(|| self.shared.key_blocking(person, &self.handle)?.at(row.seq))
        })
    }
}

fn raise(of: &watch::Sender<u64>, to: u64) {
    of.send_if_modified(|value| {
        let grows = to > *value;
        *value = (*value).max(to);
        grows
    });
}
