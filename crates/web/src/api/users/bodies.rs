//! An account and its devices, as the API shows them.

use activity::Time;
use app::Roles;
use app::accounts::{LoginStatus, UserDetails, UserRow};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An account.
#[derive(Serialize, ToSchema)]
pub(super) struct User {
    /// Stable id.
    id: String,
    /// Full name.
    name: String,
    /// Given name; may be empty.
    given_name: String,
    /// Family name; may be empty.
    family_name: String,
    /// Log-in name.
    username: String,
    /// E-mail address.
    email: String,
    /// What it may do beyond a member.
    roles: Vec<UserRole>,
    /// Only programs use it, with API keys.
    service_account: bool,
    /// Whether it may log in.
    login_enabled: bool,
    /// How far it came with logging in.
    status: UserStatus,
    /// The latest successful log-in.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_login_at: Option<Time>,
    /// Until when it is locked, if it is locked now.
    #[schema(value_type = Option<String>, format = DateTime)]
    locked_until: Option<Time>,
    /// Networks it may log in from, none meaning anywhere; only where one account is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    login_addresses: Option<Vec<String>>,
    /// Whether a second factor is set up; only where one account is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    second_factor: Option<bool>,
    /// Whether an administrator requires one; only where one account is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    mfa_required: Option<bool>,
    /// IANA name of the person's time zone, `UTC` or `EST`.
    time_zone: String,
    /// When it was created.
    #[schema(value_type = String, format = DateTime)]
    created_at: Time,
    /// When its activation link was used.
    #[schema(value_type = Option<String>, format = DateTime)]
    activated_at: Option<Time>,
}

/// A role beyond member, which everybody is.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum UserRole {
    /// Manages users, reads every log.
    Administrator,
    /// Reads every log, changes nothing.
    Auditor,
}

impl UserRole {
    /// Roles from their names; each may be named more than once.
    pub(super) fn roles(named: &[Self]) -> Roles {
        Roles {
            administrator: named.contains(&Self::Administrator),
            auditor: named.contains(&Self::Auditor),
        }
    }

    fn names(roles: Roles) -> Vec<Self> {
        let held = [
            (roles.administrator, Self::Administrator),
            (roles.auditor, Self::Auditor),
        ];
        held.into_iter().filter(|(has, _)| *has).map(|(_, role)| role).collect()
    }
}

/// How far an account came with logging in: the column *Last Login* of All Users.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum UserStatus {
    /// Logged in at least once.
    LoggedIn,
    /// Never logged in; locked at this moment.
    Locked,
    /// Never logged in; the latest attempt failed.
    Failed,
    /// Never logged in; used the activation link.
    Active,
    /// None of these.
    Never,
}

impl User {
    pub(super) fn of(row: UserRow) -> Self {
        Self {
            id: row.id,
            name: row.person.name,
            given_name: row.given_name,
            family_name: row.family_name,
            username: row.person.username,
            email: row.person.email,
            roles: UserRole::names(row.roles),
            service_account: row.service_account,
            login_enabled: row.login_enabled,
            status: match row.status {
                LoginStatus::LastLogin(_) => UserStatus::LoggedIn,
                LoginStatus::Locked => UserStatus::Locked,
                LoginStatus::Failed => UserStatus::Failed,
                LoginStatus::Active => UserStatus::Active,
                LoginStatus::Never => UserStatus::Never,
            },
            last_login_at: row.last_login,
            locked_until: row.locked_until,
            login_addresses: None,
            second_factor: None,
            mfa_required: None,
            time_zone: row.time_zone,
            created_at: row.created_at,
            activated_at: row.activated_at,
        }
    }

    /// One account with everything there is to it.
    pub(super) fn whole(details: UserDetails) -> Self {
        Self {
            login_addresses: Some(details.login_addresses),
            second_factor: Some(details.factors.is_on()),
            mfa_required: Some(details.factors.required),
            ..Self::of(details.row)
        }
    }
}
