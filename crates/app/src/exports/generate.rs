//! Generate CSV: asks for a new file of one user's log, whole or narrowed, and says how far it is.

use activity::Person;
use store::exports::{ExportRow, Kind as StoredKind, State as StoredState};

use super::create::{question, queue};
use super::rows::{New, export, new_row};
use super::{Asked, Export, ExportError, Format};
use crate::activity::{LogScope, Scoped, ViewRequest, person};
use crate::zone::ZoneChoice;
use crate::{App, Caller};

/// How many of the latest rows of one user are looked at; older ones are replaced and gone.
const LATEST: i64 = 10;

/// The files of one user's log.
#[derive(Clone, Debug, Default)]
pub struct UserCsv {
    /// The latest complete file, for Download CSV.
    pub ready: Option<Export>,
    /// The one being made.
    pub running: Option<Export>,
    /// The latest attempt, if it was given up after the complete file was made.
    pub failed: Option<Export>,
}

/// Starts a new file of this user's log, or returns the one that is being made. It holds the whole log, or what `view`
/// shows of it.
pub async fn generate_user_csv(
    app: &App,
    caller: &Caller,
    user_id: &str,
    zone: &ZoneChoice,
    view: Option<&ViewRequest>,
) -> Result<Export, ExportError> {
    let subject = subject(app, caller, user_id).await?;
    let asked = match view {
        None => None,
        Some(view) => {
            let scope = LogScope::User(user_id.to_owned());
            let scoped = Scoped::new(app, caller, &scope, question(view))
                .await?
                .hiding_reads(view.hides_reads);
            Some((Asked::of(&scoped, view)?, scoped.text()))
        }
    };
    let new = New {
        kind: StoredKind::UserCsv,
        format: Format::Csv,
        subject: Some(&subject),
        group: None,
        question: asked.as_ref().map(|(asked, text)| (asked, text.clone())),
        columns: &[],
        has_mark: false,
        zone: zone.name(),
    };
    let row = new_row(app, caller, new)?;
    let mut tx = app.begin().await?;
    // Within the write transaction, so that of two who press at once one finds the other's row.
    let latest = store::exports::for_subject(&mut tx, user_id, StoredKind::UserCsv, LATEST);
    if let Some(running) = latest.await?.into_iter().find(is_unfinished) {
        return export(running);
    }
    queue(app, tx, row).await
}

/// The files of this user's log.
pub async fn user_csv(app: &App, caller: &Caller, user_id: &str) -> Result<UserCsv, ExportError> {
    LogScope::User(user_id.to_owned()).allowed(app, caller).await?;
    let mut read = app.store().glance().await?;
    let rows = store::exports::for_subject(&mut read, user_id, StoredKind::UserCsv, LATEST).await?;
    let mut csv = UserCsv::default();
    for row in rows {
        let slot = match row.state {
            StoredState::Queued | StoredState::Running => &mut csv.running,
            StoredState::Failed if csv.ready.is_none() => &mut csv.failed,
            StoredState::Done if row.file.is_some() => &mut csv.ready,
            StoredState::Done | StoredState::Failed | StoredState::Cancelled => continue,
        };
        if slot.is_none() {
            *slot = Some(export(row)?);
        }
    }
    Ok(csv)
}

fn is_unfinished(row: &ExportRow) -> bool {
    matches!(row.state, StoredState::Queued | StoredState::Running)
}

/// Whose log it is, if `caller` may take it away: an account, or a person whom only the log knows.
async fn subject(app: &App, caller: &Caller, user_id: &str) -> Result<Person, ExportError> {
    if !caller.may_export() {
        return Err(ExportError::Forbidden);
    }
    person(app, caller, user_id).await?.ok_or(ExportError::NoSuchUser)
}
