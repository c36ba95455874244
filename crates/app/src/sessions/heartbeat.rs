//! A heartbeat of somebody in a session.

use store::sessions::presence;

use crate::{App, Caller, ChangeError};

/// Keeps the caller present. Whoever was silent for too long has left and must join again.
pub async fn heartbeat(app: &App, caller: &Caller, id: &str) -> Result<(), ChangeError> {
    let mut read = app.store().glance().await?;
    let there = presence::last_seen(&mut read, id, &caller.person.id).await?;
    drop(read);
    if there.is_none() {
        // Whoever may not know of the session hears that there is none.
        super::get(app, caller, id).await?;
        return Err(ChangeError::conflict("You are not in this session. Join it again."));
    }
    app.heartbeats().hear(id, &caller.person.id, app.now());
    Ok(())
}
