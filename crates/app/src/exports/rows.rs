//! Between rows of the table and exports: reading them, and the facts of the activities they cause.

use activity::{Facts, Named, Person, Target, Time};
use store::exports::{ExportRow, Format as StoredFormat, Gone as StoredGone, Kind as StoredKind, State as StoredState};

use super::{Asked, Export, ExportError, Format, Gone, Kind, Progress, State, Summary};
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
        group: group_of(&row),
        requested_by: person(&row.requester)?,
        asked: asked(&row)?,
        kind: match row.kind {
            StoredKind::UserCsv => Kind::UserCsv,
            StoredKind::View => Kind::View,
            StoredKind::Sent => Kind::Sent,
        },
        format: format(row.format),
        state: match row.state {
            StoredState::Queued => State::Queued,
            StoredState::Running => State::Running,
            StoredState::Done => State::Done,
            StoredState::Failed => State::Failed,
            StoredState::Cancelled => State::Cancelled,
        },
        progress: Progress {
            rows: count(row.written),
            expected: count(row.expected),
            bytes: count(row.bytes),
        },
        before: 0,
        complete_through: through.map(|(size, at)| CompleteThrough {
            size: count(size),
            at: Time(at),
        }),
        created_at: Time(row.created_at),
        finished_at: row.finished_at.map(Time),
        columns: columns(&row),
        has_mark: row.has_mark,
        id: row.id,
        query: row.query,
        zone: row.zone,
        sha256: row.sha256,
        error: row.error,
        is_kept: row.file.is_some(),
        has_manifest: row.file.is_some() && row.manifest_bytes.is_some(),
        has_proofs: row.file.is_some() && row.proof_bytes.is_some(),
        expires_at: row.expires_at.map(Time),
        gone: row.gone.map(|gone| match gone {
            StoredGone::Expired => Gone::Expired,
            StoredGone::Deleted => Gone::Deleted,
            StoredGone::Replaced => Gone::Replaced,
        }),
        gone_at: row.gone_at.map(Time),
    })
}

/// What was asked for, where it was not all of a person's log.
pub(super) fn asked(row: &ExportRow) -> Result<Option<Asked>, Unavailable> {
    let read = |json: &str| serde_json::from_str(json).map_err(Unavailable::new);
    row.question.as_deref().map(read).transpose()
}

/// The names of its columns.
pub(super) fn columns(row: &ExportRow) -> Vec<String> {
    let names = row.columns.split(',').filter(|name| !name.is_empty());
    names.map(str::to_owned).collect()
}

pub(super) fn format(format: StoredFormat) -> Format {
    match format {
        StoredFormat::Csv => Format::Csv,
        StoredFormat::Jsonl => Format::Jsonl,
        StoredFormat::Parquet => Format::Parquet,
        StoredFormat::Xlsx => Format::Xlsx,
    }
}

fn stored_format(format: Format) -> StoredFormat {
    match format {
        Format::Csv => StoredFormat::Csv,
        Format::Jsonl => StoredFormat::Jsonl,
        Format::Parquet => StoredFormat::Parquet,
        Format::Xlsx => StoredFormat::Xlsx,
    }
}

/// What is new about an export.
pub(super) struct New<'a> {
    pub(super) kind: StoredKind,
    pub(super) format: Format,
    pub(super) subject: Option<&'a Person>,
    pub(super) group: Option<&'a Named>,
    /// What is asked, and how people read it.
    pub(super) question: Option<(&'a Asked, String)>,
    pub(super) columns: &'a [String],
    pub(super) has_mark: bool,
    pub(super) zone: &'a str,
}

/// A new row, not yet stored.
pub(super) fn new_row(app: &App, caller: &Caller, new: New<'_>) -> Result<ExportRow, ExportError> {
    let now = app.now();
    let id = new_id(app, Prefix::Export);
    let mut origin = facts::about(app, caller, "export.generated", new.subject.unwrap_or(&caller.person));
    // Its activities are in the group's log too.
    origin.group = new.group.cloned();
    let person = |person: &Person| serde_json::to_string(person).map_err(Unavailable::new);
    let (question, query) = new.question.unzip();
    let question = question
        .map(serde_json::to_string)
        .transpose()
        .map_err(Unavailable::new)?;
    Ok(ExportRow {
        id,
        kind: new.kind,
        format: stored_format(new.format),
        state: StoredState::Queued,
        subject_id: new.subject.map(|subject| subject.id.clone()),
        subject: new.subject.map(person).transpose()?,
        requester_id: caller.person.id.clone(),
        requester: person(&caller.person)?,
        origin: serde_json::to_string(&origin).map_err(Unavailable::new)?,
        query: query.unwrap_or_default(),
        question,
        columns: new.columns.join(","),
        has_mark: new.has_mark,
        zone: new.zone.to_owned(),
        created_at: now.0,
        finished_at: None,
        expected: 0,
        written: 0,
        bytes: 0,
        sha256: None,
        file: None,
        manifest_bytes: None,
        proof_bytes: None,
        expires_at: None,
        gone: None,
        gone_at: None,
        through_size: None,
        through_at: None,
        error: None,
    })
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
    if facts.group.is_none() {
        facts.group = group_of(row);
    }
    facts.targets = vec![Target {
        kind: "export".to_owned(),
        id: row.id.clone(),
        name: name_in_log(row),
        ..Target::default()
    }];
    let mut add = |key: &str, value: &str| {
        if !value.is_empty() {
            facts.metadata.insert(key.to_owned(), shortened(value));
        }
    };
    add("format", format(row.format).extension());
    add("query", &row.query);
    add("zone", &row.zone);
    add("columns", &row.columns);
    facts
}

/// The same facts with the size and digest of the file.
pub(super) fn summed(mut facts: Facts, summary: &Summary) -> Facts {
    facts.metadata.insert("rows".to_owned(), summary.rows.to_string());
    facts.metadata.insert("bytes".to_owned(), summary.bytes.to_string());
    facts.metadata.insert("sha256".to_owned(), summary.sha256.clone());
    facts
}

/// What the log calls the file. The names of targets that are no people stay when somebody is erased, so they hold nobody's.
fn name_in_log(row: &ExportRow) -> String {
    match row.subject_id {
        Some(_) => dated(row, "of-one"),
        None => file_name(row),
    }
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
    dated(row, &whose)
}

fn dated(row: &ExportRow, whose: &str) -> String {
    let day = Time(row.created_at).timestamp().strftime("%Y-%m-%d");
    let extension = format(row.format).extension();
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

/// Whose log the activities of an export are in: that of whom it is about, else of who asked for it.
pub(super) fn subject_of(row: &ExportRow) -> Result<Person, Unavailable> {
    let json = row.subject.as_deref().unwrap_or(&row.requester);
    serde_json::from_str(json).map_err(Unavailable::new)
}

/// A size as the table holds it.
pub(super) fn number(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
