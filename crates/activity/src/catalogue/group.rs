//! Groups and invitations to them.

use super::Part::{After, Doer, Group, TargetName, Text};
use super::{ActivityType, Category};

pub(super) const TYPES: &[ActivityType] = &[
    Category::Group.entry(
        "group.joined",
        "Joined group",
        "A user joined a group",
        &[Text("Joined group: "), Group],
        "Joined group: `Example Group` (`group_id`)",
    ),
    Category::Group.entry(
        "group.left",
        "Left group",
        "A user left a group",
        &[Text("Left group: "), Group],
        "Left group: `Example Group` (`group_id`)",
    ),
    Category::Group.entry(
        "group.invitation_accepted",
        "Accepted invitation to group",
        "A user accepted an invitation to a group",
        &[Text("Accepted invitation to join "), Group],
        "Accepted invitation to join `Example Group` (`group_id`)",
    ),
    Category::Group.entry(
        "group.invitation_declined",
        "Declined invitation to group",
        "A user declined an invitation to a group",
        &[Text("Declined invitation to join "), Group],
        "Declined invitation to join `Example Group` (`group_id`)",
    ),
    Category::Group.entry(
        "group.created",
        "Group created",
        "Somebody created a group",
        &[Text("Created group: "), Group],
        "Created group: `Example Group` (`group_id`)",
    ),
    Category::Group.entry(
        "group.renamed",
        "Group renamed",
        "Somebody gave a group another name",
        &[Text("Renamed group to "), Group],
        "Renamed group to `Example Group` (`group_id`)",
    ),
    Category::Group
        .entry(
            "group.deleted",
            "Group deleted",
            "An owner deleted a group",
            &[Text("Deleted group: "), Group],
            "Deleted group: `Example Group` (`group_id`)",
        )
        .warning(),
    Category::Group
        .entry(
            "group.second_factor_required",
            "2FA required in group",
            "An owner made a group require two-factor authentication",
            &[Text("Required 2FA of the members of "), Group],
            "Required 2FA of the members of `Example Group` (`group_id`)",
        )
        .warning(),
    Category::Group
        .entry(
            "group.second_factor_not_required",
            "2FA no longer required in group",
            "An owner stopped a group from requiring two-factor authentication",
            &[Text("Stopped requiring 2FA of the members of "), Group],
            "Stopped requiring 2FA of the members of `Example Group` (`group_id`)",
        )
        .warning(),
    Category::Group.entry(
        "group.member_added",
        "Added to group",
        "An administrator put a user into a group",
        &[Text("Added to group by "), Doer, Text(": "), Group],
        "Added to group by `Ann Lee (ann)`: `Example Group` (`group_id`)",
    ),
    Category::Group
        .entry(
            "group.member_removed",
            "Removed from group",
            "A user was removed from a group",
            &[Text("Removed from group by "), Doer, Text(": "), Group],
            "Removed from group by `Ann Lee (ann)`: `Example Group` (`group_id`)",
        )
        .warning(),
    Category::Group
        .entry(
            "group.member_role_changed",
            "Group role changed",
            "The role of a member of a group was changed",
            &[Text("Became "), After("role"), Text(" of group: "), Group],
            "Became `administrator` of group: `Example Group` (`group_id`)",
        )
        .warning(),
    Category::Group.entry(
        "group.invitation_sent",
        "Group invitation sent",
        "Somebody was invited to a group by e-mail",
        &[Text("Invited "), TargetName, Text(" to join "), Group],
        "Invited `Sam Jones` to join `Example Group` (`group_id`)",
    ),
    Category::Group.entry(
        "group.invitation_deleted",
        "Group invitation deleted",
        "An invitation to a group was taken back",
        &[Text("Deleted the invitation of "), TargetName, Text(" to join "), Group],
        "Deleted the invitation of `Sam Jones` to join `Example Group` (`group_id`)",
    ),
];
