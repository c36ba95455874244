//! Where somebody is signed in.

use std::collections::HashMap;

use store::accounts::{account, device};
use store::{Read, applications};

use super::Device;
use crate::{App, Caller, ChangeError, Unavailable};

/// The caller's own devices, last seen first.
pub async fn list_devices(app: &App, caller: &Caller) -> Result<Vec<Device>, ChangeError> {
    list_devices_of(app, caller, &caller.person.id).await
}

/// The devices of `user_id`, last seen first: one's own, or anybody's for an administrator.
pub async fn list_devices_of(app: &App, caller: &Caller, user_id: &str) -> Result<Vec<Device>, ChangeError> {
    if !(caller.is_administrator() || caller.person.id == user_id) {
        return Err(ChangeError::NotFound);
    }
    let mut read = app.store().read().await?;
    if account::get(&mut read, user_id).await?.is_none() {
        return Err(ChangeError::NotFound);
    }
    Ok(devices_of(app, &mut read, user_id, caller.via.device_id()).await?)
}

/// The devices of an account with the names of their applications; `current` is the one that asks.
pub(crate) async fn devices_of(
    app: &App,
    read: &mut Read,
    user_id: &str,
    current: Option<&str>,
) -> Result<Vec<Device>, Unavailable> {
    let rows = device::of(read, user_id, app.now()).await?;
    let mut names: HashMap<String, String> = HashMap::new();
    for id in rows.iter().filter_map(|row| row.application_id.as_ref()) {
        if !names.contains_key(id)
            && let Some(application) = applications::get(read, id).await?
        {
            names.insert(id.clone(), application.name);
        }
    }
    Ok(rows.iter().map(|row| Device::of(row, current, &names)).collect())
}
