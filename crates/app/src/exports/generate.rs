//! Generate CSV: asks for a new file of one user's log and says how far it is.

use std::time::Duration;

use activity::Person;
use store::exports::{ExportRow, Kind as StoredKind, State as StoredState};

use super::rows::{export, new_row};
use super::{Export, ExportError, worker};
use crate::activity::{LogScope, person};
use crate::zone::ZoneChoice;
use crate::{App, Caller, Quiet};

/// How many of the latest rows of one user are looked at; older ones are replaced and gone.
const LATEST: i64 = 10;

/// How long, and how often, to look whether a small log's file is there already.
const MOMENT: Duration = Duration::from_millis(20);
const PATIENCE: usize = 20;

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

/// Starts a new file of this user's log, or returns the one that is being made.
pub async fn generate_user_csv(
    app: &App,
    caller: &Caller,
    user_id: &str,
    zone: &ZoneChoice,
) -> Result<Export, ExportError> {
    let subject = subject(app, caller, user_id).await?;
    let row = new_row(
        app,
        caller,
        StoredKind::UserCsv,
        Some(&subject),
        String::new(),
        zone.name(),
    )?;
    let mut tx = app.begin().await?;
    // Within the write transaction, so that of two who press at once one finds the other's row.
    let latest = store::exports::for_subject(&mut tx, user_id, StoredKind::UserCsv, LATEST);
    if let Some(running) = latest.await?.into_iter().find(is_unfinished) {
        return export(running);
    }
    store::exports::insert(&mut tx, &row).await?;
    let job = store::exports::job(&row.id);
    app.jobs().add(&mut tx, &job).await?;
    tx.commit_quietly(Quiet::ExportQueue).await?;
    worker::wake(app);
    // Asked for it is, whatever can be read of it now.
    settled(app, row.clone()).await.or_else(|_| export(row))
}

/// The row as it is a moment later: a small log's file is there before the next page is.
async fn settled(app: &App, row: ExportRow) -> Result<Export, ExportError> {
    let mut row = row;
    for _ in 0..PATIENCE {
        tokio::time::sleep(MOMENT).await;
        let mut read = app.store().glance().await?;
        let Some(now) = store::exports::by_id(&mut read, &row.id).await? else {
            break;
        };
        row = now;
        if !is_unfinished(&row) {
            break;
        }
    }
    export(row)
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
            StoredState::Failed => continue,
            StoredState::Done => &mut csv.ready,
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
