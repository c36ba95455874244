//! Mappings: how events of another product become activities, said in a file and not in code. A mapping is compiled
//! once and read for every event; the tests inside it say what it does.

mod file;
mod path;
mod read;
mod rule;
mod shipped;
mod spec;
mod test;
#[cfg(test)]
mod tests;
mod value;

pub use shipped::{NAMES, find, text_of};
pub use spec::MappingError;
pub use test::{Difference, Outcome as TestOutcome};

use std::borrow::Cow;

use activity::{Facts, Severity};
use serde_json::Value;

use path::Path;
use rule::{Rule, Words};

/// How events of one product become activities.
#[derive(Debug)]
pub struct Mapping {
    /// What it is called, such as `okta`.
    pub name: String,
    /// What the product is called, such as `Okta System Log`.
    pub title: String,
    prefix: String,
    application: Application,
    /// Where a list of events stands in what is sent as one.
    records: Vec<Path>,
    /// Where an event stands in what is sent as one.
    event: Vec<Path>,
    fields: Fields,
    outcome: Vec<Words<activity::Outcome>>,
    severity: Words<Severity>,
    actor: Someone,
    subject: Someone,
    targets: Vec<Targets>,
    changes: Vec<Changes>,
    metadata: Vec<(String, Path)>,
    codes: std::collections::HashMap<String, String>,
    rules: Vec<Rule>,
    tests: Vec<file::Test>,
}

#[derive(Debug)]
struct Application {
    id: String,
    name: String,
}

/// Where single values stand: of each list, the first that is there.
#[derive(Debug)]
struct Fields {
    id: Vec<Path>,
    time: Vec<Path>,
    code: Vec<Path>,
    text: Vec<Path>,
    reason: Vec<Path>,
    ip: Vec<Path>,
    user_agent: Vec<Path>,
    device: Vec<Path>,
    country: Vec<Path>,
    place: Vec<Path>,
    trace_id: Vec<Path>,
}

/// Where somebody stands.
#[derive(Debug, Default)]
struct Someone {
    id: Vec<Path>,
    name: Vec<Path>,
    username: Vec<Path>,
    email: Vec<Path>,
    /// When it is a program.
    program: Vec<rule::Condition>,
    /// When it is the product itself.
    system: Vec<rule::Condition>,
}

/// Where targets stand: one, or one for each element of a list.
#[derive(Debug)]
struct Targets {
    each: Option<Path>,
    kind: Vec<Path>,
    default_kind: String,
    kinds: std::collections::HashMap<String, String>,
    id: Vec<Path>,
    name: Vec<Path>,
    username: Vec<Path>,
    email: Vec<Path>,
}

/// Where changed values stand: one for each element of a list.
#[derive(Debug)]
struct Changes {
    each: Path,
    field: Vec<Path>,
    before: Vec<Path>,
    after: Vec<Path>,
}

/// What an event becomes.
#[derive(Debug)]
pub enum Mapped {
    /// An activity.
    Activity(Box<Facts>),
    /// No activity, by a rule of the mapping.
    Passed,
}

impl Mapping {
    /// Reads and compiles a mapping.
    pub fn parse(text: &str) -> Result<Self, MappingError> {
        spec::compile(text)
    }

    /// The events in what was sent as this text, each as it came: what was sent as one event is kept to the letter.
    pub fn taken_apart<'a>(&self, sent: &'a Value, text: &'a str) -> impl Iterator<Item = (&'a Value, Cow<'a, str>)> {
        self.events(sent)
            .into_iter()
            .map(move |event| match std::ptr::eq(event, sent) {
                true => (event, Cow::Borrowed(text.trim())),
                false => (event, Cow::Owned(event.to_string())),
            })
    }

    /// The events in what was sent as one: the elements of the list that it holds, or itself.
    #[must_use]
    pub fn events<'a>(&self, sent: &'a Value) -> Vec<&'a Value> {
        if let Value::Array(events) = sent {
            return events.iter().collect();
        }
        let list = self.records.iter().find_map(|path| path.find(sent)?.as_array());
        list.map_or_else(|| vec![sent], |events| events.iter().collect())
    }
}
