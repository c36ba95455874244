//! Keys that programs use.

use super::Part::{Target, Text};
use super::{ActivityType, Category};

pub(super) const TYPES: &[ActivityType] = &[
    Category::ApiKey.entry(
        "api_key.created",
        "API key created",
        "A key for the API was created",
        &[Text("API key created: "), Target],
        "API key created: `Importer` (`key_id`)",
    ),
    Category::ApiKey.entry(
        "api_key.revoked",
        "API key revoked",
        "A key for the API was revoked",
        &[Text("API key revoked: "), Target],
        "API key revoked: `Importer` (`key_id`)",
    ),
];
