//! The end of an import, or of a part of it: the activity that says what was read in.

use store::log::import as table;

use super::imported::Imported;
use crate::tx::Quiet;
use crate::{App, Caller, ChangeError, FieldError, Unavailable, Via, facts};

/// Lines that an end may tell of: what fits a whole number of every client.
const MOST_LINES: u64 = i32::MAX as u64;

/// What whoever sends an import says at its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct End {
    /// Whether all was read; what was only broken off can be gone on with.
    pub whole: bool,
    /// Lines that could not be read, from the first line on, and so were not sent.
    pub unreadable: u64,
}

/// Notes how far the import of this number came, and says in the log what it recorded since that was said last. One that is
/// ended already stays as it is, so that this may be repeated.
///
/// # Errors
/// [`ChangeError::NotFound`] where this key began none of this number; [`ChangeError::Invalid`] for more lines than anybody
/// counts; [`ChangeError::Conflict`] if it was undone.
pub async fn end(app: &App, caller: &Caller, id: u64, end: &End) -> Result<Imported, ChangeError> {
    let Via::ApiKey { id: key, .. } = &caller.via else {
        return Err(ChangeError::Forbidden);
    };
    let row = table::get(&mut app.store().glance().await?, id).await?;
    let import = Imported::of(row.filter(|row| row.by_id == *key).ok_or(ChangeError::NotFound)?)?;
    if end.unreadable > MOST_LINES {
        let text = format!("At most {MOST_LINES} lines can be told of.");
        return Err(ChangeError::Invalid(vec![FieldError::new("unreadable", text)]));
    }
    if import.undone.is_some() {
        return Err(ChangeError::conflict(format!("Import {id} was undone.")));
    }
    if import.ended_at.is_some() {
        return Ok(import);
    }
    close(app, caller, id, end).await?;
    let row = table::get(&mut app.store().glance().await?, id).await?;
    Ok(Imported::of(row.ok_or(ChangeError::NotFound)?)?)
}

/// The same, of an import that is known. What is told of it is what its row counts, and never the word of who sends it.
pub(super) async fn close(app: &App, caller: &Caller, id: u64, end: &End) -> Result<(), Unavailable> {
    let mut tx = app.begin().await?;
    let row = table::get(&mut tx, id).await?.filter(|row| row.ended_at.is_none());
    let Some(row) = row else {
        tx.rollback().await;
        return Ok(());
    };
    let untold = row.grown.recorded - row.told;
    let import = Imported::of(row)?;
    table::tell(&mut tx, id, end.unreadable, app.now()).await?;
    if end.whole {
        table::end(&mut tx, id, app.now()).await?;
    }
    if untold == 0 {
        return tx.commit_quietly(Quiet::ImportBegun).await;
    }
    let mut facts = facts::of_installation(app, caller, "log.imported");
    let said = [
        ("count", untold.to_string()),
        ("source", import.files_text()),
        ("import", id.to_string()),
    ];
    facts.metadata.extend(said.map(|(key, value)| (key.to_owned(), value)));
    if !end.whole {
        facts.metadata.insert("broken_off".to_owned(), "yes".to_owned());
    }
    tx.commit(facts).await
}

/// Takes away the import of this number where it brought nothing, neither new nor known; whether it was such a one. Only
/// for whoever knows that nothing more of it comes.
pub(super) async fn forget(app: &App, id: u64) -> Result<bool, Unavailable> {
    let mut tx = app.begin().await?;
    if !table::forget_empty(&mut tx, id).await? {
        tx.rollback().await;
        return Ok(false);
    }
    tx.commit_quietly(Quiet::ImportBegun).await?;
    Ok(true)
}
