//! Keys that programs use.

use super::{ActivityType, Category};
use crate::sentence::Part::{Target, Text};

const fn entry(
    code: &'static str,
    title: &'static str,
    happens: &'static str,
    sentence: &'static [crate::sentence::Part],
    example: &'static str,
) -> ActivityType {
    ActivityType::new(Category::ApiKey, code, title, happens, sentence, example)
}

pub(super) const TYPES: &[ActivityType] = &[
    entry(
        "api_key.created",
        "API key created",
        "A key for the API was created",
        &[Text("API key created: "), Target],
        "API key created: `Importer` (`key_id`)",
    ),
    entry(
        "api_key.revoked",
        "API key revoked",
        "A key for the API was revoked",
        &[Text("API key revoked: "), Target],
        "API key revoked: `Importer` (`key_id`)",
    ),
];
