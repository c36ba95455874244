//! Leaving a session.

use store::sessions::presence;

use super::access::Access;
use super::session_facts;
use crate::{App, Caller, ChangeError};

/// Ends the caller's presence.
pub async fn leave(app: &App, caller: &Caller, id: &str) -> Result<(), ChangeError> {
    let mut tx = app.begin().await?;
    let access = Access::locked(&mut tx, caller, id)
        .await?
        .ok_or(ChangeError::NotFound)?;
    if !presence::delete(&mut tx, id, &caller.person.id).await? {
        return Err(match access.sees {
            true => ChangeError::conflict("You are not in this session."),
            false => ChangeError::NotFound,
        });
    }
    let facts = session_facts::by(app, caller, "session.left", &access.row);
    session_facts::tell(&mut tx, &access.row);
    Ok(tx.commit(facts).await?)
}
