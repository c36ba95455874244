//! JSON Lines: an activity to a line, as the API takes them or as an export wrote them.

use activity::json::Reported;
use activity::{Time, json};

/// Reads one line; an error says why it cannot be read.
pub(super) fn read(line: &[u8], now: Time) -> Result<Reported, String> {
    if let Err(error) = std::str::from_utf8(line) {
        return Err(format!("not UTF-8 at byte {}", error.valid_up_to() + 1));
    }
    json::parse_row(line, now).map_err(|errors| super::reader::sentence(&errors))
}
