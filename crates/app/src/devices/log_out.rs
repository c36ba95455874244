//! Logging out of this device.

use store::accounts::device;

use super::end::{EndReason, end};
use crate::{App, Caller, ChangeError, facts};

/// Ends the device the caller speaks from. Doing it twice, or without a device, changes nothing.
pub async fn log_out(app: &App, caller: &Caller) -> Result<(), ChangeError> {
    let Some(id) = caller.via.device_id() else {
        return Ok(());
    };
    let mut tx = app.begin().await?;
    let Some(device) = device::get(&mut tx, &caller.person.id, id).await? else {
        return Ok(());
    };
    end(app, &mut tx, &[device], EndReason::LoggedOut).await?;
    let logout = facts::about(app, caller, "user.logout", &caller.person);
    Ok(tx.commit(logout).await?)
}
