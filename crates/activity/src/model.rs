//! The values of an activity, and their one JSON shape. Owns no sentence, no bytes and no search.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::ops::Deref;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{Outcome, Recorder, Severity, Time};

/// An activity's place in the log, and its id: gapless, from 0, in commit order.
pub type Seq = u64;

/// A recorded activity: what was stated, and its place in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    /// Sequence number; the activity's id.
    #[serde(rename = "id")]
    pub seq: Seq,
    /// When this log recorded it; never decreases with `seq`.
    pub recorded_at: Time,
    /// Everything that was stated about it.
    #[serde(flatten)]
    pub facts: Facts,
}

impl Deref for Activity {
    type Target = Facts;
    fn deref(&self) -> &Facts {
        &self.facts
    }
}

impl AsRef<Self> for Activity {
    fn as_ref(&self) -> &Self {
        self
    }
}

/// Everything an activity states, before and after it has a place in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// The activity type's code, such as `user.login`.
    #[serde(rename = "activity")]
    pub kind: Arc<str>,
    /// When it happened, by the clock of whoever reports it.
    pub occurred_at: Time,
    /// Whether what was tried succeeded.
    #[serde(default)]
    pub outcome: Outcome,
    /// Why it failed or happened, as a short text or code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// How grave its reporter says it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// Whose log it belongs to. `None` for what concerns no account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<Person>,
    /// Who did it.
    #[serde(default)]
    pub by: By,
    /// What it was done to, the chief one first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<Target>,
    /// The group it happened in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<Named>,
    /// The application it happened in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application: Option<Named>,
    /// The address it came from, IPv4-mapped IPv6 written as IPv4.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip: Option<IpAddr>,
    /// The device in words, such as `Firefox on Linux`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// The user agent as it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// ISO 3166-1 alpha-2 country of the address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// Where the address is, in words, such as `Leipzig, Saxony`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// The trace it belongs to, by which other systems' records of it are found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<String>,
    /// A sentence from the reporter, shown when the type is not in the catalogue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What was changed, before and after.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
    /// Flat free-form values.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, String>,
    /// The reporter's own id of this activity, for telling repeats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// The event as the system that reported it wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<String>,
    /// Who put it into the log; set by the server, never by a reporter.
    #[serde(rename = "recorded_by", default)]
    pub recorder: Recorder,
}

impl Facts {
    /// The bare facts of an activity of this type; everything else is absent.
    pub fn new(kind: impl Into<Arc<str>>, occurred_at: Time) -> Self {
        Self {
            kind: kind.into(),
            occurred_at,
            outcome: Outcome::Success,
            reason: None,
            severity: None,
            user: None,
            by: By::Themself,
            targets: Vec::new(),
            group: None,
            application: None,
            ip: None,
            device: None,
            user_agent: None,
            country: None,
            place: None,
            trace_id: None,
            description: None,
            changes: Vec::new(),
            metadata: BTreeMap::new(),
            external_id: None,
            raw: None,
            recorder: Recorder::Whodid,
        }
    }

    /// The chief one of what it was done to.
    #[must_use]
    pub fn target(&self) -> Option<&Target> {
        self.targets.first()
    }
}

/// A person as they were named at that moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Person {
    /// Stable id: `usr_…` for an account here, anything unique for a person of another system.
    pub id: String,
    /// Full name; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Log-in name; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub username: String,
    /// E-mail address; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub email: String,
}

/// `Full Name (username)`, with what is known.
impl fmt::Display for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.name.as_str(), self.username.as_str()) {
            ("", "") if self.email.is_empty() => f.write_str(&self.id),
            ("", "") => f.write_str(&self.email),
            ("", username) => f.write_str(username),
            (name, "") => f.write_str(name),
            (name, username) => write!(f, "{name} ({username})"),
        }
    }
}

/// Who did it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum By {
    /// The user of the activity, or nobody known where it has none.
    #[default]
    #[serde(rename = "self")]
    Themself,
    /// An administrator of this installation.
    Administrator(Person),
    /// Another person of this installation.
    Member(Person),
    /// Somebody of the reporting system: its own people, services and administrators alike.
    Person(Person),
    /// A program.
    Application(Named),
    /// Whodid, or the reporting system, by itself.
    System,
}

impl By {
    /// The words for those who are nobody in particular.
    pub const BARE: &'static [&'static str] = &["self", "system"];
    /// The words for those who have an id.
    pub const NAMED: &'static [&'static str] = &["administrator", "member", "person", "application"];

    /// The person who did it, where that is somebody else than the activity's user.
    #[must_use]
    pub fn person(&self) -> Option<&Person> {
        match self {
            Self::Administrator(person) | Self::Member(person) | Self::Person(person) => Some(person),
            Self::Themself | Self::Application(_) | Self::System => None,
        }
    }
}

/// A group or an application as it was named at that moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Named {
    /// Stable id.
    pub id: String,
    /// Name; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
}

/// What it was done to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Target {
    /// What sort of thing: `user`, `group`, `session`, `export`, `api_key`, … A `user` is a person.
    pub kind: String,
    /// Stable id.
    pub id: String,
    /// Name; a person's full name; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// A person's log-in name; empty for anything else.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub username: String,
    /// A person's e-mail address; empty for anything else.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub email: String,
}

impl Target {
    /// The kind of a target that is a person.
    pub const USER: &'static str = "user";

    /// Whether the target is a person, whose values are theirs to have erased.
    #[must_use]
    pub fn is_person(&self) -> bool {
        self.kind == Self::USER
    }
}

/// One value that was changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// What was changed, such as `email`.
    pub field: String,
    /// The value before; `None` if there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// The value after; `None` if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}
