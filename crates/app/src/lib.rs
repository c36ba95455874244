//! The use cases: one verb a file. Each takes who is asking, decides whether they may, and commits the change
//! together with its activity in one transaction. Owns no SQL text, no HTTP and no HTML.

pub mod activity;
mod caller;
pub mod exports;
pub mod ingest;
mod settings;

pub use caller::{Caller, Origin, Role, Roles, Scopes, Via, Visitor};
pub use settings::{ExportSettings, MailSettings, PasswordSettings, Settings};

use std::sync::Arc;

use log::{Clock, Log, Rng};
use store::Store;

/// Everything a use case needs. Cheap to clone.
#[derive(Clone)]
pub struct App {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    log: Log,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
    settings: Settings,
}

impl App {
    /// Puts the parts together; does no input or output.
    pub fn new(store: Store, log: Log, clock: Arc<dyn Clock>, rng: Arc<dyn Rng>, settings: Settings) -> Self {
        Self { inner: Arc::new(Inner { store, log, clock, rng, settings }) }
    }

    pub(crate) fn store(&self) -> &Store {
        &self.inner.store
    }

    /// The log engine.
    pub(crate) fn log(&self) -> &Log {
        &self.inner.log
    }

    /// The present moment, by the injected clock.
    #[must_use]
    pub fn now(&self) -> ::activity::Time {
        self.inner.clock.now()
    }

    pub(crate) fn rng(&self) -> &dyn Rng {
        &*self.inner.rng
    }

    /// The settings this installation runs with.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }
}
