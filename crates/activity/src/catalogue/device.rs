//! Devices: browsers and clients that are signed in.

use super::{ActivityType, Category};
use crate::sentence::Part::{TargetName, Text};

const fn entry(
    code: &'static str,
    title: &'static str,
    happens: &'static str,
    sentence: &'static [crate::sentence::Part],
    example: &'static str,
) -> ActivityType {
    ActivityType::new(Category::Device, code, title, happens, sentence, example)
}

pub(super) const TYPES: &[ActivityType] = &[
    entry(
        "device.revoked",
        "Device revoked",
        "A device of a user was logged out from the list of devices",
        &[Text("Device revoked: "), TargetName],
        "Device revoked: `Firefox on Linux`",
    ),
    entry(
        "device.all_ended",
        "All devices ended",
        "Every device of a user was logged out at once",
        &[Text("All devices ended")],
        "All devices ended",
    ),
];
