//! Making recovery codes anew; those before stop working.

use super::keep::prove_with_factor;
use super::{Proof, asker, credentials_changed, has_any, reauthenticate, recovery};
use crate::{App, Caller, ChangeError, facts};

/// Ten new codes, to be shown once. Only an account with a second factor has any.
pub async fn new_recovery_codes(app: &App, caller: &Caller, proof: &Proof) -> Result<Vec<String>, ChangeError> {
    let (account, _) = asker(app, caller).await?;
    let none = || ChangeError::conflict("Recovery codes are for accounts with a second factor. Set one up first.");
    if !has_any(&mut app.store().read().await?, &account.id).await? {
        return Err(none());
    }
    prove_with_factor(app, &account.id, proof).await?;
    reauthenticate(app, caller, proof).await?;
    let mut tx = app.begin().await?;
    if !has_any(&mut tx, &account.id).await? {
        return Err(none());
    }
    let codes = recovery::replace(app, &mut tx, &account.id).await?;
    // Whoever makes new ones has lost the old ones, or a device: no browser goes on without being asked.
    credentials_changed(&mut tx, &account.id).await?;
    let shown = facts::about(app, caller, "user.recovery_codes_shown", &account.person());
    tx.commit(shown).await?;
    Ok(codes)
}
