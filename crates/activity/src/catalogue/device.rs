//! Devices: browsers and clients that are signed in.

use super::Part::{TargetName, Text};
use super::{ActivityType, Category};

pub(super) const TYPES: &[ActivityType] = &[
    Category::Device.entry(
        "device.revoked",
        "Device revoked",
        "A device of a user was logged out from the list of devices",
        &[Text("Device revoked: "), TargetName],
        "Device revoked: `Firefox on Linux`",
    ),
    Category::Device.entry(
        "device.all_ended",
        "All devices ended",
        "Every device of a user was logged out at once",
        &[Text("All devices ended")],
        "All devices ended",
    ),
];
