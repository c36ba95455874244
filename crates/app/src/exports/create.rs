//! Asks for the file of a view: exactly what its filter shows. Whoever makes it says in the log when it is there. Every
//! form is made in the background and kept for a time: a workbook cannot be sent before its end is known, and so all of
//! them have a digest before they are taken, can be called off, and do not break off with a connection.

use std::time::Duration;

use activity::Person;
use serde::Serialize;
use store::exports::{ExportRow, Kind as StoredKind};

use super::get::get;
use super::rows::{New, export, new_row};
use super::{Asked, Column, Export, ExportError, Format, worker};
use crate::activity::{LogScope, Question, Scoped, Subject, ViewRequest, account};
use crate::once::Begun;
use crate::zone::ZoneChoice;
use crate::{App, Caller, Quiet, Tx};

/// How long, and how often, to look whether a small file is there already.
const MOMENT: Duration = Duration::from_millis(20);
const PATIENCE: usize = 20;

/// What of a view is exported, and how.
#[derive(Clone, Debug)]
pub struct ViewExport {
    /// The view; its cursor and limit do not matter.
    pub view: ViewRequest,
    /// The form of the file.
    pub format: Format,
    /// Columns by name, in order; empty for all. JSON Lines has every field.
    pub columns: Vec<String>,
    /// The zone of the times in a CSV or a workbook.
    pub zone: ZoneChoice,
    /// Whether a CSV begins with a byte order mark.
    pub has_mark: bool,
}

/// What tells one request from another with the same `Idempotency-Key`.
#[derive(Serialize)]
struct Same<'a> {
    asked: &'a Asked,
    format: &'static str,
    columns: &'a [String],
    zone: &'a str,
    has_mark: bool,
}

/// Asks for a file of what `caller` may see of `scope`. With the same `Idempotency-Key` again, it is the same export.
pub async fn create(app: &App, caller: &Caller, scope: &LogScope, request: &ViewExport) -> Result<Export, ExportError> {
    if !caller.may_export() {
        return Err(ExportError::Forbidden);
    }
    if request.format == Format::Jsonl && !request.columns.is_empty() {
        return Err(ExportError::ColumnsOfJson);
    }
    Column::choose(&request.columns)?;
    let scoped = Scoped::new(app, caller, scope, question(&request.view))
        .await?
        .hiding_reads(request.view.hides_reads);
    let asked = Asked::of(&scoped, &request.view)?;
    let subject = subject(app, caller, &scoped).await?;
    let new = New {
        kind: StoredKind::View,
        format: request.format,
        subject: subject.as_ref(),
        group: scoped.subject.group(),
        question: Some((&asked, scoped.text())),
        columns: &request.columns,
        has_mark: request.has_mark && request.format == Format::Csv,
        zone: request.zone.name(),
    };
    let same = Same {
        asked: &asked,
        format: request.format.extension(),
        columns: &request.columns,
        zone: request.zone.name(),
        has_mark: request.has_mark,
    };
    let row = new_row(app, caller, new)?;
    drop(scoped);
    match app.begin_once::<String>(caller, "exports.create", &same).await? {
        Begun::Before(tx, id) => {
            drop(tx);
            get(app, caller, &id).await?.ok_or(ExportError::Missing)
        }
        Begun::Now(mut tx) => {
            tx.answered(&row.id).await?;
            queue(app, tx, row).await
        }
    }
}

pub(super) fn question(view: &ViewRequest) -> Question<'_> {
    Question {
        q: &view.q,
        from: view.from,
        to: view.to,
        zone: &view.zone,
    }
}

/// Whose log it is, if it is one person's.
async fn subject(app: &App, caller: &Caller, scoped: &Scoped) -> Result<Option<Person>, ExportError> {
    Ok(match &scoped.subject {
        Subject::Own(_) => Some(caller.person.clone()),
        Subject::Other(id) => Some(account(app, id).await?.unwrap_or_else(|| Person {
            id: id.clone(),
            ..Person::default()
        })),
        Subject::Group { .. } | Subject::Everybody => None,
    })
}

/// Puts a new row in the queue, and gives it as it is a moment later: a small file is there before the next page is.
pub(super) async fn queue(app: &App, mut tx: Tx, row: ExportRow) -> Result<Export, ExportError> {
    // Within the write transaction, so that those who ask at once are counted one after another.
    let (all, own) = store::exports::unfinished(&mut tx, &row.requester_id).await?;
    let settings = &app.settings().exports;
    if own >= settings.per_account as u64 || all >= settings.at_once as u64 {
        return Err(ExportError::TooMany {
            yours: own >= settings.per_account as u64,
        });
    }
    store::exports::insert(&mut tx, &row).await?;
    let job = store::exports::job(&row.id);
    app.jobs().add(&mut tx, &job).await?;
    tx.commit_quietly(Quiet::ExportQueue).await?;
    worker::wake(app);
    // Asked for it is, whatever can be read of it now.
    settled(app, row.clone()).await.or_else(|_| export(row))
}

async fn settled(app: &App, row: ExportRow) -> Result<Export, ExportError> {
    let mut now = export(row)?;
    for _ in 0..PATIENCE {
        tokio::time::sleep(MOMENT).await;
        let mut read = app.store().glance().await?;
        let Some(row) = store::exports::by_id(&mut read, &now.id).await? else {
            break;
        };
        now = export(row)?;
        if now.state.is_finished() {
            break;
        }
    }
    Ok(now)
}
