//! JSON Lines: an activity to a line, as the API takes them or as an export wrote them.

use activity::{Time, json};

use super::Reading;

/// Reads one line.
pub(super) fn read(line: &str, now: Time) -> Reading {
    match json::parse_row(line.as_bytes(), now) {
        Ok(reported) => Reading::Activities(vec![reported]),
        Err(errors) => {
            let all: Vec<String> = errors.iter().map(ToString::to_string).collect();
            Reading::unreadable(all.join("; "))
        }
    }
}
