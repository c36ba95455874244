//! Where the caller is signed in.

use store::accounts::device;

use super::{ChangeError, Device};
use crate::{App, Caller, Via};

/// The caller's own devices, last seen first.
pub async fn list_devices(app: &App, caller: &Caller) -> Result<Vec<Device>, ChangeError> {
    let current = match &caller.via {
        Via::Device { id } => Some(id.as_str()),
        _ => None,
    };
    let mut read = app.store().read().await?;
    let devices = device::of(read.conn(), &caller.person.id, app.now()).await?;
    Ok(devices.iter().map(|device| Device::of(device, current)).collect())
}
