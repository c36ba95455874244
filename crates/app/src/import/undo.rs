//! Undoing an import as a whole: its activities leave the log as those do that were kept long enough, every leaf and root
//! stands, and the same files can be read in again.

use engine::{RetentionBy, UndoneImport};
use store::log::import as table;

use super::imported::Imported;
use crate::holds::{held_persons, reason_of};
use crate::retention::sign;
use crate::{App, Caller, ChangeError, facts};

/// Runs among which the one that was just begun is looked for.
const NEWEST: u32 = 8;

/// What undoing an import would take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Undoing {
    /// How many of its activities are in the log.
    pub removed: u64,
    /// How many of those name somebody who is under a legal hold; where there are any, it cannot be undone.
    pub held: u64,
}

/// What undoing this import would take now; nothing is changed.
///
/// # Errors
/// [`ChangeError::Forbidden`] for all but administrators; [`ChangeError::NotFound`] if there is none of this number.
pub async fn rehearse_undo(app: &App, caller: &Caller, id: u64) -> Result<(Imported, Undoing), ChangeError> {
    if !caller.is_administrator() {
        return Err(ChangeError::Forbidden);
    }
    let mut read = app.store().read().await?;
    let import = table::get(&mut read, id).await?.ok_or(ChangeError::NotFound)?;
    let held = held_persons(&mut read).await?;
    drop(read);
    Ok((Imported::of(import)?, undoing(app, id, &held).await?))
}

async fn undoing(app: &App, id: u64, held: &[String]) -> Result<Undoing, ChangeError> {
    let (removed, held) = app.log().of_import(id, held).await?;
    Ok(Undoing { removed, held })
}

/// Undoes the import of this number: from the commit on nothing shows its activities, and in the background they are taken
/// out of every file.
///
/// # Errors
/// [`ChangeError::Forbidden`] for all but administrators, [`ChangeError::NotFound`] if there is none of this number,
/// [`ChangeError::Invalid`] without a reason, [`ChangeError::Conflict`] where nothing of it is in the log, or some of it
/// names somebody who is under a legal hold.
pub async fn undo(app: &App, caller: &Caller, id: u64, reason: &str) -> Result<Imported, ChangeError> {
    if !caller.is_administrator() {
        return Err(ChangeError::Forbidden);
    }
    let reason = reason_of(reason, "an import is undone")?;
    // Counted before the transaction, which holds up all others.
    let mut read = app.store().read().await?;
    let seen = Standing::of(&mut read, id).await?;
    drop(read);
    let mut goes = undoing(app, id, &seen.held).await?;
    let mut tx = app.begin().await?;
    // Guarantee: nobody who is under a hold when this is committed loses anything, it is counted what goes, and it goes
    // once, because who is held and what the import recorded stand still from here on.
    let stands = Standing::of(&mut tx, id).await?;
    if stands != seen {
        goes = undoing(app, id, &stands.held).await?;
    }
    let import = Imported::of(stands.row)?;
    refuse(&import, goes)?;
    let of = UndoneImport {
        id,
        removed: goes.removed,
        reason: facts::shortened(&reason),
    };
    let by = RetentionBy {
        id: &caller.person.id,
        name: &caller.person.name,
    };
    let log = app.log().clone();
    let run = log.undo_import(&mut tx, &of, by).await?;
    table::undo(&mut tx, id, run).await?;
    let mut told = facts::of_installation(app, caller, "log.import_undone");
    let said = [
        ("count", of.removed.to_string()),
        ("source", import.files_text()),
        ("import", id.to_string()),
        ("reason", of.reason),
        ("run", run.to_string()),
    ];
    told.metadata.extend(said.map(|(key, value)| (key.to_owned(), value)));
    tx.commit(told).await?;
    let newest = app.log().retention_runs(NEWEST).await.unwrap_or_default();
    if let Some(run) = newest.iter().find(|of| of.id == run) {
        sign(app, run).await;
    }
    let row = table::get(&mut app.store().glance().await?, id).await?;
    Ok(Imported::of(row.ok_or(ChangeError::NotFound)?)?)
}

/// What undoing an import rests on.
#[derive(PartialEq)]
struct Standing {
    row: table::ImportRow,
    /// Ids of persons who are under a legal hold.
    held: Vec<String>,
}

impl Standing {
    async fn of(read: &mut store::Read, id: u64) -> Result<Self, ChangeError> {
        Ok(Self {
            row: table::get(read, id).await?.ok_or(ChangeError::NotFound)?,
            held: held_persons(read).await?,
        })
    }
}

/// Why it cannot be undone, if it cannot.
fn refuse(import: &Imported, goes: Undoing) -> Result<(), ChangeError> {
    if goes.held > 0 {
        return Err(ChangeError::conflict(format!(
            "{} of its {} activities name somebody who is under a legal hold, and so it stays. It can be undone once the \
             hold is lifted.",
            goes.held, goes.removed
        )));
    }
    match (&import.undone, goes.removed) {
        (Some(_), 0) => Err(ChangeError::conflict("It is undone already.")),
        (None, 0) => Err(ChangeError::conflict("Nothing of it is in the log any more.")),
        _ => Ok(()),
    }
}
