//! The use cases: one verb a file. Each takes who is asking, decides whether they may, and commits the change
//! together with its activity in one transaction. Owns no SQL text, no HTTP and no HTML.

pub mod accounts;
pub mod activity;
pub mod api_keys;
pub mod applications;
mod attempts;
pub mod backdate;
mod caller;
pub mod connections;
pub mod devices;
pub mod erasure;
mod error;
pub mod exports;
pub mod factors;
mod facts;
mod feed;
pub mod groups;
mod hasher;
pub mod holds;
pub mod ids;
pub mod import;
pub mod ingest;
pub mod integrity;
mod key_text;
pub mod limits;
mod live;
pub mod logging_in;
mod lookout;
pub mod mail;
mod names;
mod once;
mod paging;
pub mod passkeys;
pub mod privacy;
pub mod refusals;
pub mod retention;
pub mod saved_searches;
mod secrets;
pub mod sessions;
mod settings;
mod sms;
mod together;
mod tokens;
mod tx;
mod user_agent;
mod waits;
mod zone;

pub use caller::{Caller, Origin, Reports, Role, Roles, Scopes, Via, Visitor, network};
pub use error::{ChangeError, FieldError, Unavailable, is_mistake, is_unknown};
pub use feed::Chunks;
pub use live::{Live, Topic, Watch};
pub use lookout::keep_looking_out;
pub use paging::{Page, PageRequest, Total, Turns};
pub use secrets::{Cell, KeyId, SecretKey, Unopened};
pub use settings::{
    ConnectionSettings, ExportSettings, GroupSettings, MailSettings, PasswordSettings, SessionSettings, Settings,
};
pub use user_agent::device_of;
pub use zone::ZoneChoice;

pub(crate) use once::Begun;
pub(crate) use tx::{Activities, Quiet, Tx};

use std::sync::Arc;
use std::time::Duration;

use engine::{Clock, Jobs, Log, Rng};
pub use engine::{Full, Limiter, Permit, Tasks};
use store::Store;
use together::Together;

/// How often it is looked whether work in the background has progress to show.
const LOOK: Duration = Duration::from_millis(if cfg!(test) { 10 } else { 500 });
/// How long closing waits for what works in the background.
const CLOSE: Duration = Duration::from_secs(10);

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
    secret_key: SecretKey,
    hasher: hasher::Hasher,
    mail_written: Arc<tokio::sync::Notify>,
    exports: exports::Wake,
    streaming: Limiter<String>,
    tasks: Tasks,
    jobs: Jobs,
    live: Live,
    sms: sms::Sms,
    heartbeats: sessions::Heartbeats,
    refusals: refusals::Refusals,
    keys: Together<Option<Arc<api_keys::Known>>>,
    verifier: Arc<integrity::Verifier>,
}

impl App {
    /// Puts the parts together; does no input or output.
    pub fn new(
        store: Store,
        log: Log,
        clock: Arc<dyn Clock>,
        rng: Arc<dyn Rng>,
        settings: Settings,
        secret_key: SecretKey,
    ) -> Self {
        let hasher = hasher::Hasher::new(&settings.password);
        let sms = sms::Sms::new(&settings.sms);
        let streaming = Limiter::new(settings.exports.at_once, settings.exports.per_account);
        let mail_written = Arc::new(tokio::sync::Notify::new());
        let jobs = Jobs::new(store.clone(), Arc::clone(&clock), &*rng, LOOK);
        Self {
            inner: Arc::new(Inner {
                store: tx::Database::new(store),
                log: activity::GuardedLog::new(log),
                repeats: activity::Repeats::default(),
                clock,
                rng,
                settings,
                secret_key,
                hasher,
                mail_written,
                exports: exports::Wake::default(),
                streaming,
                tasks: Tasks::default(),
                jobs,
                live: Live::default(),
                sms,
                heartbeats: sessions::Heartbeats::default(),
                refusals: refusals::Refusals::default(),
                keys: Together::default(),
                verifier: Arc::default(),
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

    /// The API keys that are being looked up.
    pub(crate) fn keys(&self) -> &Together<Option<Arc<api_keys::Known>>> {
        &self.inner.keys
    }

    pub(crate) fn verifier(&self) -> &Arc<integrity::Verifier> {
        &self.inner.verifier
    }

    /// Ends what works in the background, and waits for it, but not for long.
    pub async fn close(&self) {
        self.tasks().close(CLOSE).await;
        self.jobs().close().await;
    }

    /// Answers that were given a moment ago.
    pub(crate) fn repeats(&self) -> &activity::Repeats {
        &self.inner.repeats
    }

    /// What keeps the log from taking activities as it should; `None` if nothing does.
    pub async fn obstacle(&self) -> Option<engine::Obstacle> {
        self.inner.log.obstacle().await
    }

    /// The present moment, by the injected clock.
    #[must_use]
    pub fn now(&self) -> ::activity::Time {
        self.inner.clock.now()
    }

    pub(crate) fn rng(&self) -> &dyn Rng {
        &*self.inner.rng
    }

    pub(crate) fn secret_key(&self) -> &SecretKey {
        &self.inner.secret_key
    }

    /// Wraps a secret for this cell of the database.
    pub(crate) fn seal(&self, cell: Cell<'_>, clear: &[u8]) -> Vec<u8> {
        self.inner.secret_key.seal(self.rng(), cell, clear)
    }

    /// What was wrapped for this cell of the database.
    pub(crate) fn open(&self, cell: Cell<'_>, sealed: &[u8]) -> Result<Vec<u8>, Unopened> {
        self.inner.secret_key.open(cell, sealed)
    }

    /// A name of `BYTES` random bytes in hex, which tells nothing: for requests and spans.
    #[must_use]
    pub fn opaque_id<const BYTES: usize>(&self) -> String {
        let mut bytes = [0; BYTES];
        self.rng().fill(&mut bytes);
        data_encoding::HEXLOWER.encode(&bytes)
    }

    /// Where passwords are hashed, a few at a time.
    pub(crate) fn hasher(&self) -> &hasher::Hasher {
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

    /// Accounts to whom files are on their way.
    pub(crate) fn streaming(&self) -> &Limiter<String> {
        &self.inner.streaming
    }

    /// What works in the background for the use cases.
    #[must_use]
    pub fn tasks(&self) -> &Tasks {
        &self.inner.tasks
    }

    /// What of that is done by one process at a time.
    pub(crate) fn jobs(&self) -> &Jobs {
        &self.inner.jobs
    }

    /// Heartbeats of those in sessions.
    pub(crate) fn heartbeats(&self) -> &sessions::Heartbeats {
        &self.inner.heartbeats
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
