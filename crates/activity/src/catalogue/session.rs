//! Sessions: meetings and spaces of a group.

use super::Part::{Target, Text};
use super::{ActivityType, Category};

pub(super) const TYPES: &[ActivityType] = &[
    Category::Session.entry(
        "session.joined",
        "Joined session",
        "A user joined a session",
        &[Text("Joined session: "), Target],
        "Joined session: `Example session` (`session_id`)",
    ),
    Category::Session.entry(
        "session.left",
        "Left session",
        "A user left a session",
        &[Text("Left session: "), Target],
        "Left session: `Example session` (`session_id`)",
    ),
    Category::Session.entry(
        "session.started",
        "Started session",
        "A user started a session",
        &[Text("Started session: "), Target],
        "Started session: `Example session` (`session_id`)",
    ),
    Category::Session.entry(
        "session.created",
        "Created session",
        "A user created a session",
        &[Text("Created session: "), Target],
        "Created session: `Example session` (`session_id`)",
    ),
    Category::Session.entry(
        "session.edited",
        "Edited session",
        "A session was renamed or given another password",
        &[Text("Edited session: "), Target],
        "Edited session: `Example session` (`session_id`)",
    ),
    Category::Session.entry(
        "session.locked",
        "Locked session",
        "A session was locked, so that nobody else may join",
        &[Text("Locked session: "), Target],
        "Locked session: `Example session` (`session_id`)",
    ),
    Category::Session.entry(
        "session.unlocked",
        "Unlocked session",
        "A locked session was opened again",
        &[Text("Unlocked session: "), Target],
        "Unlocked session: `Example session` (`session_id`)",
    ),
    Category::Session.entry(
        "session.ended",
        "Ended session",
        "A session was ended, and everybody in it left",
        &[Text("Ended session: "), Target],
        "Ended session: `Example session` (`session_id`)",
    ),
    Category::Session.entry(
        "session.join_refused",
        "Not let into session",
        "A user was not let into a session: wrong password, locked, not a member of its group, not started or ended",
        &[Text("Not let into session: "), Target],
        "Not let into session: `Example session` (`session_id`)",
    )
    .failure(),
];
