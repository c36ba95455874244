//! Groups and invitations.

use app::groups::{self, EditGroup, GroupRole, InvitationKey, Invite, InviteOutcome, NewGroup, NewMember};

use crate::support::{GOOD, visitor};
use crate::{Action, Is, Stage, Table, action, no_action};

pub(crate) const TABLE: Table = &[
    (
        "groups/accept",
        Is::Mutating(&["group.invitation_accepted", "group.joined"]),
    ),
    ("groups/add_member", Is::Mutating(&["group.member_added"])),
    ("groups/addresses", Is::Machinery),
    ("groups/change_role", Is::Mutating(&["group.member_role_changed"])),
    (
        "groups/create",
        Is::Mutating(&["group.created", "group.second_factor_required", "group.member_added"]),
    ),
    ("groups/create_subgroup", Is::Mutating(&["group.created"])),
    ("groups/decline", Is::Mutating(&["group.invitation_declined"])),
    ("groups/group_facts", Is::Machinery),
    (
        "groups/delete",
        Is::Mutating(&["group.deleted", "group.member_removed"]),
    ),
    ("groups/delete_invitation", Is::Mutating(&["group.invitation_deleted"])),
    (
        "groups/edit",
        Is::Mutating(&["group.renamed", "group.second_factor_required"]),
    ),
    (
        "groups/edit@no_longer",
        Is::Mutating(&["group.second_factor_not_required"]),
    ),
    ("groups/get", Is::Reading),
    ("groups/get_member", Is::Reading),
    ("groups/invite", Is::Mutating(&["group.invitation_sent"])),
    (
        "groups/join_as_new",
        Is::Mutating(&["account.created", "group.invitation_accepted", "group.joined"]),
    ),
    ("groups/leave", Is::Mutating(&["group.left"])),
    ("groups/list", Is::Reading),
    ("groups/list_invitations", Is::Reading),
    ("groups/list_members", Is::Reading),
    ("groups/list_my_invitations", Is::Reading),
    ("groups/list_subgroups", Is::Reading),
    ("groups/mod", Is::Machinery),
    ("groups/model", Is::Machinery),
    ("groups/peek_invitation", Is::Reading),
    ("groups/remove_member", Is::Mutating(&["group.member_removed"])),
    ("groups/resend_invitation", Is::Mutating(&["group.invitation_sent"])),
    ("groups/set_default", Is::Mutating(&["user.default_group_set"])),
    ("groups/standing", Is::Machinery),
];

pub(crate) async fn prepare<'a>(stage: &'a Stage<'a>, row: &str) -> Action<'a> {
    match row {
        "groups/create" => {
            let new = NewGroup {
                requires_second_factor: true,
                owner: Some(stage.id().to_owned()),
                ..named("Field team")
            };
            action(groups::create(stage.app(), &stage.admin, new))
        }
        "groups/accept"
        | "groups/decline"
        | "groups/delete_invitation"
        | "groups/resend_invitation"
        | "groups/join_as_new" => invited(stage, row).await,
        "groups/invite" => {
            let group = group(stage).await;
            action(async move { groups::invite(stage.app(), &stage.admin, &group, to("new@example.com")).await })
        }
        "groups/edit@no_longer" => {
            let group = group(stage).await;
            let required = EditGroup {
                requires_second_factor: Some(true),
                ..EditGroup::default()
            };
            groups::edit(stage.app(), &stage.admin, &group, required, None)
                .await
                .unwrap();
            let edit = EditGroup {
                requires_second_factor: Some(false),
                ..EditGroup::default()
            };
            action(async move { groups::edit(stage.app(), &stage.admin, &group, edit, None).await })
        }
        _ => with_a_member(stage, row).await,
    }
}

/// Actions in a group of the administrator with the member in it.
async fn with_a_member<'a>(stage: &'a Stage<'a>, row: &str) -> Action<'a> {
    let (app, admin, id) = (stage.app(), &stage.admin, stage.id());
    let group = group(stage).await;
    if row == "groups/add_member" {
        return action(async move { groups::add_member(app, admin, &group, id, GroupRole::Member).await });
    }
    groups::add_member(app, admin, &group, id, GroupRole::Member)
        .await
        .unwrap();
    match row {
        "groups/change_role" => action(async move {
            let role = GroupRole::Administrator;
            groups::change_role(app, admin, &group, id, role, None).await
        }),
        "groups/create_subgroup" => {
            action(async move { groups::create_subgroup(app, admin, &group, named("North")).await })
        }
        "groups/delete" => action(async move { groups::delete(app, admin, &group).await }),
        "groups/edit" => {
            let edit = EditGroup {
                name: Some("South team".to_owned()),
                requires_second_factor: Some(true),
            };
            action(async move { groups::edit(app, admin, &group, edit, None).await })
        }
        "groups/leave" => action(async move { groups::leave(app, &stage.member, &group).await }),
        "groups/remove_member" => action(async move { groups::remove_member(app, admin, &group, id).await }),
        "groups/set_default" => action(async move { groups::set_default(app, &stage.member, &group).await }),
        other => no_action(other),
    }
}

/// Actions with an invitation to the member, or to an address without an account.
async fn invited<'a>(stage: &'a Stage<'a>, row: &str) -> Action<'a> {
    let (app, admin, member) = (stage.app(), &stage.admin, &stage.member);
    let group = group(stage).await;
    let email = match row {
        "groups/join_as_new" => "new@example.com",
        _ => member.person.email.as_str(),
    };
    let lines = groups::invite(app, admin, &group, to(email)).await.unwrap();
    let InviteOutcome::Invited { id, .. } = lines[0].outcome.clone() else {
        panic!("{lines:?}")
    };
    let key = InvitationKey::Id(id.clone());
    match row {
        "groups/accept" => action(async move { groups::accept(app, member, &key).await }),
        "groups/decline" => action(async move { groups::decline(app, member, &key).await }),
        "groups/delete_invitation" => action(async move { groups::delete_invitation(app, admin, &id).await }),
        "groups/resend_invitation" => action(async move { groups::resend_invitation(app, admin, &id).await }),
        _ => {
            let token = stage.test.token_of("Invitation to a group").await;
            let new = NewMember {
                given_name: "New".to_owned(),
                family_name: "Jones".to_owned(),
                username: "new".to_owned(),
                password: GOOD.to_owned(),
            };
            action(async move { groups::join_as_new(app, &visitor(), &token, new).await })
        }
    }
}

/// A group that the administrator owns; its id.
async fn group(stage: &Stage<'_>) -> String {
    let created = groups::create(stage.app(), &stage.admin, named("Field team")).await;
    created.unwrap().id
}

fn named(name: &str) -> NewGroup {
    NewGroup {
        name: name.to_owned(),
        ..NewGroup::default()
    }
}

fn to(email: &str) -> Invite {
    Invite {
        addresses: email.to_owned(),
        role: GroupRole::Member,
    }
}
