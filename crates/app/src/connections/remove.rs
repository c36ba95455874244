//! Ending a connection.

use store::connections::connection;

use super::people::{self, towards};
use crate::{App, Caller, ChangeError};

/// Ends the caller's connection with `other_id`.
pub async fn remove(app: &App, caller: &Caller, other_id: &str) -> Result<(), ChangeError> {
    let mut tx = app.begin().await?;
    let own = people::own(&mut tx, caller).await?;
    let other = people::other(&mut tx, caller, other_id).await?;
    if !connection::remove(&mut tx, &own.id, &other.id).await? {
        return Err(ChangeError::NotFound);
    }
    let facts = towards(app, caller, "connection.removed", &other);
    people::done(tx, facts, &other.id).await
}
