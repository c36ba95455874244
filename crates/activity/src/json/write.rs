//! Writes a recorded activity as the one row shape of API, JSON Lines and permalinks.

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::{Activity, Outcome, sentence};

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
        row.serialize_entry("outcome", outcome(facts.outcome))?;
        present(&mut row, "reason", facts.reason.as_ref())?;
        present(&mut row, "user", facts.user.as_ref())?;
        row.serialize_entry("by", &facts.by)?;
        present(&mut row, "target", facts.target.as_ref())?;
        present(&mut row, "group", facts.group.as_ref())?;
        present(&mut row, "application", facts.application.as_ref())?;
        present(&mut row, "ip", facts.ip.as_ref())?;
        present(&mut row, "device", facts.device.as_ref())?;
        present(&mut row, "user_agent", facts.user_agent.as_ref())?;
        present(&mut row, "country", facts.country.as_ref())?;
        present(&mut row, "description", facts.description.as_ref())?;
        present(
            &mut row,
            "changes",
            Some(&facts.changes).filter(|changes| !changes.is_empty()),
        )?;
        present(
            &mut row,
            "metadata",
            Some(&facts.metadata).filter(|metadata| !metadata.is_empty()),
        )?;
        present(&mut row, "external_id", facts.external_id.as_ref())?;
        row.end()
    }
}

fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Success => "success",
        Outcome::Failure => "failure",
    }
}

fn present<M: SerializeMap>(row: &mut M, key: &'static str, value: Option<&impl Serialize>) -> Result<(), M::Error> {
    value.map_or(Ok(()), |value| row.serialize_entry(key, value))
}
