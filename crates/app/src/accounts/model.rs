//! Accounts and devices as callers see them.

use std::collections::HashMap;
use std::net::IpAddr;

use activity::{Named, Person, Time};
use store::accounts::account::AccountRow;
use store::accounts::device::DeviceRow;

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
            roles: roles(account),
            service_account: account.is_service,
            has_password: account.password_hash.is_some(),
            time_zone: account.time_zone.clone(),
            created_at: account.created_at,
            activated_at: account.activated_at,
            version: account.version,
        }
    }
}

pub(crate) fn roles(account: &AccountRow) -> Roles {
    Roles {
        administrator: account.is_administrator,
        auditor: account.is_auditor,
    }
}

/// Roles in words, such as `administrator, member`.
pub(super) fn roles_text(roles: Roles) -> String {
    let named = [
        (roles.administrator, "administrator"),
        (roles.auditor, "auditor"),
        (true, "member"),
    ];
    named
        .iter()
        .filter(|(has, _)| *has)
        .map(|(_, name)| *name)
        .collect::<Vec<_>>()
        .join(", ")
}

/// A signed-in browser or client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// `dev_…`
    pub id: String,
    /// In words, such as `Firefox on Linux`.
    pub name: String,
    /// The address it signed in from.
    pub ip: Option<IpAddr>,
    /// When it signed in.
    pub signed_in_at: Time,
    /// When it was last seen, to a few minutes.
    pub last_seen_at: Time,
    /// Whether it is the one the question comes from.
    pub current: bool,
    /// The application it is signed in to; `None` for the web manager.
    pub application: Option<Named>,
}

impl Device {
    /// The device as callers see it; `names` are those of the applications.
    pub(super) fn of(device: &DeviceRow, current: Option<&str>, names: &HashMap<String, String>) -> Self {
        Self {
            id: device.id.clone(),
            name: device.name.clone(),
            ip: device.ip.as_deref().and_then(|ip| ip.parse().ok()),
            signed_in_at: device.created_at,
            last_seen_at: device.last_seen_at,
            current: current == Some(device.id.as_str()),
            application: device.application_id.as_ref().map(|id| Named {
                id: id.clone(),
                name: names.get(id).cloned().unwrap_or_default(),
            }),
        }
    }
}
