//! Writes a recorded activity as the one row shape of API, JSON Lines and permalinks.

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::field::{FIELDS, Field};
use crate::{Activity, Facts, sentence};

/// The one row shape of API, JSON Lines and permalinks: every field of the activity and its `sentence`.
#[must_use]
pub fn to_json(activity: &Activity) -> serde_json::Value {
    // A row has only text keys and values that JSON can hold.
    serde_json::to_value(Row(activity)).unwrap_or_default()
}

/// Appends the same as one line of JSON, without a line end.
pub fn write_json(activity: &Activity, out: &mut Vec<u8>) {
    let before = out.len();
    if serde_json::to_writer(&mut *out, &Row(activity)).is_err() {
        out.truncate(before);
        out.extend_from_slice(b"null");
    }
}

struct Row<'a>(&'a Activity);

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let activity = self.0;
        let facts = &activity.facts;
        let mut row = out.serialize_map(None)?;
        row.serialize_entry("id", &activity.seq)?;
        row.serialize_entry("activity", &facts.kind)?;
        row.serialize_entry("sentence", &sentence::plain(facts))?;
        row.serialize_entry("occurred_at", &facts.occurred_at)?;
        row.serialize_entry("recorded_at", &activity.recorded_at)?;
        for info in FIELDS.iter().skip(2) {
            field(&mut row, info.field, facts)?;
        }
        row.end()
    }
}

/// A field that is there, under its key.
fn field<M: SerializeMap>(row: &mut M, field: Field, facts: &Facts) -> Result<(), M::Error> {
    if !field.is_in(facts) {
        return Ok(());
    }
    let key = field.key();
    match field {
        Field::Activity => row.serialize_entry(key, &facts.kind),
        Field::OccurredAt => row.serialize_entry(key, &facts.occurred_at),
        Field::Outcome => row.serialize_entry(key, facts.outcome.word()),
        Field::Severity => row.serialize_entry(key, &facts.severity),
        Field::User => row.serialize_entry(key, &facts.user),
        Field::By => row.serialize_entry(key, &facts.by),
        Field::Targets => row.serialize_entry(key, &facts.targets),
        Field::Group => row.serialize_entry(key, &facts.group),
        Field::Application => row.serialize_entry(key, &facts.application),
        Field::Ip => row.serialize_entry(key, &facts.ip),
        Field::Changes => row.serialize_entry(key, &facts.changes),
        Field::Metadata => row.serialize_entry(key, &facts.metadata),
        Field::Recorder => row.serialize_entry(key, &facts.recorder),
        text => row.serialize_entry(key, &text.text(facts)),
    }
}
