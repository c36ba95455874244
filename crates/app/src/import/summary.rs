//! What became of all lines of an import, and who follows it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use activity::{Facts, Time};
use foreign::Origin;

/// Lines of a program that are listed one by one.
const LISTED: usize = 20;

/// Who follows an import.
pub trait Watch: Send {
    /// So many lines were read and so many activities recorded.
    fn progress(&mut self, lines: u64, recorded: u64);
    /// This line cannot be read, for this reason.
    fn unreadable(&mut self, origin: Origin, why: &str);
    /// Whether it is to stop before the next line. What was read is recorded, and it can be gone on with.
    fn stops(&self) -> bool {
        false
    }
}

/// What became of all lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Lines read.
    pub lines: u64,
    /// Activities recorded now; in a rehearsal, those that would be.
    pub recorded: u64,
    /// Activities that were there from an earlier import.
    pub known: u64,
    /// Lines that are no activities, counted by reason.
    pub ignored: BTreeMap<Cow<'static, str>, u64>,
    /// Messages that are not understood, of programs whose others are: how many by program, and the first of them.
    pub unknown: BTreeMap<String, (u64, Vec<Origin>)>,
    /// Lines that could not be read.
    pub unreadable: u64,
    /// The activities by type.
    pub kinds: BTreeMap<String, u64>,
    /// When the first of them happened.
    pub first: Option<Time>,
    /// When the last of them happened.
    pub last: Option<Time>,
    /// Whether it was stopped before all was read.
    pub stopped: bool,
}

impl Summary {
    /// An activity was found.
    pub(super) fn saw(&mut self, facts: &Facts) {
        match self.kinds.get_mut(&*facts.kind) {
            Some(count) => *count += 1,
            None => {
                self.kinds.insert(facts.kind.to_string(), 1);
            }
        }
        let at = facts.occurred_at;
        self.first = Some(self.first.map_or(at, |first| first.min(at)));
        self.last = Some(self.last.map_or(at, |last| last.max(at)));
    }

    /// A message was not understood.
    pub(super) fn did_not_know(&mut self, origin: Origin, program: String) {
        let (count, first) = self.unknown.entry(program).or_default();
        *count += 1;
        if first.len() < LISTED {
            first.push(origin);
        }
    }
}
