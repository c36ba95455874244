//! Heartbeats of those in sessions, kept for about a second until one transaction writes them all: thousands of
//! open pages must not mean thousands of writes. What is lost in a crash comes again with the next one.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use activity::Time;

/// Those not yet written, by session and account.
#[derive(Debug, Default)]
pub(crate) struct Heartbeats {
    heard: Mutex<HashMap<String, HashMap<String, Time>>>,
    /// Since when somebody listens, in microseconds; 0 while nobody does.
    pub(super) since: AtomicI64,
}

impl Heartbeats {
    pub(super) fn hear(&self, session_id: &str, account_id: &str, now: Time) {
        let mut heard = self.lock();
        let session = heard.entry(session_id.to_owned()).or_default();
        session.insert(account_id.to_owned(), now);
    }

    /// When those in this session were heard of since the last write.
    pub(super) fn heard_in(&self, session_id: &str) -> HashMap<String, Time> {
        self.lock().get(session_id).cloned().unwrap_or_default()
    }

    /// Everything heard, to be written.
    pub(super) fn take(&self) -> HashMap<String, HashMap<String, Time>> {
        std::mem::take(&mut *self.lock())
    }

    /// Whether everybody who is there had time to be heard since this process began to listen.
    pub(super) fn has_listened_for(&self, micros: i64, now: Time) -> bool {
        now.0 - self.since.load(Ordering::Relaxed) >= micros
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, HashMap<String, Time>>> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
