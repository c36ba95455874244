//! Finishing a password reset with the link that was mailed: ends every device and lifts a lock.

use store::accounts::account::{self, AccountRow};
use store::accounts::link::Purpose;
use store::accounts::{attempt, link};

use super::{LinkError, LinkPurpose, links, passwords};
use crate::devices::{EndReason, Keep, OtherDevices, end_others};
use crate::hasher::salt;
use crate::tokens::token_hash;
use crate::{Activities, App, Visitor, facts, mail};

/// Sets the password. The link is used up only if the password is taken; every other link of the account dies with it.
pub async fn reset_password(app: &App, visitor: &Visitor, token: &str, password: &str) -> Result<(), LinkError> {
    let named = account_of(app, visitor, LinkPurpose::Reset, token).await?;
    let checked = passwords::check_of(app, &mut app.store().read().await?, &named, password).await?;
    checked.map_err(|error| LinkError::Invalid(vec![error]))?;
    let hash = app.hasher().hash(password, salt(app)).await?;

    let mut tx = app.begin().await?;
    // Found and used up by one statement: of two at once, one is refused here.
    let taken = link::take(&mut tx, Purpose::Reset, &token_hash(token), app.now()).await?;
    let account = account::get(&mut tx, taken.as_deref().unwrap_or_default()).await?;
    let Some(account) = account.filter(links::may_use) else {
        return Err(LinkError::Gone);
    };
    link::delete_all(&mut tx, &account.id, Purpose::Reset).await?;
    link::delete_all(&mut tx, &account.id, Purpose::Activation).await?;
    // The second factor stays: the next log-in asks for it, on every browser.
    let new = passwords::NewPassword::of(password, &hash);
    let set = passwords::set(app, &mut tx, &account, new).await?;
    set.map_err(|error| LinkError::Invalid(vec![error]))?;
    attempt::clear_all(&mut tx, &account.id).await?;
    let completed = facts::by_visitor(app, visitor, "user.password_reset_completed", &account.person());
    let mut activities = Activities::from(completed);
    activities.extend(end_others(app, &mut tx, &account, Keep::Nothing, EndReason::PasswordReset).await?);
    mail::write(app, &mut tx, mail::letters::password_set(&account, OtherDevices::End)).await?;
    Ok(tx.commit(activities).await?)
}

/// The account a link is for.
pub(super) async fn account_of(
    app: &App,
    _visitor: &Visitor,
    purpose: LinkPurpose,
    token: &str,
) -> Result<AccountRow, LinkError> {
    let mut read = app.store().read().await?;
    let id = link::peek(&mut read, purpose.stored(), &token_hash(token), app.now()).await?;
    let account = account::get(&mut read, id.as_deref().unwrap_or_default()).await?;
    account.filter(links::may_use).ok_or(LinkError::Gone)
}
