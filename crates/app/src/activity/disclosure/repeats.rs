//! Answers that were given a moment ago. The same rows for the same question again, as when a page is loaded anew, are
//! told of once. Owns no truth: what it forgets is told of twice.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Answers in one of its two generations.
const GENERATION: usize = 4_096;

/// What makes an answer this one and no other.
pub(super) type AnswerDigest = [u8; 32];

/// When which answers were told of, the latest ones.
#[derive(Debug, Default)]
pub(crate) struct Repeats {
    generations: Mutex<Generations>,
}

#[derive(Debug, Default)]
struct Generations {
    young: HashMap<AnswerDigest, i64>,
    old: HashMap<AnswerDigest, i64>,
}

impl Repeats {
    /// Whether this answer was told of at or after `since`.
    pub(super) fn has(&self, answer: &AnswerDigest, since: i64) -> bool {
        let known = self.generations();
        let at = known.young.get(answer).or_else(|| known.old.get(answer));
        at.is_some_and(|at| *at >= since)
    }

    /// Remembers that this answer is told of.
    pub(super) fn put(&self, answer: AnswerDigest, at: i64) {
        let mut known = self.generations();
        if known.young.len() >= GENERATION {
            known.old = std::mem::take(&mut known.young);
        }
        known.young.insert(answer, at);
    }

    fn generations(&self) -> MutexGuard<'_, Generations> {
        self.generations.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
