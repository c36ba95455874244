//! The tables of 0006_groups.sql, one module each. Owns their SQL text and rows; decides nothing.

pub mod default_group;
pub mod group;
pub mod invitation;
pub mod list;
pub mod member;
pub mod word;

pub use group::{GroupRow, get, managed_group_ids, requires_second_factor};
pub use member::role_of;

use sqlx::any::AnyRow;

use crate::StoreError;
use crate::row::{maybe_text, text};

/// What a member is in a group, from most to least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GroupRole {
    /// Does everything, and decides who else owns it.
    Owner,
    /// Manages members who are not owners, invitations, subgroups and sessions.
    Administrator,
    /// Takes part.
    Member,
}

impl GroupRole {
    /// Every role, from most to least.
    pub const ALL: [Self; 3] = [Self::Owner, Self::Administrator, Self::Member];

    /// Its name, as it is stored and as the API says it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Administrator => "administrator",
            Self::Member => "member",
        }
    }

    /// The role with this name.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }
}

fn role(row: &AnyRow, column: &str) -> Result<GroupRole, StoreError> {
    let code = text(row, column)?;
    GroupRole::from_code(&code).ok_or_else(|| StoreError::Unreadable(format!("there is no group role {code}")))
}

fn maybe_role(row: &AnyRow, column: &str) -> Result<Option<GroupRole>, StoreError> {
    Ok(maybe_text(row, column)?.as_deref().and_then(GroupRole::from_code))
}
