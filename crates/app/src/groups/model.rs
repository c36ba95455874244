//! Groups, members and invitations as callers see them.

use activity::{Named, Person, Time};
use store::groups::GroupRole;
use store::groups::invitation::InvitationRow;
use store::groups::list::{ListedGroup, ListedMember, MEMBERS_COUNTED};

use crate::Total;

/// What somebody may do in a group, from most to least: by their role in it, by their role in the group above it, or
/// as an administrator of the installation, who may do what its owners may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// Everything.
    Owner,
    /// Everything but deleting it and deciding about owners and its security.
    Administrator,
    /// Takes part.
    Member,
}

impl Standing {
    /// Whether they look after its members, invitations, subgroups and sessions, and read its log.
    #[must_use]
    pub fn manages(self) -> bool {
        self <= Self::Administrator
    }

    /// Whether they decide about owners, its security and its end.
    #[must_use]
    pub fn owns(self) -> bool {
        self == Self::Owner
    }
}

impl From<GroupRole> for Standing {
    fn from(role: GroupRole) -> Self {
        match role {
            GroupRole::Owner => Self::Owner,
            GroupRole::Administrator => Self::Administrator,
            GroupRole::Member => Self::Member,
        }
    }
}

/// One group, as the caller sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// `grp_…`
    pub id: String,
    /// Name.
    pub name: String,
    /// The group it is a subgroup of.
    pub parent: Option<Named>,
    /// Whether its members, and those of its subgroups, need a second factor.
    pub requires_second_factor: bool,
    /// Counts its edits.
    pub version: i64,
    /// When it was created.
    pub created_at: Time,
    /// How many members it has.
    pub members: Total,
    /// What the caller is in it; `None` for who is no member of it.
    pub role: Option<GroupRole>,
    /// What the caller may do in it; `None` for an auditor, who only looks.
    pub standing: Option<Standing>,
    /// Whether it is the caller's default group.
    pub is_default: bool,
}

impl Group {
    /// The group as activities name it.
    #[must_use]
    pub fn named(&self) -> Named {
        Named {
            id: self.id.clone(),
            name: self.name.clone(),
        }
    }

    pub(super) fn of(listed: ListedGroup, standing: Option<Standing>) -> Self {
        Self {
            id: listed.row.id,
            name: listed.row.name,
            parent: listed.row.parent,
            requires_second_factor: listed.row.requires_second_factor,
            version: listed.row.version,
            created_at: listed.row.created_at,
            members: Total {
                n: listed.members.min(MEMBERS_COUNTED),
                exact: listed.members <= MEMBERS_COUNTED,
            },
            role: listed.role,
            standing,
            is_default: listed.is_default,
        }
    }
}

/// One member of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The account. Its e-mail address is empty for who does not manage the group.
    pub person: Person,
    /// What they are in the group.
    pub role: GroupRole,
    /// Since when.
    pub joined_at: Time,
    /// Counts the changes of the role.
    pub version: i64,
    /// Whether the account may log in; always `true` for who does not manage the group.
    pub login_enabled: bool,
}

impl Member {
    pub(super) fn of(listed: ListedMember, manages: bool) -> Self {
        let mut person = listed.account.person();
        if !manages {
            person.email.clear();
        }
        Self {
            person,
            role: listed.row.role,
            joined_at: listed.row.joined_at,
            version: listed.row.version,
            login_enabled: !manages || listed.account.login_enabled,
        }
    }
}

/// One invitation that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// `inv_…`
    pub id: String,
    /// The group.
    pub group: Named,
    /// The address it was sent to.
    pub email: String,
    /// What whoever accepts it becomes.
    pub role: GroupRole,
    /// Who sent it, as they were named then.
    pub invited_by: String,
    /// When it was sent.
    pub created_at: Time,
    /// From when it is refused.
    pub expires_at: Time,
    /// Whether that moment has come.
    pub expired: bool,
}

impl Invitation {
    pub(super) fn of(row: InvitationRow, now: Time) -> Self {
        Self {
            id: row.id,
            group: row.group,
            email: row.email,
            role: row.role,
            invited_by: row.invited_by_name,
            created_at: row.created_at,
            expires_at: row.expires_at,
            expired: row.expires_at <= now,
        }
    }
}

/// Which invitation: one to the caller's own e-mail address by its id, or whatever a mailed link says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvitationKey {
    /// By id; it must be to the caller's own e-mail address.
    Id(String),
    /// By the token of its mailed link, which proves that the mail was received.
    Token(String),
}
