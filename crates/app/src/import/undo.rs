//! Undoing an import as a whole: its activities leave the log as those do that were kept long enough, every leaf and root
//! stands, and the same files can be read in again.

use engine::{RetentionBy, UndoneImport};
use store::log::import as table;

use super::imported::Imported;
use crate::holds::{held_persons, reason_of};
use crate::{App, Caller, ChangeError, facts};

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
    let (mut import, mut held);
    let mut tx = loop {
        let mut read = app.store().read().await?;
        import = Imported::of(table::get(&mut read, id).await?.ok_or(ChangeError::NotFound)?)?;
        held = held_persons(&mut read).await?;
        drop(read);
        let goes = undoing(app, id, &held).await?;
        refuse(&import, goes)?;
        let mut tx = app.begin().await?;
        // Guarantee: nobody who is under a hold when this is committed loses anything, because who is stands still from
        // here on.
        if held_persons(&mut tx).await? == held {
            import.recorded = goes.removed;
            break tx;
        }
        tx.rollback().await;
    };
    let of = UndoneImport {
        id,
        removed: import.recorded,
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
    let row = table::get(&mut app.store().glance().await?, id).await?;
    Ok(Imported::of(row.ok_or(ChangeError::NotFound)?)?)
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
