//! Accepting somebody's request to connect.

use store::connections::connection::{self, State};

use super::people::{self, towards};
use crate::{App, Caller, ChangeError};

/// Accepts the request of `other_id` that waits for the caller.
pub async fn accept(app: &App, caller: &Caller, other_id: &str) -> Result<(), ChangeError> {
    caller.check_change()?;
    let mut tx = app.begin().await?;
    let own = people::own(&mut tx, caller).await?;
    let other = people::other(&mut tx, caller, other_id).await?;
    if !connection::decide(&mut tx, &own.id, &other.id, true, app.now()).await? {
        let between = connection::get(&mut tx, &own.id, &other.id).await?;
        return Err(match between.map(|row| row.state) {
            Some(State::Accepted) => ChangeError::conflict("You are connected already."),
            _ => ChangeError::NotFound,
        });
    }
    let facts = towards(app, caller, "connection.accepted", &other);
    people::done(tx, facts, &other.id).await
}
