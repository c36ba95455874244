//! Requiring a second factor of an account, or no longer.

use store::accounts::account;
use store::factors::second_factor;

use crate::{App, Caller, ChangeError, facts};

/// Sets it. An account without a factor is asked to set one up at its next log-in; it was so already: nothing happens.
pub async fn require_mfa(app: &App, caller: &Caller, id: &str, required: bool) -> Result<(), ChangeError> {
    if !caller.is_administrator() {
        return Err(ChangeError::Forbidden);
    }
    let mut tx = app.begin().await?;
    let account = account::get(&mut tx, id).await?.ok_or(ChangeError::NotFound)?;
    if required && account.is_service {
        let text = "A service account does not log in, so it has no second factor.";
        return Err(ChangeError::invalid("mfa", text));
    }
    if !second_factor::set_required(&mut tx, id, required).await? {
        return Ok(());
    }
    let code = match required {
        true => "account.mfa_required",
        false => "account.mfa_not_required",
    };
    let changed = facts::about(app, caller, code, &account.person());
    Ok(tx.commit(changed).await?)
}
