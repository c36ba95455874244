//! The ledger of volumes and those who change it: sealing, merging, mending, verifying. Owns that one of them works at a time,
//! and what was found of the volumes.

pub(crate) mod heal;
pub(crate) mod keeper;
mod lost;
mod merge;
pub(crate) mod rewrite;
mod rows;
mod seal;
pub(crate) mod verify;

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::{Mutex, MutexGuard};

use crate::reader::Reader;
use crate::shared::Shared;
use crate::writer::Writer;

/// What makes and removes volumes of one open log.
#[derive(Debug)]
pub(crate) struct Ledger {
    shared: Arc<Shared>,
    reader: Arc<Reader>,
    writer: Arc<Writer>,
    /// Volumes that could not be merged.
    aside: std::sync::Mutex<HashSet<String>>,
    /// Held while volumes are made.
    working: Mutex<()>,
    /// Whether the last attempt to seal failed.
    sealing_fails: AtomicBool,
    #[cfg(test)]
    at_step: std::sync::Mutex<Option<((rewrite::Work, rewrite::Step), rewrite::Hook)>>,
}

impl Ledger {
    pub(crate) fn new(shared: Arc<Shared>, reader: Arc<Reader>, writer: Arc<Writer>) -> Self {
        Self {
            shared,
            reader,
            writer,
            aside: std::sync::Mutex::default(),
            working: Mutex::new(()),
            sealing_fails: AtomicBool::new(false),
            #[cfg(test)]
            at_step: std::sync::Mutex::default(),
        }
    }

    /// Waits until nobody else makes volumes, and keeps others from it.
    pub(crate) async fn alone(&self) -> MutexGuard<'_, ()> {
        self.working.lock().await
    }

    /// Whether the last attempt to seal failed.
    pub(crate) fn sealing_fails(&self) -> bool {
        self.sealing_fails.load(Ordering::Relaxed)
    }

    /// Takes note of what the last attempt to seal came to.
    pub(crate) fn note_sealing(&self, fails: bool) {
        self.sealing_fails.store(fails, Ordering::Relaxed);
    }

    /// What a test lets happen at a step.
    #[cfg(test)]
    pub(crate) fn at_step(&self, what: Option<((rewrite::Work, rewrite::Step), rewrite::Hook)>) {
        *self.at_step.lock().expect("no hook panics") = what;
    }
}
