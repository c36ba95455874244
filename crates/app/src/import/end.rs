//! The end of an import, or of a part of it: the activity that says what was read in.

use store::log::import::{self as table, Grown};

use super::imported::Imported;
use crate::tx::Quiet;
use crate::{App, Caller, ChangeError, Unavailable, Via, facts};

/// What whoever sends an import says at its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct End {
    /// Whether all was read; what was only broken off can be gone on with.
    pub whole: bool,
    /// Activities that were recorded since it was begun or gone on with.
    pub recorded: u64,
    /// Lines that could not be read, and so were not sent.
    pub unreadable: u64,
}

/// Notes how far the import of this number came, and says in the log what it recorded.
///
/// # Errors
/// [`ChangeError::NotFound`] where this key began none of this number; [`ChangeError::Conflict`] if it is over.
pub async fn end(app: &App, caller: &Caller, id: u64, end: &End) -> Result<Imported, ChangeError> {
    let Via::ApiKey { id: key, .. } = &caller.via else {
        return Err(ChangeError::Forbidden);
    };
    let row = table::get(&mut app.store().glance().await?, id).await?;
    let import = Imported::of(row.filter(|row| row.by_id == *key).ok_or(ChangeError::NotFound)?)?;
    if import.undone.is_some() || import.ended_at.is_some() {
        return Err(ChangeError::conflict(format!("Import {id} is over.")));
    }
    // What it says of itself is bound by what was recorded.
    let told = End {
        recorded: end.recorded.min(import.recorded),
        ..*end
    };
    close(app, caller, &import, &told).await?;
    let row = table::get(&mut app.store().glance().await?, id).await?;
    Ok(Imported::of(row.ok_or(ChangeError::NotFound)?)?)
}

/// The same, of an import that is known.
pub(super) async fn close(app: &App, caller: &Caller, import: &Imported, end: &End) -> Result<(), Unavailable> {
    let mut tx = app.begin().await?;
    let refused = Grown {
        refused: end.unreadable,
        ..Grown::default()
    };
    table::grow(&mut tx, import.id, &refused, None, app.now()).await?;
    if end.whole {
        table::end(&mut tx, import.id, app.now()).await?;
    }
    if end.recorded == 0 {
        return Ok(tx.commit_quietly(Quiet::ImportBegun).await?);
    }
    let mut facts = facts::of_installation(app, caller, "log.imported");
    let said = [
        ("count", end.recorded.to_string()),
        ("source", import.files_text()),
        ("import", import.id.to_string()),
    ];
    facts.metadata.extend(said.map(|(key, value)| (key.to_owned(), value)));
    if !end.whole {
        facts.metadata.insert("broken_off".to_owned(), "yes".to_owned());
    }
    tx.commit(facts).await
}
