//! By what matches can be counted.

use activity::{Activity, Recorder};

use crate::index::column::{Column, PRESENT, Part, ip_text, recorder_prefixes};

/// By what to count. Rows without a value are not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Facet {
    /// The activity type's code.
    Kind,
    /// `success` or `failure`.
    Outcome,
    /// The user's id.
    User,
    /// The group's id.
    Group,
    /// The application's id.
    Application,
    /// The address.
    Ip,
    /// The device in words.
    Device,
    /// The country's code.
    Country,
    /// Id of the key, application or import that reported it; else how it was recorded.
    Reporter,
}

impl Facet {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Kind,
        Self::Outcome,
        Self::User,
        Self::Group,
        Self::Application,
        Self::Ip,
        Self::Device,
        Self::Country,
        Self::Reporter,
    ];

    /// The key of the query language that asks for a value of it.
    #[must_use]
    pub fn query_word(self) -> &'static str {
        match self {
            Self::Kind => "activity",
            Self::Outcome => "outcome",
            Self::User => "user",
            Self::Group => "group",
            Self::Application => "application",
            Self::Ip => "ip",
            Self::Device => "device",
            Self::Country => "country",
            Self::Reporter => "reported",
        }
    }

    /// The facet of a key of the query language.
    #[must_use]
    pub fn named(query_word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|facet| facet.query_word() == query_word)
    }

    /// The value of one activity.
    #[must_use]
    pub fn of(self, activity: &Activity) -> Option<String> {
        match self {
            Self::Kind => Some(activity.kind.to_string()),
            Self::Outcome => Some(activity.outcome.word().to_owned()),
            Self::User => activity.user.as_ref().map(|it| it.id.clone()),
            Self::Group => activity.group.as_ref().map(|it| it.id.clone()),
            Self::Application => activity.application.as_ref().map(|it| it.id.clone()),
            Self::Ip => activity.ip.map(|it| it.to_string()),
            Self::Device => activity.device.clone(),
            Self::Country => activity.country.clone(),
            Self::Reporter => Some(reporter(&activity.recorder).to_owned()),
        }
    }

    pub(crate) fn column(self) -> Column {
        match self {
            Self::Kind => Column::Kind,
            Self::Outcome => Column::Outcome,
            Self::User => Column::User,
            Self::Group => Column::Group,
            Self::Application => Column::Application,
            Self::Ip => Column::Ip,
            Self::Device => Column::Device,
            Self::Country => Column::Country,
            Self::Reporter => Column::Recorder,
        }
    }

    /// The value that this part of an activity is; `None` if it is none.
    pub(crate) fn name(part: Part) -> Option<String> {
        match part {
            Part::Kind(code) => Some(code.to_string()),
            Part::Outcome(it) => Some(it.word().to_owned()),
            Part::Text(text) => Some(text),
            Part::Person(person) => Some(person.id),
            Part::Named(named) => Some(named.id),
            Part::Ip(ip) => Some(ip.to_string()),
            Part::Severity(severity) => Some(severity.word().to_owned()),
            Part::Recorder(recorder) => Some(reporter(&recorder).to_owned()),
            Part::Absent | Part::By(_) | Part::Target(_) | Part::Targets(_) => None,
        }
    }

    /// Whether one value may be several entries of the dictionary, which then stand side by side.
    pub(crate) fn is_by_id(self) -> bool {
        match self {
            Self::User | Self::Group | Self::Application | Self::Reporter => true,
            Self::Kind | Self::Outcome | Self::Ip | Self::Device | Self::Country => false,
        }
    }

    /// What the dictionary's entries of this value begin with, and whether they are exactly that.
    pub(crate) fn entries(self, value: &str) -> Vec<(String, bool)> {
        let column = self.column();
        match self {
            Self::User | Self::Group | Self::Application => column
                .id_prefixes(value)
                .into_iter()
                .map(|prefix| (prefix, false))
                .collect(),
            Self::Reporter => recorder_prefixes(value),
            Self::Ip => value.parse().map(|ip| (ip_text(ip), true)).into_iter().collect(),
            Self::Kind | Self::Outcome | Self::Device | Self::Country => vec![(format!("{PRESENT}{value}"), true)],
        }
    }
}

fn reporter(recorder: &Recorder) -> &str {
    recorder
        .reporter()
        .map_or(recorder.kind().word(), |reporter| &reporter.id)
}
