//! What stands in a column of one row, whatever the form of the file.

use std::borrow::Cow;
use std::fmt::Display;

use activity::{Activity, By, Severity, Time};
use serde::Serialize;

use super::Column;

/// What stands in one cell.
pub(super) enum Value<'a> {
    /// Nothing.
    Empty,
    /// An instant.
    Time(Time),
    /// A whole number.
    Number(u64),
    /// Text of the row.
    Text(&'a str),
    /// A part of the row as it is shown.
    Shown(&'a dyn Display),
    /// Text that was made for this cell, where it had to be.
    Made(Cow<'a, str>),
}

/// What all cells of a column hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Time,
    Number,
    Text,
}

impl<'a> Value<'a> {
    fn text(text: &'a str) -> Self {
        match text {
            "" => Self::Empty,
            text => Self::Text(text),
        }
    }

    fn option(text: Option<&'a str>) -> Self {
        text.map_or(Self::Empty, Self::text)
    }

    fn shown<T: Display>(value: Option<&'a T>) -> Self {
        value.map_or(Self::Empty, |value| Self::Shown(value))
    }

    fn json<T: Serialize>(value: &T) -> Self {
        // Texts and maps of texts are always JSON.
        Self::Made(serde_json::to_string(value).unwrap_or_default().into())
    }
}

impl Column {
    /// What all of its cells hold.
    pub(super) fn sort(self) -> Sort {
        match self {
            Self::OccurredAt | Self::RecordedAt => Sort::Time,
            Self::Id => Sort::Number,
            _ => Sort::Text,
        }
    }

    /// What stands in this column of a row.
    pub(super) fn value(self, row: &Activity) -> Value<'_> {
        match self {
            Self::OccurredAt => Value::Time(row.occurred_at),
            Self::RecordedAt => Value::Time(row.recorded_at),
            Self::Id => Value::Number(row.seq),
            Self::Activity => Value::Text(&row.kind),
            Self::Sentence => Value::Made(activity::sentence::plain(&row.facts)),
            Self::Outcome => Value::Text(row.outcome.word()),
            Self::Severity => Value::option(row.severity.map(Severity::word)),
            Self::Ip => Value::shown(row.ip.as_ref()),
            Self::Text(field) => Value::option(field.text(&row.facts)),
            Self::Changes if row.changes.is_empty() => Value::Empty,
            Self::Changes => Value::json(&row.changes),
            Self::Metadata if row.metadata.is_empty() => Value::Empty,
            Self::Metadata => Value::json(&row.metadata),
            Self::RecordedBy => Value::Text(row.recorder.kind().word()),
            Self::RecordedById => Value::option(row.recorder.reporter().map(|it| it.id.as_str())),
            Self::RecordedByName => Value::option(row.recorder.reporter().map(|it| it.name.as_str())),
            Self::RecordedByIp => Value::shown(row.recorder.reporter().and_then(|it| it.ip.as_ref())),
            Self::GroupId => Value::option(row.group.as_ref().map(|group| group.id.as_str())),
            Self::GroupName => Value::option(row.group.as_ref().map(|group| group.name.as_str())),
            Self::Group => Value::option(row.group.as_ref().map(|group| name_or(&group.name, &group.id))),
            Self::ApplicationId => Value::option(row.application.as_ref().map(|it| it.id.as_str())),
            Self::ApplicationName => Value::option(row.application.as_ref().map(|it| it.name.as_str())),
            Self::Application => Value::option(row.application.as_ref().map(|it| name_or(&it.name, &it.id))),
            _ => self.value_of_somebody(row),
        }
    }

    /// The columns that name a person or a target.
    fn value_of_somebody(self, row: &Activity) -> Value<'_> {
        let user = row.user.as_ref();
        let doer = row.by.person();
        let target = row.target();
        match self {
            Self::User => Value::shown(user),
            Self::UserId => Value::option(user.map(|user| user.id.as_str())),
            Self::UserName => Value::option(user.map(|user| user.name.as_str())),
            Self::UserUsername => Value::option(user.map(|user| user.username.as_str())),
            Self::UserEmail => Value::option(user.map(|user| user.email.as_str())),
            Self::By => by_in_words(&row.by),
            Self::ByKind => Value::Text(by_kind(&row.by)),
            Self::ById => Value::option(match &row.by {
                By::Application(application) => Some(&application.id),
                _ => doer.map(|person| person.id.as_str()),
            }),
            Self::ByName => Value::option(match &row.by {
                By::Application(application) => Some(&application.name),
                _ => doer.map(|person| person.name.as_str()),
            }),
            Self::ByUsername => Value::option(doer.map(|person| person.username.as_str())),
            Self::ByEmail => Value::option(doer.map(|person| person.email.as_str())),
            Self::Target => Value::option(target.map(|target| name_or(&target.name, &target.id))),
            Self::TargetKind => Value::option(target.map(|target| target.kind.as_str())),
            Self::TargetId => Value::option(target.map(|target| target.id.as_str())),
            Self::TargetName => Value::option(target.map(|target| target.name.as_str())),
            Self::TargetUsername => Value::option(target.map(|target| target.username.as_str())),
            Self::TargetEmail => Value::option(target.map(|target| target.email.as_str())),
            Self::MoreTargets if row.targets.len() > 1 => Value::json(&row.targets.get(1..)),
            _ => Value::Empty,
        }
    }
}

fn name_or<'a>(name: &'a str, id: &'a str) -> &'a str {
    if name.is_empty() { id } else { name }
}

fn by_kind(by: &By) -> &'static str {
    match by {
        By::Themself => "self",
        By::Administrator(_) => "administrator",
        By::Member(_) => "member",
        By::Person(_) => "person",
        By::Application(_) => "application",
        By::System => "system",
    }
}

fn by_in_words(by: &By) -> Value<'_> {
    match by {
        By::Administrator(person) | By::Member(person) | By::Person(person) => Value::Shown(person),
        By::Application(application) => Value::text(name_or(&application.name, &application.id)),
        By::Themself | By::System => Value::Text(by_kind(by)),
    }
}
