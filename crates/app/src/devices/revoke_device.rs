//! Ending one device from the list of devices.

use store::accounts::{account, device};

use super::end::{EndReason, end, target};
use crate::{App, Caller, ChangeError, facts};

/// Logs one device of `user_id` out: one's own, or anybody's for an administrator.
pub async fn revoke_device(app: &App, caller: &Caller, user_id: &str, device_id: &str) -> Result<(), ChangeError> {
    if !(caller.is_administrator() || caller.person.id == user_id) {
        return Err(ChangeError::Forbidden);
    }
    let mut tx = app.begin().await?;
    let account = account::get(&mut tx, user_id).await?.ok_or(ChangeError::NotFound)?;
    let device = device::get(&mut tx, user_id, device_id)
        .await?
        .ok_or(ChangeError::NotFound)?;
    let mut revoked = facts::about(app, caller, "device.revoked", &account.person());
    revoked.targets = vec![target(&device)];
    end(app, &mut tx, &[device], EndReason::Revoked).await?;
    Ok(tx.commit(revoked).await?)
}
