//! Blocking somebody no more.

use store::connections::block;

use super::people::{self, towards};
use crate::{App, Caller, ChangeError};

/// Lifts the caller's block of `other_id`; what was between them before does not come back.
pub async fn unblock(app: &App, caller: &Caller, other_id: &str) -> Result<(), ChangeError> {
    let mut tx = app.begin().await?;
    let own = people::own(&mut tx, caller).await?;
    let other = people::other(&mut tx, caller, other_id).await?;
    if !block::delete(&mut tx, &own.id, &other.id).await? {
        return Err(ChangeError::NotFound);
    }
    let facts = towards(app, caller, "connection.unblocked", &other);
    people::done(tx, facts, &other.id).await
}
