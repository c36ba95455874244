//! Who put an activity into the log: Whodid itself, or who reported it from outside.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::words::words;

/// Who put an activity into the log. Part of the leaf, so that no reporter can speak in another's name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Recorder {
    /// Whodid itself, because it happened here.
    #[default]
    Whodid,
    /// An API key that reported it.
    ApiKey(Reporter),
    /// A registered application that reported it.
    Application(Reporter),
    /// An import that read it from a file.
    Import(Reporter),
    /// Recorded before activities said who recorded them (canonical bytes of version 1).
    Unstated,
}

/// The sort of recorder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RecorderKind {
    /// Whodid itself.
    Whodid,
    /// An API key.
    ApiKey,
    /// A registered application.
    Application,
    /// An import.
    Import,
    /// Recorded before activities said so.
    Unstated,
}

/// Who reported an activity from outside, as they were named at that moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Reporter {
    /// Id of the key, the application or the import.
    pub id: String,
    /// Its name; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The address it reported from, IPv4-mapped IPv6 written as IPv4.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip: Option<IpAddr>,
}

impl Recorder {
    /// The recorder of this sort; `Whodid` and `Unstated` have no reporter.
    #[must_use]
    pub fn new(kind: RecorderKind, reporter: Reporter) -> Self {
        match kind {
            RecorderKind::Whodid => Self::Whodid,
            RecorderKind::ApiKey => Self::ApiKey(reporter),
            RecorderKind::Application => Self::Application(reporter),
            RecorderKind::Import => Self::Import(reporter),
            RecorderKind::Unstated => Self::Unstated,
        }
    }

    /// Its sort.
    #[must_use]
    pub fn kind(&self) -> RecorderKind {
        match self {
            Self::Whodid => RecorderKind::Whodid,
            Self::ApiKey(_) => RecorderKind::ApiKey,
            Self::Application(_) => RecorderKind::Application,
            Self::Import(_) => RecorderKind::Import,
            Self::Unstated => RecorderKind::Unstated,
        }
    }

    /// Who reported it; `None` for what Whodid recorded itself.
    #[must_use]
    pub fn reporter(&self) -> Option<&Reporter> {
        match self {
            Self::ApiKey(reporter) | Self::Application(reporter) | Self::Import(reporter) => Some(reporter),
            Self::Whodid | Self::Unstated => None,
        }
    }

    /// Whether it came from outside: what it says is claimed, not known.
    #[must_use]
    pub fn is_reported(&self) -> bool {
        self.reporter().is_some()
    }
}

words!(RecorderKind: Whodid = "whodid", ApiKey = "api_key", Application = "application", Import = "import",
    Unstated = "unstated");
