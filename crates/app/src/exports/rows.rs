//! Between rows of the table and exports: reading them, and the facts of the activities they cause.

use activity::{Facts, Named, Person, Target, Time};
use store::exports::{ExportRow, Kind as StoredKind, State as StoredState};

use super::{Export, ExportError, Format, Kind, Progress, State, Summary};
use crate::activity::CompleteThrough;
use crate::facts::{self, shortened};
use crate::ids::{Prefix, new_id};
use crate::{App, Caller, Unavailable};

/// The row as pages and programs see it.
pub(super) fn export(row: ExportRow) -> Result<Export, ExportError> {
    let count = |n: i64| u64::try_from(n).unwrap_or_default();
    let person = |json: &str| serde_json::from_str::<Person>(json).map_err(Unavailable::new);
    let through = row.through_size.zip(row.through_at);
    Ok(Export {
        subject: row.subject.as_deref().map(person).transpose()?,
        requested_by: person(&row.requester)?,
        kind: match row.kind {
            StoredKind::UserCsv => Kind::UserCsv,
            StoredKind::ViewCsv => Kind::View(Format::Csv),
            StoredKind::ViewJsonl => Kind::View(Format::Jsonl),
        },
        state: match row.state {
            StoredState::Queued => State::Queued,
            StoredState::Running => State::Running,
            StoredState::Done => State::Done,
            StoredState::Failed => State::Failed,
        },
        progress: Progress {
            rows: count(row.written),
            expected: count(row.expected),
            bytes: count(row.bytes),
        },
        complete_through: through.map(|(size, at)| CompleteThrough {
            size: count(size),
            at: Time(at),
        }),
        created_at: Time(row.created_at),
        finished_at: row.finished_at.map(Time),
        id: row.id,
        query: row.query,
        zone: row.zone,
        sha256: row.sha256,
        error: row.error,
        is_kept: row.file.is_some(),
    })
}

/// A new row, not yet stored.
pub(super) fn new_row(
    app: &App,
    caller: &Caller,
    kind: StoredKind,
    subject: Option<&Person>,
    query: String,
    zone: &str,
) -> Result<ExportRow, ExportError> {
    let now = app.now();
    let id = new_id(app, Prefix::Export);
    let origin = facts::about(app, caller, "export.generated", subject.unwrap_or(&caller.person));
    let json = |person: &Person| serde_json::to_string(person).map_err(Unavailable::new);
    Ok(ExportRow {
        id,
        kind,
        state: StoredState::Queued,
        subject_id: subject.map(|subject| subject.id.clone()),
        subject: subject.map(json).transpose()?,
        requester_id: caller.person.id.clone(),
        requester: json(&caller.person)?,
        origin: serde_json::to_string(&origin).map_err(Unavailable::new)?,
        query,
        zone: zone.to_owned(),
        created_at: now.0,
        finished_at: None,
        expected: 0,
        written: 0,
        bytes: 0,
        sha256: None,
        file: None,
        through_size: None,
        through_at: None,
        error: None,
    })
}

/// The same row as one of a group's log: its activities are in that log too.
pub(super) fn in_group(mut row: ExportRow, group: &Named) -> Result<ExportRow, ExportError> {
    let origin: Facts = serde_json::from_str(&row.origin).map_err(Unavailable::new)?;
    let origin = Facts {
        group: Some(group.clone()),
        ..origin
    };
    row.origin = serde_json::to_string(&origin).map_err(Unavailable::new)?;
    Ok(row)
}

/// The facts of what happened to an export, by whoever asked for it and from where they asked.
pub(super) fn facts_of(row: &ExportRow, code: &str, now: Time) -> Result<Facts, ExportError> {
    let origin: Facts = serde_json::from_str(&row.origin).map_err(Unavailable::new)?;
    Ok(Facts {
        kind: code.into(),
        occurred_at: now,
        ..origin
    })
    .map(|facts| described(facts, row))
}

/// The same facts with the export as their target and what it holds as metadata.
pub(super) fn described(mut facts: Facts, row: &ExportRow) -> Facts {
    let format = if row.kind == StoredKind::ViewJsonl {
        Format::Jsonl
    } else {
        Format::Csv
    };
    if facts.group.is_none() {
        facts.group = group_of(row);
    }
    facts.targets = vec![Target {
        kind: "export".to_owned(),
        id: row.id.clone(),
        name: file_name(row),
        ..Target::default()
    }];
    let mut add = |key: &str, value: &str| {
        if !value.is_empty() {
            facts.metadata.insert(key.to_owned(), shortened(value));
        }
    };
    add("format", format.extension());
    add("query", &row.query);
    add("zone", &row.zone);
    facts
}

/// The same facts with the size and digest of the file.
pub(super) fn summed(mut facts: Facts, summary: &Summary) -> Facts {
    facts.metadata.insert("rows".to_owned(), summary.rows.to_string());
    facts.metadata.insert("bytes".to_owned(), summary.bytes.to_string());
    facts.metadata.insert("sha256".to_owned(), summary.sha256.clone());
    facts
}

/// The name to save the file under: plain characters only, as it also goes into a header.
pub(super) fn file_name(row: &ExportRow) -> String {
    let subject = row
        .subject
        .as_deref()
        .and_then(|json| serde_json::from_str::<Person>(json).ok());
    let whose = match &subject {
        Some(person) if !person.username.is_empty() => plain(&person.username),
        Some(person) => plain(&person.id),
        None => group_of(row).map_or_else(
            || "everyone".to_owned(),
            |group| plain(if group.name.is_empty() { &group.id } else { &group.name }),
        ),
    };
    let day = Time(row.created_at).timestamp().strftime("%Y-%m-%d");
    let extension = if row.kind == StoredKind::ViewJsonl {
        "jsonl"
    } else {
        "csv"
    };
    format!("activity-log-{whose}-{day}.{extension}")
}

fn group_of(row: &ExportRow) -> Option<Named> {
    serde_json::from_str::<Facts>(&row.origin).ok()?.group
}

fn plain(text: &str) -> String {
    let mut plain: String = text
        .chars()
        .take(40)
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    if plain.chars().all(|c| c == '-') {
        plain = "user".to_owned();
    }
    plain
}

/// A size as the table holds it.
pub(super) fn number(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
