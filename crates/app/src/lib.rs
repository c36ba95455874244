//! The use cases: one verb a file. Each takes who is asking, decides whether they may, and commits the change
//! together with its activity in one transaction. Owns no SQL text, no HTTP and no HTML.

pub mod accounts;
pub mod activity;
pub mod api_keys;
pub mod applications;
pub mod backdate;
mod caller;
pub mod connections;
mod device;
mod error;
pub mod exports;
pub mod factors;
pub mod groups;
pub mod import;
pub mod ingest;
pub mod limits;
mod live;
pub mod mail;
mod paging;
pub mod passkeys;
pub mod privacy;
pub mod refusals;
pub mod sessions;
mod settings;
mod sms;
mod tx;

pub use caller::{Caller, Origin, Role, Roles, Scopes, Via, Visitor, network};
pub use device::device_of;
pub use error::{ChangeError, FieldError, Unavailable, is_mistake};
pub use live::{Live, Topic, Watch};
pub use paging::{Page, PageRequest};
pub use settings::{
    ConnectionSettings, ExportSettings, GroupSettings, MailSettings, PasswordSettings, SessionSettings, Settings,
};

pub(crate) use tx::{Activities, Quiet, Tx};

use std::sync::Arc;

use log::{Clock, Log, Rng};
use store::Store;

/// Everything a use case needs. Cheap to clone.
#[derive(Clone)]
pub struct App {
    inner: Arc<Inner>,
}

struct Inner {
    store: tx::Database,
    log: activity::GuardedLog,
    repeats: activity::Repeats,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
    settings: Settings,
    hasher: accounts::Hasher,
    mail_written: Arc<tokio::sync::Notify>,
    exports: exports::Wake,
    live: Live,
    sms: sms::Sms,
    beats: sessions::Beats,
    refusals: refusals::Refusals,
}

impl App {
    /// Puts the parts together; does no input or output.
    pub fn new(store: Store, log: Log, clock: Arc<dyn Clock>, rng: Arc<dyn Rng>, settings: Settings) -> Self {
        let hasher = accounts::Hasher::new(&settings.password);
        let sms = sms::Sms::new(&settings.sms);
        let mail_written = Arc::new(tokio::sync::Notify::new());
        Self {
            inner: Arc::new(Inner {
                store: tx::Database::new(store),
                log: activity::GuardedLog::new(log),
                repeats: activity::Repeats::default(),
                clock,
                rng,
                settings,
                hasher,
                mail_written,
                exports: exports::Wake::default(),
                live: Live::default(),
                sms,
                beats: sessions::Beats::default(),
                refusals: refusals::Refusals::default(),
            }),
        }
    }

    pub(crate) fn store(&self) -> &tx::Database {
        &self.inner.store
    }

    /// The log engine, whose rows leave only by a disclosure.
    pub(crate) fn log(&self) -> &activity::GuardedLog {
        &self.inner.log
    }

    /// Answers that were given a moment ago.
    pub(crate) fn repeats(&self) -> &activity::Repeats {
        &self.inner.repeats
    }

    /// Whether the log and its database answer just now and no write has failed for good.
    pub async fn is_ready(&self) -> bool {
        self.inner.log.failed().borrow().is_none() && self.inner.log.head().await.is_ok()
    }

    /// The present moment, by the injected clock.
    #[must_use]
    pub fn now(&self) -> ::activity::Time {
        self.inner.clock.now()
    }

    pub(crate) fn rng(&self) -> &dyn Rng {
        &*self.inner.rng
    }

    /// A name of `BYTES` random bytes in hex, which tells nothing: for requests and spans.
    #[must_use]
    pub fn opaque_id<const BYTES: usize>(&self) -> String {
        let mut bytes = [0; BYTES];
        self.rng().fill(&mut bytes);
        data_encoding::HEXLOWER.encode(&bytes)
    }

    /// Where passwords are hashed, a few at a time.
    pub(crate) fn hasher(&self) -> &accounts::Hasher {
        &self.inner.hasher
    }

    /// Told whenever a mail was committed to the queue.
    pub(crate) fn mail_written(&self) -> &Arc<tokio::sync::Notify> {
        &self.inner.mail_written
    }

    /// How SMS are sent.
    pub(crate) fn sms(&self) -> &sms::Sms {
        &self.inner.sms
    }

    /// What wakes the maker of exports.
    pub(crate) fn exports(&self) -> &exports::Wake {
        &self.inner.exports
    }

    /// Signs of life of those in sessions.
    pub(crate) fn beats(&self) -> &sessions::Beats {
        &self.inner.beats
    }

    /// What was turned away and is not written yet.
    pub(crate) fn refusals(&self) -> &refusals::Refusals {
        &self.inner.refusals
    }

    /// What tells open pages that something has changed.
    #[must_use]
    pub fn live(&self) -> &Live {
        &self.inner.live
    }

    /// The settings this installation runs with.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }
}
