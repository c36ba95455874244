//! What every handler has at hand.

use std::sync::Arc;

use app::App;

use crate::Settings;

/// The use cases, the settings of the web and its counters. Cheap to clone.
#[derive(Clone)]
pub struct AppState {
    inner: Arc<Inner>,
}

struct Inner {
    app: App,
    settings: Settings,
}

impl AppState {
    /// Puts the parts together.
    #[must_use]
    pub fn new(app: App, settings: Settings) -> Self {
        Self { inner: Arc::new(Inner { app, settings }) }
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
}
