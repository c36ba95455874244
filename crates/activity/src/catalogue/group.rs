//! Groups and invitations to them.

use super::{ActivityType, Category};
use crate::sentence::Part::{Group, Text};

const fn entry(
    code: &'static str,
    title: &'static str,
    happens: &'static str,
    sentence: &'static [crate::sentence::Part],
    example: &'static str,
) -> ActivityType {
    ActivityType::new(Category::Group, code, title, happens, sentence, example)
}

pub(super) const TYPES: &[ActivityType] = &[
    entry(
        "group.joined",
        "Joined group",
        "A user joined a group",
        &[Text("Joined group: "), Group],
        "Joined group: `Example Group` (`group_id`)",
    ),
    entry(
        "group.left",
        "Left group",
        "A user left a group",
        &[Text("Left group: "), Group],
        "Left group: `Example Group` (`group_id`)",
    ),
    entry(
        "group.invitation_accepted",
        "Accepted invitation to group",
        "A user accepted an invitation to a group",
        &[Text("Accepted invitation to join "), Group],
        "Accepted invitation to join `Example Group` (`group_id`)",
    ),
    entry(
        "group.invitation_declined",
        "Declined invitation to group",
        "A user declined an invitation to a group",
        &[Text("Declined invitation to join "), Group],
        "Declined invitation to join `Example Group` (`group_id`)",
    ),
];
