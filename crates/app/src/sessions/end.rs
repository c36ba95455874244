//! Ending a session: everybody in it leaves at once. A session that never started is called off by the same.

use store::sessions::{attempt, presence, session};

use super::access::Access;
use super::deeds;
use crate::{App, Caller, ChangeError};

/// Ends a session: who looks after it, and who manages its group.
pub async fn end(app: &App, caller: &Caller, id: &str) -> Result<(), ChangeError> {
    let mut tx = app.store().begin().await?;
    let access = Access::locked(&mut tx, caller, id)
        .await?
        .ok_or(ChangeError::NotFound)?;
    let access = access.managed()?;
    if !session::end(tx.conn(), id, app.now()).await? {
        return Err(ChangeError::conflict("This session has ended already."));
    }
    let left = presence::clear(tx.conn(), id).await?;
    // Nobody is asked for its password any more.
    attempt::clear_all(tx.conn(), id).await?;
    let mut facts: Vec<_> = left
        .iter()
        .map(|person| deeds::left(app, Some(caller), person, &access.row, "the session was ended"))
        .collect();
    facts.push(deeds::by(app, caller, "session.ended", &access.row));
    app.log().append(&mut tx, facts).await?;
    deeds::tell(app, &mut tx, &access.row);
    tx.commit().await?;
    Ok(())
}
