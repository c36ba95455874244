//! Looking somebody up by their exact username or e-mail address.

use store::connections::{block, connection};

use super::people;
use super::{Connection, LookUpError};
use crate::{App, Caller, Quiet};

/// Who has this username or e-mail address, and how the caller stands with them.
pub async fn find(app: &App, caller: &Caller, login: &str) -> Result<Connection, LookUpError> {
    let mut tx = app.begin().await?;
    people::own(&mut tx, caller).await?;
    people::count(app, &mut tx, caller).await?;
    let found = people::typed(&mut tx, caller, login).await?;
    let id = found.as_ref().map_or("", |account| account.id.as_str());
    let between = connection::get(&mut tx, &caller.person.id, id).await?;
    let (blocked_at, _) = block::between(&mut tx, &caller.person.id, id).await?;
    tx.commit_quietly(Quiet::Counted).await?;
    found
        .map(|account| Connection::of(&account, between, blocked_at))
        .ok_or(LookUpError::Nobody)
}
