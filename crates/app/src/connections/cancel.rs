//! Withdrawing one's own request to connect.

use store::connections::connection;

use super::people::{self, towards};
use crate::{App, Caller, ChangeError};

/// Withdraws the caller's request to `other_id` that still waits.
pub async fn cancel(app: &App, caller: &Caller, other_id: &str) -> Result<(), ChangeError> {
    let mut tx = app.begin().await?;
    let own = people::own(&mut tx, caller).await?;
    let other = people::other(&mut tx, caller, other_id).await?;
    if !connection::withdraw(&mut tx, &own.id, &other.id).await? {
        return Err(ChangeError::NotFound);
    }
    let facts = towards(app, caller, "connection.cancelled", &other);
    people::done(tx, facts, &other.id).await
}
