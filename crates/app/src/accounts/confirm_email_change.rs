//! Confirming a new e-mail address with the link that was mailed there. Works signed out: the mailbox is the proof.

use activity::{Person, Time};
use store::accounts::account::{self, AccountRow};
use store::accounts::link::{self, Purpose};
use store::accounts::{device, email_change, word};

use super::create_user::check_unique;
use super::edit_user::changes;
use super::{LinkError, links};
use crate::devices::{EndReason, Keep, OtherDevices};
use crate::factors::credentials_changed;
use crate::tokens::token_hash;
use crate::{Activities, App, Caller, ChangeError, Tx, Unavailable, Visitor, facts, mail, names};

/// A new address that waits to be confirmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingEmail {
    /// Whose it is to be.
    pub person: Person,
    /// The new address.
    pub email: String,
    /// From when the link does not work any more.
    pub expires_at: Time,
}

/// The change that the caller waits for, if there is one.
pub async fn pending_email_change(app: &App, caller: &Caller) -> Result<Option<PendingEmail>, Unavailable> {
    let mut read = app.store().read().await?;
    let pending = email_change::pending(&mut read, &caller.person.id, app.now()).await?;
    Ok(pending.map(|change| PendingEmail {
        person: caller.person.clone(),
        email: change.email,
        expires_at: change.validity.expires_at,
    }))
}

/// The change with this token, `None` if it was confirmed, has expired or was replaced. Looking does not use it up.
pub async fn peek_email_change(
    app: &App,
    _visitor: &Visitor,
    token: &str,
) -> Result<Option<PendingEmail>, Unavailable> {
    let mut read = app.store().read().await?;
    let Some(change) = email_change::peek(&mut read, &token_hash(token), app.now()).await? else {
        return Ok(None);
    };
    let account = account::get(&mut read, &change.account_id).await?;
    Ok(account.filter(links::may_use).map(|account| PendingEmail {
        person: account.person(),
        email: change.email,
        expires_at: change.validity.expires_at,
    }))
}

/// Makes the new address the account's, and ends its other devices unless they are to stay; the browser it is
/// confirmed in is none of them if the account is signed in there. Reset links die, and so do remembered devices and
/// half-finished log-ins: what was trusted because of the old address is not any more.
pub async fn confirm_email_change(
    app: &App,
    visitor: &Visitor,
    token: &str,
    others: OtherDevices,
) -> Result<(), LinkError> {
    let mut tx = app.begin().await?;
    // Found and used up by one statement: of two at once, one is refused here.
    let change = email_change::take(&mut tx, &token_hash(token), app.now()).await?;
    let Some(change) = change else {
        return Err(LinkError::Gone);
    };
    let before = account::get(&mut tx, &change.account_id).await?;
    let Some(before) = before.filter(links::may_use) else {
        return Err(LinkError::Gone);
    };
    let after = AccountRow {
        email: change.email,
        ..before.clone()
    };
    check_unique(&mut tx, &after).await.map_err(taken)?;
    let keys = names::keys(&after);
    account::set_profile(&mut tx, &after, &keys).await?;
    word::replace(&mut tx, &after.id, &keys, &names::words(&keys)).await?;
    email_change::void_all(&mut tx, &after.id).await?;
    link::delete_all(&mut tx, &after.id, Purpose::Reset).await?;
    credentials_changed(&mut tx, &after.id).await?;
    mail::write(app, &mut tx, mail::letters::email_change_done(&before, &after)).await?;
    let mut changed = facts::by_visitor(app, visitor, "user.email_changed", &after.person());
    changed.changes = changes(&before, &after);
    let here = signed_in_here(&mut tx, visitor, &after.id).await?;
    let reason = EndReason::EmailChanged;
    let ended = others
        .settle(app, &mut tx, &after, Keep::device(here.as_deref()), reason)
        .await?;
    let mut activities = Activities::from(changed);
    activities.extend(ended);
    Ok(tx.commit(activities).await?)
}

/// The device of the browser that asks, if it is signed in to this account.
async fn signed_in_here(tx: &mut Tx, visitor: &Visitor, account_id: &str) -> Result<Option<String>, Unavailable> {
    let Some(token) = visitor.device_token.as_deref() else {
        return Ok(None);
    };
    let device = device::by_token(tx, &token_hash(token)).await?;
    Ok(device
        .filter(|device| device.account_id == account_id)
        .map(|device| device.id))
}

/// Somebody else took the address since it was asked for. Whoever holds the link reads its mailbox and may know.
fn taken(error: ChangeError) -> LinkError {
    match error {
        ChangeError::Invalid(errors) => LinkError::Invalid(errors),
        ChangeError::Unavailable(cause) => LinkError::Unavailable(cause),
        _ => LinkError::Gone,
    }
}
