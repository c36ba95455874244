//! What was told a moment ago by programs whose lines follow each other, and what waits for a line that says it better.
//! Bounded by the clock of the log.

use std::collections::{HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use activity::Time;

use super::line::{ELSEWHERE, Line};
use crate::{Found, Harvest};

/// How long a line is about the same as one before.
const MOMENT: i64 = 60 * Time::SECOND;
/// How long something waits for another line.
const WAITS: i64 = 5 * 60 * Time::SECOND;
/// Most moments remembered.
const REMEMBERED: usize = 50_000;

/// What something is about, such as a program and an account of a machine.
pub(super) type Key = u64;

/// What happened lately.
#[derive(Debug, Default)]
pub(super) struct Moments {
    told: HashMap<Key, Time>,
    /// Since when, and what.
    waiting: HashMap<Key, (Time, Found)>,
    order: VecDeque<(Time, Key)>,
}

/// A key of what a line is about.
pub(super) fn key(line: &Line<'_>, what: &[&str]) -> Key {
    let mut hasher = DefaultHasher::new();
    (line.host, what).hash(&mut hasher);
    hasher.finish()
}

impl Moments {
    /// Whether this was told a moment ago; from now on it was.
    pub(super) fn tell(&mut self, line: &Line<'_>, key: Key) -> bool {
        if self.told.len() >= REMEMBERED {
            let recent = line.at.0 - MOMENT;
            self.told.retain(|_, at| at.0 >= recent);
            if self.told.len() >= REMEMBERED {
                self.told.clear();
            }
        }
        let before = self.told.insert(key, line.at);
        before.is_some_and(|before| (0..=MOMENT).contains(&(line.at.0 - before.0)))
    }

    /// Whether this was told a moment ago.
    pub(super) fn was_told(&self, line: &Line<'_>, key: Key) -> bool {
        let before = self.told.get(&key);
        before.is_some_and(|before| (0..=MOMENT).contains(&(line.at.0 - before.0)))
    }

    /// This waits; what waited under the same key is recorded.
    pub(super) fn wait(&mut self, line: &mut Line<'_>, key: Key, found: Found) {
        if let Some((_, before)) = self.waiting.insert(key, (line.at, found)) {
            line.harvest.found.push(before);
        }
        self.order.push_back((line.at, key));
    }

    /// Another line says what waits under this key.
    pub(super) fn said(&mut self, line: &mut Line<'_>, key: Key) {
        if self.waiting.remove(&key).is_some() {
            line.pass(ELSEWHERE);
        }
    }

    /// Records what has waited long enough.
    pub(super) fn pass_time(&mut self, line: &mut Line<'_>) {
        while let Some((since, key)) = self.order.front().copied() {
            if line.at.0 - since.0 < WAITS {
                return;
            }
            self.order.pop_front();
            // Under the same key something may wait that came later.
            if self.waiting.get(&key).is_some_and(|(began, _)| *began == since)
                && let Some((_, found)) = self.waiting.remove(&key)
            {
                line.harvest.found.push(found);
            }
        }
    }

    /// The log is at its end.
    pub(super) fn finish(&mut self, harvest: &mut Harvest) {
        harvest.found.extend(self.waiting.drain().map(|(_, (_, found))| found));
        self.order.clear();
    }
}
