//! Rows that were given a moment ago. The same row for the same question again, as when a page is loaded anew, is told
//! of once. Owns no truth: what it forgets is told of twice.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use activity::Seq;

/// Rows in one of its two generations.
const GENERATION: usize = 65_536;

/// When which rows were told of, the latest ones, by the beginning of their question's digest.
#[derive(Debug, Default)]
pub(crate) struct Repeats {
    generations: Mutex<Generations>,
}

type Given = HashMap<(u128, Seq), i64>;

#[derive(Debug, Default)]
struct Generations {
    young: Given,
    old: Given,
}

impl Repeats {
    /// Whether this row was told of for this question at or after `since`.
    pub(super) fn has(&self, question: &[u8; 32], row: Seq, since: i64) -> bool {
        let given = self.generations();
        let key = (beginning(question), row);
        let at = given.young.get(&key).or_else(|| given.old.get(&key));
        at.is_some_and(|at| *at >= since)
    }

    /// Remembers that these rows are told of.
    pub(super) fn put(&self, question: &[u8; 32], rows: &[Seq], at: i64) {
        let mut given = self.generations();
        if given.young.len() + rows.len() > GENERATION {
            given.old = std::mem::take(&mut given.young);
        }
        let question = beginning(question);
        given.young.extend(rows.iter().map(|row| ((question, *row), at)));
    }

    fn generations(&self) -> MutexGuard<'_, Generations> {
        self.generations.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn beginning(digest: &[u8; 32]) -> u128 {
    digest
        .iter()
        .take(16)
        .fold(0, |so_far, byte| so_far << 8 | u128::from(*byte))
}
