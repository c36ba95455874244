//! The `/v1` API and what stands beside it: its description, health and metrics.

use crate::shell::Route;

/// The routes of the API.
#[must_use]
pub fn routes() -> Vec<Route> {
    Vec::new()
}
