//! Groups, members and invitations as JSON.

use app::groups::{self, InviteLine, InviteOutcome, Standing};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a member is in a group; also what somebody may do in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum GroupRole {
    /// Does everything.
    Owner,
    /// Manages members who are not owners, invitations, subgroups and sessions.
    Administrator,
    /// Takes part.
    Member,
}

impl From<GroupRole> for groups::GroupRole {
    fn from(role: GroupRole) -> Self {
        match role {
            GroupRole::Owner => Self::Owner,
            GroupRole::Administrator => Self::Administrator,
            GroupRole::Member => Self::Member,
        }
    }
}

impl From<groups::GroupRole> for GroupRole {
    fn from(role: groups::GroupRole) -> Self {
        match role {
            groups::GroupRole::Owner => Self::Owner,
            groups::GroupRole::Administrator => Self::Administrator,
            groups::GroupRole::Member => Self::Member,
        }
    }
}

impl From<Standing> for GroupRole {
    fn from(standing: Standing) -> Self {
        match standing {
            Standing::Owner => Self::Owner,
            Standing::Administrator => Self::Administrator,
            Standing::Member => Self::Member,
        }
    }
}

/// A group by id and name.
#[derive(Serialize, ToSchema)]
pub(super) struct GroupName {
    /// `grp_…`
    id: String,
    /// Name.
    name: String,
}

impl From<activity::Named> for GroupName {
    fn from(named: activity::Named) -> Self {
        Self {
            id: named.id,
            name: named.name,
        }
    }
}

/// A group.
#[derive(Serialize, ToSchema)]
pub(super) struct Group {
    /// `grp_…`
    id: String,
    /// Name.
    name: String,
    /// The group it is a subgroup of.
    parent: Option<GroupName>,
    /// Whether its members, and those of its subgroups, need a second factor.
    requires_second_factor: bool,
    /// How many members it has; in lists counted up to 1,000.
    members: u64,
    /// Whether `members` is the exact number.
    members_exact: bool,
    /// What the caller is in it; null for who is no member.
    role: Option<GroupRole>,
    /// What the caller may do in it, by their role, by their role in the group above, or as an administrator.
    standing: Option<GroupRole>,
    /// Whether it is the caller's default group.
    is_default: bool,
    /// When it was created.
    #[schema(format = DateTime)]
    created_at: String,
}

impl From<groups::Group> for Group {
    fn from(group: groups::Group) -> Self {
        Self {
            id: group.id,
            name: group.name,
            parent: group.parent.map(GroupName::from),
            requires_second_factor: group.requires_second_factor,
            members: group.members.n,
            members_exact: group.members.exact,
            role: group.role.map(GroupRole::from),
            standing: group.standing.map(GroupRole::from),
            is_default: group.is_default,
            created_at: group.created_at.to_string(),
        }
    }
}

/// A group to create.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewGroup {
    /// Name; at most 200 characters.
    pub(super) name: String,
    /// Whether its members need a second factor.
    #[serde(default)]
    pub(super) requires_second_factor: bool,
    /// Who owns it; the caller if absent. Only administrators name somebody else.
    #[serde(default)]
    pub(super) owner_id: Option<String>,
}

impl From<NewGroup> for groups::NewGroup {
    fn from(new: NewGroup) -> Self {
        Self {
            name: new.name,
            requires_second_factor: new.requires_second_factor,
            owner: new.owner_id,
        }
    }
}

/// What is to change in a group; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EditGroup {
    /// Name; at most 200 characters.
    #[serde(default)]
    pub(super) name: Option<String>,
    /// Whether its members, and those of its subgroups, need a second factor. For owners.
    #[serde(default)]
    pub(super) requires_second_factor: Option<bool>,
}

/// A group by its id.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DefaultGroup {
    /// `grp_…`; the caller must be a member of it.
    pub(super) group_id: String,
}

/// A member of a group.
#[derive(Serialize, ToSchema)]
pub(super) struct Member {
    /// `usr_…`
    user_id: String,
    /// Full name.
    name: String,
    /// Log-in name.
    username: String,
    /// E-mail address; null for who does not manage the group.
    email: Option<String>,
    /// What they are in the group.
    role: GroupRole,
    /// Since when.
    #[schema(format = DateTime)]
    joined_at: String,
}

impl From<groups::Member> for Member {
    fn from(member: groups::Member) -> Self {
        Self {
            user_id: member.person.id,
            name: member.person.name,
            username: member.person.username,
            email: Some(member.person.email).filter(|email| !email.is_empty()),
            role: member.role.into(),
            joined_at: member.joined_at.to_string(),
        }
    }
}

/// Somebody to put into a group.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewMember {
    /// `usr_…`
    pub(super) user_id: String,
    /// What they become; `member` if absent.
    #[serde(default = "member")]
    pub(super) role: GroupRole,
}

/// What a member is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewRole {
    /// The role.
    pub(super) role: GroupRole,
}

fn member() -> GroupRole {
    GroupRole::Member
}

/// An invitation that waits or has expired.
#[derive(Serialize, ToSchema)]
pub(super) struct Invitation {
    /// `inv_…`
    id: String,
    /// The group.
    group: GroupName,
    /// The address it was sent to.
    email: String,
    /// What whoever accepts it becomes.
    role: GroupRole,
    /// Who sent it, as they were named then.
    invited_by: String,
    /// When it was sent.
    #[schema(format = DateTime)]
    created_at: String,
    /// From when it is refused.
    #[schema(format = DateTime)]
    expires_at: String,
    /// Whether that moment has come.
    expired: bool,
}

impl From<groups::Invitation> for Invitation {
    fn from(invitation: groups::Invitation) -> Self {
        Self {
            id: invitation.id,
            group: invitation.group.into(),
            email: invitation.email,
            role: invitation.role.into(),
            invited_by: invitation.invited_by,
            created_at: invitation.created_at.to_string(),
            expires_at: invitation.expires_at.to_string(),
            expired: invitation.expired,
        }
    }
}

/// Whom to invite.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewInvitations {
    /// At most 500 addresses, bare or as `Name <address>`.
    pub(super) addresses: Vec<String>,
    /// What whoever accepts becomes; `member` if absent. Not `owner`: an owner makes somebody one who is in.
    #[serde(default = "member")]
    pub(super) role: GroupRole,
}

/// What became of every address.
#[derive(Serialize, ToSchema)]
pub(super) struct Invited {
    /// In the order they were given.
    pub(super) data: Vec<InvitedLine>,
}

/// What became of one address.
#[derive(Serialize, ToSchema)]
pub(super) struct InvitedLine {
    /// The address as it was given, shortened.
    address: String,
    /// What became of it.
    result: InviteResult,
    /// `inv_…`, if a mail is on its way.
    id: Option<String>,
    /// Why it is invalid.
    detail: Option<String>,
}

/// What became of an address.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum InviteResult {
    /// A mail is on its way.
    Invited,
    /// A member of the group has it.
    AlreadyMember,
    /// An invitation to it waits.
    AlreadyInvited,
    /// It was sent enough mails for now.
    EnoughMails,
    /// It is no address that can be invited.
    Invalid,
}

impl From<InviteLine> for InvitedLine {
    fn from(line: InviteLine) -> Self {
        let (result, id, detail) = match line.outcome {
            InviteOutcome::Invited { id, .. } => (InviteResult::Invited, Some(id), None),
            InviteOutcome::AlreadyMember => (InviteResult::AlreadyMember, None, None),
            InviteOutcome::AlreadyInvited => (InviteResult::AlreadyInvited, None, None),
            InviteOutcome::EnoughMails => (InviteResult::EnoughMails, None, None),
            InviteOutcome::Invalid(why) => (InviteResult::Invalid, None, Some(why)),
        };
        Self {
            address: line.line,
            result,
            id,
            detail,
        }
    }
}
