//! Devices: signed-in browsers and clients, whose they are, and the one way each is made and ended.
//!
//! One use case a file. Owns no proof of who somebody is (`logging_in`, `factors`).

mod authenticate;
mod end;
mod end_devices;
mod list_devices;
mod log_out;
mod log_out_browser;
mod make_device;
mod model;
mod revoke_device;

pub(crate) use authenticate::standing;
pub use authenticate::{Identity, authenticate, identify};
pub use end::{EndReason, OtherDevices};
pub(crate) use end::{Keep, end, end_others, forced, forced_from};
pub use end_devices::end_devices;
pub(crate) use list_devices::devices_of;
pub use list_devices::{list_devices, list_devices_of};
pub use log_out::log_out;
pub use log_out_browser::log_out_browser;
pub use make_device::ACCESS_PREFIX;
pub(crate) use make_device::{ACCESS_SECONDS, REFRESH_DAYS, add_refresh_token, make_device, new_access_token};
pub use model::Device;
pub use revoke_device::revoke_device;
