//! A member's change of their own password, for which the current one is asked.

use activity::Reason;
use store::accounts::{account, device, link};

use super::passwords;
use crate::attempts::{self, AttemptOrigin};
use crate::devices::{EndReason, Keep, OtherDevices};
use crate::hasher::salt;
use crate::{Activities, App, Caller, ChangeError, Quiet, Via, factors, facts, mail};

/// What was typed.
#[derive(Clone, Debug)]
pub struct ChangePassword {
    /// The current password.
    pub current: String,
    /// The new one.
    pub new: String,
    /// What becomes of the account's other devices.
    pub others: OtherDevices,
}

/// Changes it and ends every other device unless they are to stay. A wrong current password counts as a failed attempt.
pub async fn change_password(app: &App, caller: &Caller, typed: ChangePassword) -> Result<(), ChangeError> {
    let Via::Device { id: device_id } = &caller.via else {
        return Err(ChangeError::Forbidden);
    };
    let (account, known_device) = factors::asker(app, caller).await?;
    let mut read = app.store().read().await?;
    let checked = passwords::check_of(app, &mut read, &account, &typed.new).await?;
    drop(read);
    checked.map_err(|error| ChangeError::Invalid(vec![error]))?;

    let origin = AttemptOrigin::KnownDevice(known_device.as_deref());
    let mut attempt = attempts::reserve(app, Some(&account), origin).await?;
    let right = attempt.check(app, &typed.current).await?;
    let hash = match right {
        true => Some(app.hasher().hash(&typed.new, salt(app)).await?),
        false => None,
    };
    let mut tx = app.begin().await?;
    let Some(hash) = hash else {
        let reason = refused_for(attempt.was_locked());
        let failed = facts::about(app, caller, "user.reauthentication_failed", &account.person());
        let activities = attempt
            .failed(app, &mut tx, &account, facts::failed(failed, reason))
            .await?;
        tx.commit(activities).await?;
        let text = "The current password is not right, or there were too many attempts. Try again later.";
        return Err(ChangeError::invalid("current", text));
    };
    attempt.give_back(app, &mut tx, &account.id).await?;
    // What was proved must still be so: a reset meanwhile ended this device, and its password must not be overwritten.
    account::hold(&mut tx, &account.id).await?;
    let now = account::get(&mut tx, &account.id).await?;
    let unchanged = now.is_some_and(|now| now.password_hash.as_deref() == attempt.stored());
    if !unchanged || device::get(&mut tx, &account.id, device_id).await?.is_none() {
        tx.commit_quietly(Quiet::Counted).await?;
        return Err(ChangeError::conflict(
            "Your password was changed a moment ago. Log in again.",
        ));
    }
    let new = passwords::NewPassword::of(&typed.new, &hash);
    let set = passwords::set(app, &mut tx, &account, new).await?;
    set.map_err(|error| ChangeError::Invalid(vec![error]))?;
    // A reset link asked for by somebody else must not undo the change.
    link::delete_all(&mut tx, &account.id, link::Purpose::Reset).await?;
    let mut activities = Activities::from(facts::about(app, caller, "user.password_changed", &account.person()));
    let reason = EndReason::PasswordChanged;
    let ended = typed
        .others
        .settle(app, &mut tx, &account, Keep::Device(device_id), reason)
        .await?;
    activities.extend(ended);
    mail::write(app, &mut tx, mail::letters::password_set(&account, typed.others)).await?;
    Ok(tx.commit(activities).await?)
}

/// Why the current password was not taken.
fn refused_for(locked: bool) -> Reason {
    if locked {
        Reason::AccountLocked
    } else {
        Reason::WrongPassword
    }
}
