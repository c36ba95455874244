//! The shape of a mapping's file. Every name in it is known or refused.

use std::collections::{BTreeMap, HashMap};

use activity::{Outcome, Severity};
use serde::Deserialize;

/// A path, or several of which the first that is there counts.
#[derive(Debug, Default, Deserialize)]
#[serde(untagged)]
pub(super) enum Paths {
    #[default]
    None,
    One(String),
    Several(Vec<String>),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) name: String,
    pub(super) title: String,
    /// What codes of the product begin with here.
    pub(super) prefix: Option<String>,
    pub(super) application: Option<App>,
    #[serde(default)]
    pub(super) records: Paths,
    #[serde(default)]
    pub(super) event: Paths,
    pub(super) fields: Single,
    #[serde(default)]
    pub(super) outcome: Vec<OutcomeWords>,
    pub(super) severity: Option<SeverityWords>,
    #[serde(default)]
    pub(super) actor: Person,
    #[serde(default)]
    pub(super) subject: Person,
    #[serde(default)]
    pub(super) targets: Vec<Many>,
    #[serde(default)]
    pub(super) changes: Vec<Changed>,
    #[serde(default)]
    pub(super) metadata: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) codes: HashMap<String, String>,
    #[serde(default)]
    pub(super) rules: Vec<Ruled>,
    #[serde(default)]
    pub(super) tests: Vec<Test>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct App {
    pub(super) id: String,
    pub(super) name: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Single {
    pub(super) id: Paths,
    pub(super) time: Paths,
    pub(super) code: Paths,
    pub(super) text: Paths,
    pub(super) reason: Paths,
    pub(super) ip: Paths,
    pub(super) user_agent: Paths,
    pub(super) device: Paths,
    pub(super) country: Paths,
    pub(super) place: Paths,
    pub(super) trace_id: Paths,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OutcomeWords {
    pub(super) path: Paths,
    #[serde(default)]
    pub(super) success: Vec<String>,
    #[serde(default)]
    pub(super) failure: Vec<String>,
    #[serde(default)]
    pub(super) denied: Vec<String>,
    #[serde(default)]
    pub(super) challenged: Vec<String>,
    #[serde(default)]
    pub(super) unknown: Vec<String>,
    /// What any other word means.
    pub(super) other: Option<Outcome>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SeverityWords {
    pub(super) path: Paths,
    #[serde(default)]
    pub(super) words: HashMap<String, Severity>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Person {
    pub(super) id: Paths,
    pub(super) name: Paths,
    pub(super) username: Paths,
    pub(super) email: Paths,
    pub(super) program: BTreeMap<String, When>,
    pub(super) system: BTreeMap<String, When>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Many {
    pub(super) each: Option<String>,
    #[serde(default)]
    pub(super) kind: Paths,
    pub(super) default_kind: Option<String>,
    #[serde(default)]
    pub(super) kinds: HashMap<String, String>,
    #[serde(default)]
    pub(super) id: Paths,
    #[serde(default)]
    pub(super) name: Paths,
    #[serde(default)]
    pub(super) username: Paths,
    #[serde(default)]
    pub(super) email: Paths,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Changed {
    pub(super) each: String,
    pub(super) field: Paths,
    #[serde(default)]
    pub(super) before: Paths,
    #[serde(default)]
    pub(super) after: Paths,
}

/// What a value must be: a text, one of several, or more than that.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum When {
    Is(Word),
    OneOf(Vec<Word>),
    More(More),
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Word {
    Text(String),
    Number(i64),
    Bool(bool),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct More {
    pub(super) not: Option<Vec<String>>,
    pub(super) begins: Option<Vec<String>>,
    pub(super) holds: Option<Vec<String>>,
    pub(super) present: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ruled {
    pub(super) when: BTreeMap<String, When>,
    #[serde(default)]
    pub(super) pass: bool,
    pub(super) code: Option<String>,
    pub(super) outcome: Option<Outcome>,
    pub(super) reason: Option<String>,
    pub(super) text: Option<String>,
    /// Whether it belongs to the log of the person it was done to.
    pub(super) subject: Option<bool>,
}

/// An event and what it becomes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Test {
    pub(super) name: String,
    /// The event, as JSON.
    pub(super) event: String,
    /// Values that the activity has, by JSON pointer without its first stroke; `pass` for no activity.
    pub(super) expect: BTreeMap<String, toml::Value>,
}

impl Word {
    pub(super) fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Bool(yes) => yes.to_string(),
        }
    }
}
