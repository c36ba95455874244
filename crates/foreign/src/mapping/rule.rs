//! Conditions of a mapping, and words that mean something.

use std::collections::HashMap;

use serde_json::Value;

use super::path::Path;
use super::value;

/// Something an event is asked.
#[derive(Debug)]
pub(super) struct Condition {
    pub(super) path: Path,
    pub(super) test: Test,
}

/// What a value is held against.
#[derive(Debug)]
pub(super) enum Test {
    /// It is one of these.
    OneOf(Vec<String>),
    /// It is none of these, or not there.
    NoneOf(Vec<String>),
    /// It begins with one of these.
    Begins(Vec<String>),
    /// It holds one of these.
    Holds(Vec<String>),
    /// It is there, or is not.
    Present(bool),
}

impl Condition {
    pub(super) fn holds(&self, event: &Value) -> bool {
        let found = self.path.find(event);
        if let Test::Present(wanted) = self.test {
            return found.is_some() == wanted;
        }
        let text = found.and_then(value::text);
        let text = text.as_deref();
        let any = |of: &[String], f: fn(&str, &str) -> bool| text.is_some_and(|text| of.iter().any(|one| f(text, one)));
        match &self.test {
            Test::OneOf(of) => any(of, |text, one| text.eq_ignore_ascii_case(one)),
            Test::NoneOf(of) => !any(of, |text, one| text.eq_ignore_ascii_case(one)),
            Test::Begins(of) => any(of, |text, one| text.starts_with(one)),
            Test::Holds(of) => any(of, |text, one| text.contains(one)),
            Test::Present(_) => false,
        }
    }
}

/// Whether all of these hold.
pub(super) fn all(conditions: &[Condition], event: &Value) -> bool {
    conditions.iter().all(|condition| condition.holds(event))
}

/// What an event is, if its conditions hold.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) when: Vec<Condition>,
    pub(super) pass: bool,
    pub(super) code: Option<String>,
    pub(super) outcome: Option<activity::Outcome>,
    pub(super) reason: Option<String>,
    pub(super) text: Option<String>,
    /// Whether the targets are people whose log it belongs to.
    pub(super) subject: bool,
}

/// Words at a place that mean something; case does not matter.
#[derive(Debug)]
pub(super) struct Words<T> {
    pub(super) paths: Vec<Path>,
    pub(super) words: HashMap<String, T>,
    /// What any other word there means.
    pub(super) other: Option<T>,
}

impl<T: Copy> Words<T> {
    pub(super) fn of(&self, event: &Value) -> Option<T> {
        let found = self.paths.iter().find_map(|path| value::text(path.find(event)?))?;
        let known = self.words.get(&*found).copied();
        known
            .or_else(|| self.words.get(&found.to_ascii_lowercase()).copied())
            .or(self.other)
    }
}
