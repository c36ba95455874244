//! Blocking somebody.

use store::connections::block as blocks;
use store::connections::connection::{self, End};

use super::people::{self, name_key, towards};
use crate::{App, Caller, ChangeError};

/// Ends whatever there is between the caller and `other_id`; from then on the caller does not exist for them. Blocked
/// already: nothing happens.
pub async fn block(app: &App, caller: &Caller, other_id: &str) -> Result<(), ChangeError> {
    let mut tx = app.begin().await?;
    let own = people::own(&mut tx, caller).await?;
    let other = people::other(&mut tx, caller, other_id).await?;
    let key = name_key(&other);
    let blocked = End {
        id: &other.id,
        name_key: &key,
    };
    if !blocks::insert(&mut tx, &own.id, blocked, app.now()).await? {
        return Ok(());
    }
    connection::forget(&mut tx, &own.id, &other.id).await?;
    let facts = towards(app, caller, "connection.blocked", &other);
    people::done(tx, facts, &other.id).await
}
