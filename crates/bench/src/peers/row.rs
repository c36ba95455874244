//! An activity as a row of the one table of a database: the columns that the questions need, and its texts as one.

use std::borrow::Cow;

use activity::{By, Facts, Outcome, sentence};

/// The columns in order, with their types.
pub const COLUMNS: [(&str, &str); 17] = [
    ("seq", "BIGINT NOT NULL"),
    ("occurred_at", "BIGINT NOT NULL"),
    ("recorded_at", "BIGINT NOT NULL"),
    ("kind", "TEXT NOT NULL"),
    ("outcome", "INTEGER NOT NULL"),
    ("user_id", "TEXT"),
    ("user_name", "TEXT"),
    ("by_id", "TEXT"),
    ("target_kind", "TEXT"),
    ("target_id", "TEXT"),
    ("target_name", "TEXT"),
    ("group_id", "TEXT"),
    ("application_id", "TEXT"),
    ("country", "TEXT"),
    ("ip", "TEXT"),
    ("device", "TEXT"),
    ("text", "TEXT NOT NULL"),
];

/// A value of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    Number(i64),
    Text(Cow<'a, str>),
    Absent,
}

impl<'a> From<Option<&'a str>> for Value<'a> {
    fn from(text: Option<&'a str>) -> Self {
        text.map_or(Self::Absent, |text| Self::Text(text.into()))
    }
}

/// The values of an activity, one for each column.
pub fn values(place: u64, facts: &Facts) -> [Value<'_>; COLUMNS.len()] {
    let (user, target) = (facts.user.as_ref(), facts.target());
    let by = match &facts.by {
        By::Administrator(person) | By::Member(person) | By::Person(person) => Some(person),
        By::Themself | By::System | By::Application(_) => user,
    };
    [
        Value::Number(i64::try_from(place).unwrap_or(i64::MAX)),
        Value::Number(facts.occurred_at.0),
        Value::Number(facts.occurred_at.0),
        Value::Text((&*facts.kind).into()),
        Value::Number(i64::from(facts.outcome == Outcome::Success)),
        user.map(|user| user.id.as_str()).into(),
        user.map_or(Value::Absent, |user| Value::Text(user.to_string().into())),
        by.map(|by| by.id.as_str()).into(),
        target.map(|target| target.kind.as_str()).into(),
        target.map(|target| target.id.as_str()).into(),
        target.map(|target| target.name.as_str()).into(),
        facts.group.as_ref().map(|group| group.id.as_str()).into(),
        facts
            .application
            .as_ref()
            .map(|application| application.id.as_str())
            .into(),
        facts.country.as_deref().into(),
        facts.ip.map_or(Value::Absent, |ip| Value::Text(ip.to_string().into())),
        facts.device.as_deref().into(),
        Value::Text(text(facts).into()),
    ]
}

/// What is searched for words, in lower case: the sentence, and what is not said in it.
fn text(facts: &Facts) -> String {
    let mut text = sentence::plain(facts).into_owned();
    let name = facts.user.as_ref().map(|user| user.name.as_str());
    let more = [name, facts.device.as_deref(), facts.description.as_deref()];
    for more in more.into_iter().flatten() {
        text.push(' ');
        text.push_str(more);
    }
    text.to_lowercase()
}
