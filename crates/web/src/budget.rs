//! How much memory bodies may hold, of all requests together. Owns no reading of them: that is the API's.

use std::sync::Arc;

use tokio::sync::Semaphore;

/// A body is counted against the memory set aside in steps of this size; the first step is free.
pub(crate) const STEP: usize = 64 * 1024;

/// The memory set aside for bodies under way, of all requests together: one half for those that are small so far, one
/// for those that turned out to be large.
pub(crate) struct Budget {
    pub(crate) small: Arc<Semaphore>,
    pub(crate) large: Arc<Semaphore>,
    /// The steps of each half.
    pub(crate) most: usize,
}

impl Budget {
    pub(crate) fn new(bytes: usize) -> Self {
        let most = (bytes / 2 / STEP).max(1);
        let half = || Arc::new(Semaphore::new(most));
        Self {
            small: half(),
            large: half(),
            most,
        }
    }
}
