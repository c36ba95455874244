//! Whose activities stay whatever the rules say. Owns where that is looked up.

use crate::{App, Unavailable};

/// The persons on hold.
pub(super) async fn held(_app: &App) -> Result<Vec<String>, Unavailable> {
    Ok(Vec::new())
}
