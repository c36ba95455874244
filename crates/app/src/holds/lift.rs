//! Lifting a legal hold.

use store::holds;

use super::Hold;
use crate::{App, Caller, ChangeError, facts};

/// Lifts the hold of this id. What had been kept back by it goes when it is asked for again, or with time.
///
/// # Errors
/// [`ChangeError::NotFound`] if there is none.
pub async fn lift(app: &App, caller: &Caller, id: &str) -> Result<Hold, ChangeError> {
    if !caller.is_administrator() {
        return Err(ChangeError::Forbidden);
    }
    let mut tx = app.begin().await?;
    let row = holds::list(&mut tx).await?.into_iter().find(|row| row.id == id);
    let hold = Hold::of(row.ok_or(ChangeError::NotFound)?)?;
    let mut lifted = facts::about(app, caller, "hold.lifted", &hold.person);
    lifted
        .metadata
        .insert("reason".to_owned(), facts::shortened(&hold.reason));
    if !holds::remove(&mut tx, id).await? {
        return Err(ChangeError::NotFound);
    }
    tx.commit(lifted).await?;
    Ok(hold)
}
