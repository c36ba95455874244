//! What becomes of a member's other devices when they change how they log in: the box of the form, and what is said.

use app::devices::OtherDevices;

use super::Fields;

/// Logged out unless the box of `parts/other_devices.html` is ticked.
pub(crate) fn others_of(fields: &Fields) -> OtherDevices {
    match fields.ticked("keep_others") {
        true => OtherDevices::Keep,
        false => OtherDevices::End,
    }
}

/// A sentence without its full stop, with what became of the other devices.
pub(crate) fn with_others(done: &str, others: OtherDevices) -> String {
    match others {
        OtherDevices::End => format!("{done}, and your other devices were logged out."),
        OtherDevices::Keep => format!("{done}. Your other devices stay logged in."),
    }
}
