//! Removing a passkey, for which the owner proves again who they are.

use store::Tx;
use store::factors::recovery_code;
use store::passkeys::ceremony;

use super::model::target;
use crate::accounts::{Proof, reauthenticate};
use crate::activity::facts;
use crate::factors::{credentials_changed, has_any, must_keep};
use crate::{App, Caller, ChangeError, mail};

/// Removes one of the caller's own passkeys. The last second factor stays where one is required, or where the
/// password is too short to be alone.
pub async fn remove(app: &App, caller: &Caller, id: &str, proof: &Proof) -> Result<(), ChangeError> {
    let mut read = app.store().read().await?;
    store::passkeys::get(read.conn(), &caller.person.id, id)
        .await?
        .ok_or(ChangeError::NotFound)?;
    drop(read);
    reauthenticate(app, caller, proof).await?;
    let mut tx = app.store().begin().await?;
    let passkey = store::passkeys::get(tx.conn(), &caller.person.id, id).await?;
    let passkey = passkey.ok_or(ChangeError::NotFound)?;
    if !store::passkeys::delete(tx.conn(), &caller.person.id, id).await? {
        return Err(ChangeError::NotFound);
    }
    check_not_last(&mut tx, &caller.person.id).await?;
    ceremony::delete_all(tx.conn(), &caller.person.id).await?;
    credentials_changed(&mut tx, &caller.person.id).await?;
    let account = store::accounts::account::get(tx.conn(), &caller.person.id).await?;
    let account = account.ok_or(ChangeError::NotFound)?;
    mail::write(
        app,
        &mut tx,
        mail::letters::passkey_removed(app, &account, &passkey.name),
    )
    .await?;
    let mut removed = facts::about(app, caller, "user.passkey_removed", &account.person());
    removed.target = Some(target(id, &passkey.name));
    app.log().append(&mut tx, vec![removed]).await?;
    Ok(tx.commit().await?)
}

/// After the removal, within its transaction: dropping it takes the removal back.
async fn check_not_last(tx: &mut Tx, account_id: &str) -> Result<(), ChangeError> {
    if has_any(tx.conn(), account_id).await? {
        return Ok(());
    }
    if let Some(reason) = must_keep(tx.conn(), account_id).await? {
        return Err(ChangeError::conflict(reason));
    }
    // They are for a lost second factor; without one they would be a second password.
    Ok(recovery_code::delete_all(tx.conn(), account_id).await?)
}
