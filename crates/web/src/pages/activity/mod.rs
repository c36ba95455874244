//! Pages of `activity`. Owns their handlers and page structs; decides nothing, asks `app`.

use crate::shell::Route;

/// The routes of these pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    Vec::new()
}
