//! Activating an account with the link that was mailed, and setting its first password.

use store::accounts::link::Purpose;
use store::accounts::{account, link};

use super::{LinkError, LinkPurpose, links, passwords};
use crate::hasher::salt;
use crate::tokens::token_hash;
use crate::{App, Visitor, facts};

/// Sets the password and activates the account. The link is used up only if the password is taken.
pub async fn activate(app: &App, visitor: &Visitor, token: &str, password: &str) -> Result<(), LinkError> {
    let named = super::reset_password::account_of(app, visitor, LinkPurpose::Activation, token).await?;
    passwords::check(app, &named, password).map_err(|error| LinkError::Invalid(vec![error]))?;
    let hash = app.hasher().hash(password, salt(app)).await?;

    let now = app.now();
    let mut tx = app.begin().await?;
    // Found and used up by one statement: of two at once, one is refused here.
    let taken = link::take(&mut tx, Purpose::Activation, &token_hash(token), now).await?;
    let account = account::get(&mut tx, taken.as_deref().unwrap_or_default()).await?;
    let Some(account) = account.filter(links::may_use) else {
        return Err(LinkError::Gone);
    };
    account::set_password(&mut tx, &account.id, &hash, now).await?;
    account::set_activated(&mut tx, &account.id, now).await?;
    let used = facts::by_visitor(app, visitor, "account.activation_link_used", &account.person());
    Ok(tx.commit(used).await?)
}
