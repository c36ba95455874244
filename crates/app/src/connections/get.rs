//! How the caller stands with one person.

use store::accounts::account;
use store::connections::{block, connection};

use super::{Connection, Standing};
use crate::{App, Caller, ChangeError};

/// The caller's connection with `other_id`: connected, asked, asked by them, or blocked. `None` if there is nothing.
pub async fn get(app: &App, caller: &Caller, other_id: &str) -> Result<Option<Connection>, ChangeError> {
    let mut read = app.store().read().await?;
    let between = connection::get(&mut read, &caller.person.id, other_id).await?;
    let (blocked_at, _) = block::between(&mut read, &caller.person.id, other_id).await?;
    let other = account::get(&mut read, other_id).await?;
    let found = other.map(|other| Connection::of(&other, between, blocked_at));
    Ok(found.filter(|found| found.standing != Standing::None))
}
