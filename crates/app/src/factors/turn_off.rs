//! Removing the authenticator app or codes by SMS; without any factor left, two-factor authentication is off.

use store::accounts::account::{self, AccountRow};
use store::factors::{recovery_code, second_factor};

use super::{Proof, asker, credentials_changed, has_any, must_keep, reauthenticate};
use crate::{App, Caller, ChangeError, Tx, facts, mail};

/// A factor that can be turned off here; a passkey is removed where it is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Factor {
    /// The authenticator app.
    Totp,
    /// Codes by SMS.
    Sms,
}

impl Factor {
    fn in_words(self) -> &'static str {
        match self {
            Self::Totp => "authenticator app",
            Self::Sms => "SMS",
        }
    }
}

/// Turns it off, if a code shows that the second factor is at hand: knowing the password is not enough.
pub async fn turn_off(app: &App, caller: &Caller, factor: Factor, code: &str) -> Result<(), ChangeError> {
    let (account, _) = asker(app, caller).await?;
    // Asked before the code is used up, and once more where it counts.
    let mut trial = app.begin().await?;
    remove(&mut trial, &account, factor).await?;
    trial.rollback().await;
    reauthenticate(app, caller, &Proof::Code(code.to_owned())).await?;

    let mut tx = app.begin().await?;
    let is_last = remove(&mut tx, &account, factor).await?;
    credentials_changed(&mut tx, &account.id).await?;
    let (code, changed) = match is_last {
        true => ("user.two_factor_disabled", "it was turned off"),
        false => ("user.two_factor_method_removed", "one of its ways was removed"),
    };
    let mut removed = facts::about(app, caller, code, &account.person());
    removed
        .metadata
        .insert("method".to_owned(), factor.in_words().to_owned());
    mail::write(app, &mut tx, mail::letters::second_factor_changed(&account, changed)).await?;
    Ok(tx.commit(removed).await?)
}

/// Removes it, and the recovery codes with the last; whether it was the last.
async fn remove(tx: &mut Tx, account: &AccountRow, factor: Factor) -> Result<bool, ChangeError> {
    // Two ways removed at once must not each count on the other.
    account::hold(tx, &account.id).await?;
    let removed = match factor {
        Factor::Totp => second_factor::remove_totp(tx, &account.id).await?,
        Factor::Sms => second_factor::remove_phone(tx, &account.id).await?,
    };
    if !removed {
        return Err(ChangeError::NotFound);
    }
    if has_any(tx, &account.id).await? {
        return Ok(false);
    }
    if let Some(reason) = must_keep(tx, &account.id).await? {
        return Err(ChangeError::conflict(reason));
    }
    recovery_code::delete_all(tx, &account.id).await?;
    Ok(true)
}
