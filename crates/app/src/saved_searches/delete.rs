//! Deleting a saved search.

use store::saved_searches;

use super::search_facts;
use crate::{App, Caller, ChangeError};

/// Deletes one of the caller's, for whomever it was shared with too.
pub async fn delete(app: &App, caller: &Caller, id: &str) -> Result<(), ChangeError> {
    let mut tx = app.begin().await?;
    let row = saved_searches::get(&mut tx, &caller.person.id, id).await?;
    let row = row.ok_or(ChangeError::NotFound)?;
    saved_searches::delete(&mut tx, &caller.person.id, id).await?;
    let deleted = search_facts::of(app, caller, "saved_search.deleted", &row, None);
    Ok(tx.commit(deleted).await?)
}
