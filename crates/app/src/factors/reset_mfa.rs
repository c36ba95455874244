//! Taking every second factor off an account whose owner has lost them.

use store::accounts::account;
use store::factors::{recovery_code, second_factor};
use store::passkeys;

use super::credentials_changed;
use crate::{App, Caller, ChangeError, Tx, Unavailable, facts, mail};

/// Removes authenticator app, number, passkeys and recovery codes. Whether a second factor is required stays, and the
/// password too: the owner logs in with it and sets up anew what is required.
pub async fn reset_mfa(app: &App, caller: &Caller, id: &str) -> Result<(), ChangeError> {
    if !caller.is_administrator() {
        return Err(ChangeError::Forbidden);
    }
    let mut tx = app.begin().await?;
    let account = account::get(&mut tx, id).await?.ok_or(ChangeError::NotFound)?;
    if !remove_all(&mut tx, id).await? {
        return Err(ChangeError::conflict("This account has no second factor to reset."));
    }
    credentials_changed(&mut tx, id).await?;
    account::edit(&mut tx, id, None).await?;
    let reset = facts::about(app, caller, "account.mfa_reset", &account.person());
    let what = "an administrator removed every second factor of it";
    mail::write(app, &mut tx, mail::letters::second_factor_changed(&account, what)).await?;
    Ok(tx.commit(reset).await?)
}

/// Whether there was any.
async fn remove_all(tx: &mut Tx, account_id: &str) -> Result<bool, Unavailable> {
    let mut any = second_factor::remove_totp(tx, account_id).await?;
    any |= second_factor::remove_phone(tx, account_id).await?;
    any |= recovery_code::count(tx, account_id).await? > 0;
    recovery_code::delete_all(tx, account_id).await?;
    for passkey in passkeys::of(tx, account_id).await? {
        any |= passkeys::delete(tx, account_id, &passkey.id).await?;
    }
    passkeys::ceremony::delete_all(tx, account_id).await?;
    Ok(any)
}
