//! Sending an activation link once more.

use store::accounts::account;
use store::accounts::link::Purpose;

use super::links;
use crate::{App, Caller, ChangeError, facts, mail};

/// Mails a link valid for seven days; the one before stops working. An account with a password needs none.
pub async fn send_activation(app: &App, caller: &Caller, id: &str) -> Result<(), ChangeError> {
    if !caller.is_administrator() {
        return Err(ChangeError::Forbidden);
    }
    let mut tx = app.begin().await?;
    let account = account::get(&mut tx, id).await?.ok_or(ChangeError::NotFound)?;
    if account.password_hash.is_some() {
        let text = "This account is active already; its owner can reset the password from the log-in page.";
        return Err(ChangeError::invalid("activation", text));
    }
    if account.is_service {
        return Err(ChangeError::invalid(
            "activation",
            "A service account has no password to set.",
        ));
    }
    let address = links::make(app, &mut tx, id, Purpose::Activation).await?;
    mail::write(app, &mut tx, mail::letters::activation(&account, &address)).await?;
    let sent = facts::about(app, caller, "account.activation_link_sent", &account.person());
    Ok(tx.commit(sent).await?)
}
