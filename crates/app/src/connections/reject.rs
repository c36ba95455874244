//! Rejecting somebody's request to connect.

use store::connections::connection;

use super::people::{self, towards};
use crate::{App, Caller, ChangeError};

/// Rejects the request of `other_id` that waits for the caller. They may ask again after some days.
pub async fn reject(app: &App, caller: &Caller, other_id: &str) -> Result<(), ChangeError> {
    let mut tx = app.begin().await?;
    let own = people::own(&mut tx, caller).await?;
    let other = people::other(&mut tx, caller, other_id).await?;
    if !connection::decide(&mut tx, &own.id, &other.id, false, app.now()).await? {
        return Err(ChangeError::NotFound);
    }
    let facts = towards(app, caller, "connection.rejected", &other);
    people::done(tx, facts, &other.id).await
}
