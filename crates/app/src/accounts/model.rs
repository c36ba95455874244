//! Accounts as callers see them.

use activity::{Person, Time};
use store::accounts::account::AccountRow;

use crate::Roles;

/// The column *Last Login*, as it is at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginStatus {
    /// The latest successful log-in.
    LastLogin(Time),
    /// Never logged in; locked at this moment.
    Locked,
    /// Never logged in; the latest attempt failed.
    Failed,
    /// Never logged in; used the activation link.
    Active,
    /// Never logged in, tried, or activated.
    Never,
}

impl LoginStatus {
    pub(super) fn of(account: &AccountRow, now: Time) -> Self {
        match account.last_login_at {
            Some(at) => Self::LastLogin(at),
            None if account.locked_until.is_some_and(|until| until > now) => Self::Locked,
            None if account.last_attempt_failed => Self::Failed,
            None if account.activated_at.is_some() => Self::Active,
            None => Self::Never,
        }
    }
}

/// One account, as the list of users shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserRow {
    /// `usr_…`
    pub id: String,
    /// The account as activities name it.
    pub person: Person,
    /// Given name; may be empty.
    pub given_name: String,
    /// Family name; may be empty.
    pub family_name: String,
    /// The column *Last Login*.
    pub status: LoginStatus,
    /// The latest successful log-in.
    pub last_login: Option<Time>,
    /// Until when it is locked, if it is locked now.
    pub locked_until: Option<Time>,
    /// Whether it may log in.
    pub login_enabled: bool,
    /// What it may do beyond a member.
    pub roles: Roles,
    /// Only programs use it, with API keys.
    pub service_account: bool,
    /// Whether a password is set.
    pub has_password: bool,
    /// IANA name of the person's time zone, `UTC` or `EST`.
    pub time_zone: String,
    /// When it was created.
    pub created_at: Time,
    /// When its activation link was used.
    pub activated_at: Option<Time>,
    /// Greater after every edit; what an edit says it is for.
    pub version: i64,
}

impl UserRow {
    pub(super) fn of(account: &AccountRow, now: Time) -> Self {
        Self {
            id: account.id.clone(),
            person: account.person(),
            given_name: account.given_name.clone(),
            family_name: account.family_name.clone(),
            status: LoginStatus::of(account, now),
            last_login: account.last_login_at,
            locked_until: account.locked_until.filter(|until| *until > now),
            login_enabled: account.login_enabled,
            roles: Roles::of(account),
            service_account: account.is_service,
            has_password: account.password_hash.is_some(),
            time_zone: account.time_zone.clone(),
            created_at: account.created_at,
            activated_at: account.activated_at,
            version: account.version,
        }
    }
}
