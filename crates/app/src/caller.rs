//! Who is asking. Made only by extractors (web), by the command line and by tests; every use case takes one.

use std::net::IpAddr;

use activity::{Named, Person};
use serde::{Deserialize, Serialize};
use store::accounts::account::AccountRow;

use crate::ChangeError;

/// Where a request came from, as it goes into the activity it causes.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// The client's address, after trusted proxies.
    pub ip: Option<IpAddr>,
    /// The user agent as sent, at most 512 bytes.
    pub user_agent: Option<String>,
    /// The device in words, such as `Firefox on Linux`.
    pub device: Option<String>,
    /// Request id, for the server's own log lines.
    pub request_id: String,
    /// The request's `Idempotency-Key`, 1 to 255 characters: a use case that creates something does it once for each
    /// of them within 24 hours.
    pub idempotency_key: Option<String>,
    /// The trace the request belongs to, by W3C Trace Context: 32 hex digits. Whoever asks has said so.
    pub trace_id: Option<String>,
}

impl Origin {
    /// The client's address as far as one client is told from another: IPv6 hands out whole /64 networks.
    #[must_use]
    pub fn network(&self) -> Option<IpAddr> {
        self.ip.map(network)
    }
}

/// The address, or the /64 network of an IPv6 one: they count as one client.
#[must_use]
pub fn network(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((u128::from(v6) & (u128::MAX << 64)).into()),
        v4 => v4,
    }
}

/// Whether an account with these networks may be used from `ip`. None means anywhere; an unknown address is not in
/// any network.
pub(crate) fn address_allowed(networks: &[String], ip: Option<IpAddr>) -> bool {
    let Some(ip) = ip.map(|ip| ip.to_canonical()) else {
        return networks.is_empty();
    };
    networks.is_empty()
        || networks
            .iter()
            .filter_map(|text| text.parse::<ipnet::IpNet>().ok())
            .any(|network| network.contains(&ip))
}

/// Somebody who has not said who they are.
#[derive(Clone, Debug, Default)]
pub struct Visitor {
    /// Where they ask from.
    pub origin: Origin,
    /// The registered application they ask through, which has proved itself by its key; `None` for the web manager.
    pub application: Option<Named>,
    /// The token of the device that their browser is signed in with, if it is: logging in anew there ends it.
    pub device_token: Option<String>,
}

impl Visitor {
    /// The id of the registered application they ask through.
    pub(crate) fn application_id(&self) -> Option<&str> {
        self.application.as_ref().map(|application| application.id.as_str())
    }
}

/// Somebody who has proved who they are.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The account, as it is named now.
    pub person: Person,
    /// What the account may do.
    pub roles: Roles,
    /// How they proved it.
    pub via: Via,
    /// Where they ask from.
    pub origin: Origin,
}

impl Caller {
    /// The `whodid` command on the machine itself, which may do what an administrator may.
    #[must_use]
    pub fn command_line() -> Self {
        Self {
            person: Person {
                id: "app_cli".to_owned(),
                name: "whodid".to_owned(),
                ..Person::default()
            },
            roles: Roles {
                administrator: true,
                auditor: true,
            },
            via: Via::CommandLine,
            origin: Origin::default(),
        }
    }

    /// Whether they may manage users and settings. A registered application never may, whoever uses it.
    #[must_use]
    pub fn is_administrator(&self) -> bool {
        self.roles.administrator && !self.via.is_application() && self.allows(|scopes| scopes.admin)
    }

    /// Whether they may change what is not their own account: an auditor, unless an administrator as well, only looks.
    #[must_use]
    pub fn may_change(&self) -> bool {
        !self.roles.auditor || self.roles.administrator
    }

    /// Refuses who only looks.
    pub(crate) fn check_change(&self) -> Result<(), ChangeError> {
        match self.may_change() {
            true => Ok(()),
            false => Err(ChangeError::Forbidden),
        }
    }

    /// Whether they may read every log.
    #[must_use]
    pub fn reads_everything(&self) -> bool {
        (self.roles.administrator || self.roles.auditor)
            && !self.via.is_application()
            && self.allows(|scopes| scopes.read)
    }

    /// Whether they may read at all; an API key may have been made for writing only.
    #[must_use]
    pub fn may_read(&self) -> bool {
        self.allows(|scopes| scopes.read)
    }

    /// Whether they may take away what they may read as a file.
    #[must_use]
    pub fn may_export(&self) -> bool {
        self.may_read() && self.allows(|scopes| scopes.export)
    }

    fn allows(&self, scope: impl Fn(&Scopes) -> bool) -> bool {
        match &self.via {
            Via::ApiKey { scopes, .. } => scope(scopes),
            Via::Device { .. } | Via::Application { .. } | Via::CommandLine => true,
        }
    }
}

/// How a caller proved who they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Via {
    /// A signed-in browser; the device's id.
    Device {
        /// Device id.
        id: String,
    },
    /// A device signed in to a registered application.
    Application {
        /// Device id.
        device_id: String,
        /// The application.
        application: Named,
    },
    /// An API key and what it may be used for.
    ApiKey {
        /// Key id.
        id: String,
        /// What uses it.
        name: String,
        /// What it may do.
        scopes: Scopes,
        /// What it may report of.
        reports: Reports,
    },
    /// The `whodid` command on the machine itself.
    CommandLine,
}

impl Via {
    /// The device they are signed in on, whatever application it uses.
    #[must_use]
    pub fn device_id(&self) -> Option<&str> {
        match self {
            Self::Device { id } | Self::Application { device_id: id, .. } => Some(id),
            Self::ApiKey { .. } | Self::CommandLine => None,
        }
    }

    fn is_application(&self) -> bool {
        matches!(self, Self::Application { .. })
    }
}

/// What an API key may report of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Reports {
    /// The applications it reports for; empty for any but this installation's own.
    pub applications: Vec<Named>,
    /// Whether it may name accounts, groups and sessions of this installation by their ids.
    pub names_accounts: bool,
    /// The mapping by which what it sends is read, where a request names none.
    pub mapping: Option<String>,
}

/// What an API key may be used for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scopes {
    /// `activities:write`
    pub write: bool,
    /// `activities:read`
    pub read: bool,
    /// `export`
    pub export: bool,
    /// `admin`
    pub admin: bool,
}

/// One role of an account. Everyone is a member as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Manages users, reads every log.
    Administrator,
    /// Reads every log, changes nothing but their own account; may still leave, decline and block.
    Auditor,
    /// Reads their own log.
    Member,
}

/// The roles of an account beyond member.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Roles {
    /// Manages users, reads every log.
    pub administrator: bool,
    /// Reads every log, changes nothing.
    pub auditor: bool,
}

impl Roles {
    /// Those of this account.
    pub(crate) fn of(account: &AccountRow) -> Self {
        Self {
            administrator: account.is_administrator,
            auditor: account.is_auditor,
        }
    }

    /// Roles in words, such as `administrator, member`.
    pub(crate) fn in_words(self) -> String {
        let named = [
            (self.administrator, "administrator"),
            (self.auditor, "auditor"),
            (true, "member"),
        ];
        named
            .iter()
            .filter(|(has, _)| *has)
            .map(|(_, name)| *name)
            .collect::<Vec<_>>()
            .join(", ")
    }
}
