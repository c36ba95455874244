//! The program's own messages, on the standard error: for people, or JSON.

use std::backtrace::Backtrace;
use std::io::{self, IsTerminal as _};

use tracing_subscriber::EnvFilter;

use crate::config::Diagnostics;

/// Starts writing messages, from this filter on or the settings' own.
pub(crate) fn start(settings: &Diagnostics, at_least: Option<&str>) {
    let filter = at_least.unwrap_or(&settings.filter);
    // The filter was parsed when the settings were checked.
    let filter = EnvFilter::try_new(filter).unwrap_or_default();
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr);
    // A second subscriber is refused; the first goes on.
    let _ = if settings.is_json() {
        subscriber.json().flatten_event(true).try_init()
    } else {
        subscriber.with_ansi(io::stderr().is_terminal()).try_init()
    };
    std::panic::set_hook(Box::new(|panic| {
        let location = panic.location().map(ToString::to_string);
        let (message, backtrace) = (panic.payload_as_str(), Backtrace::force_capture());
        tracing::error!(location, message, %backtrace, "a mistake of ours: the program panicked");
    }));
}
