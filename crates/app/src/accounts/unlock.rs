//! Unlocking an account before its time.

use store::accounts::{account, attempt};

use crate::{App, Caller, ChangeError, facts};

/// Lifts the lock and forgets the failed attempts, of the account and of its known devices.
pub async fn unlock(app: &App, caller: &Caller, id: &str) -> Result<(), ChangeError> {
    if !caller.is_administrator() {
        return Err(ChangeError::Forbidden);
    }
    let mut tx = app.begin().await?;
    let account = account::get(&mut tx, id).await?.ok_or(ChangeError::NotFound)?;
    attempt::clear_all(&mut tx, id).await?;
    let unlocked = facts::about(app, caller, "account.unlocked", &account.person());
    Ok(tx.commit(unlocked).await?)
}
