//! What reading gives: facts with the line they stand in, and an account of every other line.

use std::borrow::Cow;
use std::collections::BTreeMap;

use activity::{Facts, Numbered};

/// Where a line stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// Which of the files, from 0.
    pub file: u32,
    /// Which line of it, from 1.
    pub line: u64,
}

/// Facts and the line that states them.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The line.
    pub origin: Origin,
    /// What it states.
    pub facts: Facts,
    /// The number that its source gave it.
    pub numbered: Option<Numbered>,
}

impl Found {
    /// Facts of a source that numbers nothing.
    #[must_use]
    pub fn new(origin: Origin, facts: Facts) -> Self {
        Self {
            origin,
            facts,
            numbered: None,
        }
    }
}

/// Most names that lines are counted under one by one; what comes after is counted together.
const NAMES: usize = 1_000;
const MORE_NAMES: &str = "other programs: further ones";

/// What lines gave so far.
#[derive(Debug, Default)]
pub struct Harvest {
    /// Facts in the order they became certain, to be taken out by whoever reads.
    pub found: Vec<Found>,
    /// Lines that are no activities, counted by reason.
    pub passed: BTreeMap<Cow<'static, str>, u64>,
    /// Lines of a program that is understood whose messages are not, with the program.
    pub unknown: Vec<(Origin, String)>,
}

impl Harvest {
    /// A line is no activity, for this reason.
    pub fn pass(&mut self, reason: &'static str) {
        self.count(reason);
    }

    /// A line of a program that tells nothing of people.
    pub fn pass_program(&mut self, program: &str) {
        // Programs name themselves: a hostile one may do so at any length.
        let name: String = program.chars().filter(|c| !c.is_control()).take(60).collect();
        let reason = format!("other programs: {name}");
        let known = self.passed.contains_key(reason.as_str()) || self.passed.len() < NAMES;
        self.count(if known { Cow::Owned(reason) } else { MORE_NAMES.into() });
    }

    fn count(&mut self, reason: impl Into<Cow<'static, str>>) {
        *self.passed.entry(reason.into()).or_default() += 1;
    }
}
