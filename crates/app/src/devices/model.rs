//! A signed-in device, as its owner and administrators see it.

use std::collections::HashMap;
use std::net::IpAddr;

use activity::{Named, Time};
use store::accounts::device::DeviceRow;

/// A signed-in browser or client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// `dev_…`
    pub id: String,
    /// In words, such as `Firefox on Linux`.
    pub name: String,
    /// The address it signed in from.
    pub ip: Option<IpAddr>,
    /// When it signed in.
    pub signed_in_at: Time,
    /// When it was last seen, to a few minutes.
    pub last_seen_at: Time,
    /// Whether it is the one the question comes from.
    pub current: bool,
    /// The application it is signed in to; `None` for the web manager.
    pub application: Option<Named>,
}

impl Device {
    /// The device as callers see it; `names` are those of the applications.
    pub(super) fn of(device: &DeviceRow, current: Option<&str>, names: &HashMap<String, String>) -> Self {
        Self {
            id: device.id.clone(),
            name: device.name.clone(),
            ip: device.ip.as_deref().and_then(|ip| ip.parse().ok()),
            signed_in_at: device.created_at,
            last_seen_at: device.last_seen_at,
            current: current == Some(device.id.as_str()),
            application: device.application_id.as_ref().map(|id| Named {
                id: id.clone(),
                name: names.get(id).cloned().unwrap_or_default(),
            }),
        }
    }
}
