//! Revoking a key.

use store::accounts::{account, api_key};

use super::create::target;
use crate::{App, Caller, ChangeError, facts};

/// Revokes it at once and for good. It was so already: nothing happens.
pub async fn revoke(app: &App, caller: &Caller, id: &str) -> Result<(), ChangeError> {
    if !caller.is_administrator() {
        return Err(ChangeError::Forbidden);
    }
    let mut tx = app.begin().await?;
    let row = api_key::get(&mut tx, id).await?.ok_or(ChangeError::NotFound)?;
    if !api_key::revoke(&mut tx, id, app.now()).await? {
        return Ok(());
    }
    let account = account::get(&mut tx, &row.account_id)
        .await?
        .ok_or(ChangeError::NotFound)?;
    let mut revoked = facts::about(app, caller, "api_key.revoked", &account.person());
    revoked.targets = vec![target(&row)];
    Ok(tx.commit(revoked).await?)
}
