//! Writing: giving activities their place, inside a caller's transaction or as they arrive by themselves. Owns which types are
//! known to be dated.

mod append;
pub(crate) mod ingest;

use std::collections::HashSet;
use std::sync::{Arc, PoisonError, RwLock};

use activity::Facts;

use crate::reader::Reader;
use crate::shared::Shared;

/// What appends to one open log.
#[derive(Debug)]
pub(crate) struct Writer {
    shared: Arc<Shared>,
    reader: Arc<Reader>,
    /// Types known to be in `activity_type` or `reported_type`.
    kinds: RwLock<HashSet<Kind>>,
}

/// A type of activities that this installation recorded itself, or one that was reported: each is dated by itself, so
/// that no reporter decides since when something is recorded here.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Kind {
    pub(crate) code: Arc<str>,
    pub(crate) reported: bool,
}

impl Writer {
    pub(crate) fn new(shared: Arc<Shared>, reader: Arc<Reader>) -> Self {
        Self {
            shared,
            reader,
            kinds: RwLock::default(),
        }
    }

    /// Takes note of types that are dated now.
    fn know(&self, kinds: Vec<Kind>) {
        if !kinds.is_empty() {
            self.kinds.write().unwrap_or_else(PoisonError::into_inner).extend(kinds);
        }
    }

    /// Those types that are not known to be in their table, each once.
    pub(crate) fn new_kinds<'a>(&self, facts: impl Iterator<Item = &'a Facts>) -> Vec<Kind> {
        let known = self.kinds.read().unwrap_or_else(PoisonError::into_inner);
        let mut new = HashSet::new();
        for facts in facts {
            let kind = Kind {
                code: Arc::clone(&facts.kind),
                reported: facts.recorder.is_reported(),
            };
            if !known.contains(&kind) {
                new.insert(kind);
            }
        }
        new.into_iter().collect()
    }
}
