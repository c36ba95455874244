//! Removing a passkey, for which a second factor is asked: knowing the password is not enough.

use activity::Reason;
use store::accounts::account::{self, AccountRow};
use store::factors::recovery_code;
use store::passkeys::ceremony::{self, Purpose};

use super::Answered;
use super::model::target;
use super::verify::{claim, verify};
use crate::factors::reauthenticate::failed;
use crate::factors::{Proof, asker, credentials_changed, has_any, must_keep, reauthenticate};
use crate::{App, Caller, ChangeError, Tx, attempts, facts, mail};

/// What shows that it is the owner who asks.
#[derive(Clone, Debug)]
pub enum RemoveProof {
    /// A code of another second factor, or a recovery code.
    Code(String),
    /// Any of their passkeys, also the one that is to go.
    Passkey(Answered),
}

/// Removes one of the caller's own passkeys. The last second factor stays where one is required, or where the
/// password is too short to be alone.
pub async fn remove(app: &App, caller: &Caller, id: &str, proof: &RemoveProof) -> Result<(), ChangeError> {
    // Asked before the proof is used up, and once more where it counts.
    let (account, known_device) = asker(app, caller).await?;
    let mut trial = app.begin().await?;
    take_off(&mut trial, &account, id).await?;
    trial.rollback().await;
    let mut tx = match proof {
        RemoveProof::Code(code) => {
            reauthenticate(app, caller, &Proof::Code(code.clone())).await?;
            app.begin().await?
        }
        RemoveProof::Passkey(answered) => {
            check_passkey(app, caller, (&account, known_device.as_deref()), answered).await?
        }
    };
    let name = take_off(&mut tx, &account, id).await?;
    ceremony::delete_all(&mut tx, &account.id).await?;
    credentials_changed(&mut tx, &account.id).await?;
    mail::write(app, &mut tx, mail::letters::passkey_removed(app, &account, &name)).await?;
    let mut removed = facts::about(app, caller, "user.passkey_removed", &account.person());
    removed.targets = vec![target(id, &name)];
    Ok(tx.commit(removed).await?)
}

/// Takes it off the account, and the recovery codes with the last second factor; what it was called.
async fn take_off(tx: &mut Tx, account: &AccountRow, id: &str) -> Result<String, ChangeError> {
    // Two removed at once must not each count on the other.
    account::hold(tx, &account.id).await?;
    let passkey = store::passkeys::get(tx, &account.id, id).await?;
    let passkey = passkey.ok_or(ChangeError::NotFound)?;
    if !store::passkeys::delete(tx, &account.id, id).await? {
        return Err(ChangeError::NotFound);
    }
    if has_any(tx, &account.id).await? {
        return Ok(passkey.name);
    }
    if let Some(reason) = must_keep(tx, &account.id).await? {
        return Err(ChangeError::conflict(reason));
    }
    // They are for a lost second factor; without one they would be a second password.
    recovery_code::delete_all(tx, &account.id).await?;
    Ok(passkey.name)
}

/// Checks the answer of one of the caller's passkeys, and returns the transaction in which it did. A wrong one counts
/// as a failed attempt.
async fn check_passkey(
    app: &App,
    caller: &Caller,
    (account, known_device): (&AccountRow, Option<&str>),
    answered: &Answered,
) -> Result<Tx, ChangeError> {
    let mut tx = app.begin().await?;
    let attempt = attempts::reserve_code(app, &mut tx, account, known_device).await?;
    let claim = claim(app, &mut tx, Purpose::Confirm, answered).await?;
    let right = match claim.filter(|claim| !attempt.was_locked() && claim.passkey.account_id == account.id) {
        Some(claim) => verify(app, &mut tx, &claim).await?,
        None => false,
    };
    if !right {
        failed(app, caller, tx, account, (&attempt, Reason::WrongPasskey)).await?;
        let text = "The passkey is not right, took too long, or there were too many attempts. Try again later.";
        return Err(ChangeError::conflict(text));
    }
    attempt.succeeded(&mut tx, &account.id).await?;
    Ok(tx)
}
