//! Logging out of this device.

use store::accounts::device;

use super::ChangeError;
use crate::activity::facts;
use crate::{App, Caller, Via};

/// Ends the device the caller speaks from. Doing it twice, or without a device, changes nothing.
pub async fn log_out(app: &App, caller: &Caller) -> Result<(), ChangeError> {
    let Via::Device { id } = &caller.via else { return Ok(()) };
    let mut tx = app.store().begin().await?;
    if device::delete(tx.conn(), &caller.person.id, id).await? {
        app.log()
            .append(&mut tx, vec![facts::about(app, caller, "user.logout", &caller.person)])
            .await?;
    }
    Ok(tx.commit().await?)
}
