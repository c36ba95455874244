//! Sessions: meetings and spaces of a group.

use super::{ActivityType, Category};
use crate::sentence::Part::{Target, Text};

const fn entry(
    code: &'static str,
    title: &'static str,
    happens: &'static str,
    sentence: &'static [crate::sentence::Part],
    example: &'static str,
) -> ActivityType {
    ActivityType::new(Category::Session, code, title, happens, sentence, example)
}

pub(super) const TYPES: &[ActivityType] = &[
    entry(
        "session.joined",
        "Joined session",
        "A user joined a session",
        &[Text("Joined session: "), Target],
        "Joined session: `Example session` (`session_id`)",
    ),
    entry(
        "session.left",
        "Left session",
        "A user left a session",
        &[Text("Left session: "), Target],
        "Left session: `Example session` (`session_id`)",
    ),
    entry(
        "session.started",
        "Started session",
        "A user started a session",
        &[Text("Started session: "), Target],
        "Started session: `Example session` (`session_id`)",
    ),
];
