//! What every handler has at hand.

use std::sync::Arc;

use app::{App, Limiter};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::Settings;
use crate::budget::Budget;
use crate::hosts::Hosts;
use crate::metrics::Metrics;
use crate::rates::Rates;

/// The use cases, the settings of the web and its counters. Cheap to clone.
#[derive(Clone)]
pub struct AppState {
    inner: Arc<Inner>,
}

struct Inner {
    app: App,
    settings: Settings,
    rates: Rates,
    metrics: Metrics,
    budget: Budget,
    https: bool,
    draining: CancellationToken,
    streams: Limiter<String>,
    work: TaskTracker,
    hosts: Hosts,
}

impl AppState {
    /// Puts the parts together.
    #[must_use]
    pub fn new(app: App, settings: Settings) -> Self {
        let inner = Inner {
            rates: Rates::new(&settings.limits),
            metrics: Metrics::of_process(),
            budget: Budget::new(settings.limits.bodies_bytes),
            https: app.settings().public_url.starts_with("https://"),
            draining: CancellationToken::new(),
            streams: Limiter::new(settings.limits.streams, settings.limits.streams_per_account),
            work: TaskTracker::new(),
            hosts: Hosts::new(&app.settings().public_url, &settings.allowed_hosts),
            app,
            settings,
        };
        Self { inner: Arc::new(inner) }
    }

    /// The use cases.
    #[must_use]
    pub fn app(&self) -> &App {
        &self.inner.app
    }

    /// The settings of the web server.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    pub(crate) fn rates(&self) -> &Rates {
        &self.inner.rates
    }

    pub(crate) fn metrics(&self) -> &Metrics {
        &self.inner.metrics
    }

    pub(crate) fn budget(&self) -> &Budget {
        &self.inner.budget
    }

    /// Whether people reach this installation by HTTPS.
    pub(crate) fn is_https(&self) -> bool {
        self.inner.https
    }

    /// Whether the server is shutting down and wants no new work.
    pub(crate) fn is_draining(&self) -> bool {
        self.inner.draining.is_cancelled()
    }

    pub(crate) fn drain(&self) {
        self.inner.draining.cancel();
    }

    /// Done when the server is shutting down: what would go on for long ends then.
    pub(crate) fn draining(&self) -> &CancellationToken {
        &self.inner.draining
    }

    /// What goes on although its client may have hung up: a shutdown waits for it.
    pub(crate) fn work(&self) -> &TaskTracker {
        &self.inner.work
    }

    /// The open streams of live pages, by account.
    pub(crate) fn streams(&self) -> &Limiter<String> {
        &self.inner.streams
    }

    /// The names this server answers to.
    pub(crate) fn hosts(&self) -> &Hosts {
        &self.inner.hosts
    }
}
