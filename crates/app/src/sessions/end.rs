//! Ending a session: everybody in it leaves at once. A session that never started is called off by the same.

use activity::Reason;
use store::sessions::{attempt, presence, session};

use super::access::Access;
use super::session_facts;
use crate::{Activities, App, Caller, ChangeError};

/// Ends a session: who looks after it, and who manages its group.
pub async fn end(app: &App, caller: &Caller, id: &str) -> Result<(), ChangeError> {
    caller.check_change()?;
    let mut tx = app.begin().await?;
    let access = Access::locked(&mut tx, caller, id)
        .await?
        .ok_or(ChangeError::NotFound)?;
    let access = access.managed()?;
    if !session::end(&mut tx, id, app.now()).await? {
        return Err(ChangeError::conflict("This session has ended already."));
    }
    let left = presence::clear(&mut tx, id).await?;
    // Nobody is asked for its password any more.
    attempt::clear_all(&mut tx, id).await?;
    let ended = session_facts::by(app, caller, "session.ended", &access.row);
    let left = left
        .iter()
        .map(|person| session_facts::left(app, Some(caller), person, &access.row, Reason::SessionEnded));
    session_facts::tell(&mut tx, &access.row);
    Ok(tx.commit(Activities::ending(left, ended)).await?)
}
