//! Taking back the wish for another e-mail address before it is confirmed.

use store::accounts::email_change;

use crate::{App, Caller, ChangeError, facts};

/// Makes the mailed link void. [`ChangeError::NotFound`] if nothing waits to be confirmed.
pub async fn cancel_email_change(app: &App, caller: &Caller) -> Result<(), ChangeError> {
    let mut tx = app.begin().await?;
    let pending = email_change::pending(&mut tx, &caller.person.id, app.now()).await?;
    if pending.is_none() || !email_change::void_all(&mut tx, &caller.person.id).await? {
        return Err(ChangeError::NotFound);
    }
    let cancelled = facts::about(app, caller, "user.email_change_cancelled", &caller.person);
    Ok(tx.commit(cancelled).await?)
}
