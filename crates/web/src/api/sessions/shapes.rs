//! Sessions and who is in them as JSON.

use activity::{Named, Time};
use app::sessions;
use serde::{Deserialize, Serialize};

use crate::api::json::given;
use utoipa::ToSchema;

/// How far a session is.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum SessionState {
    /// For later.
    Planned,
    /// Can be joined.
    Running,
    /// Over.
    Ended,
}

impl From<sessions::SessionState> for SessionState {
    fn from(state: sessions::SessionState) -> Self {
        match state {
            sessions::SessionState::Planned => Self::Planned,
            sessions::SessionState::Running => Self::Running,
            sessions::SessionState::Ended => Self::Ended,
        }
    }
}

impl From<SessionState> for sessions::SessionState {
    fn from(state: SessionState) -> Self {
        match state {
            SessionState::Planned => Self::Planned,
            SessionState::Running => Self::Running,
            SessionState::Ended => Self::Ended,
        }
    }
}

/// The group of a session.
#[derive(Serialize, ToSchema)]
pub(super) struct SessionGroup {
    /// `grp_…`
    id: String,
    /// Name.
    name: String,
}

/// Who looks after a session.
#[derive(Serialize, ToSchema)]
pub(super) struct SessionHost {
    /// `usr_…`
    id: String,
    /// Their name when they created or started it.
    name: String,
}

/// A session of a group.
#[derive(Serialize, ToSchema)]
pub(super) struct Session {
    /// `ses_…`
    id: String,
    /// Its group.
    group: SessionGroup,
    /// Name.
    name: String,
    /// How far it is.
    state: SessionState,
    /// Whether joining asks for a password.
    has_password: bool,
    /// Whether nobody else may join.
    locked: bool,
    /// Who looks after it.
    host: SessionHost,
    /// When it was created.
    #[schema(value_type = String, format = DateTime)]
    created_at: Time,
    /// When it was started.
    #[schema(value_type = Option<String>, format = DateTime)]
    started_at: Option<Time>,
    /// When it was ended.
    #[schema(value_type = Option<String>, format = DateTime)]
    ended_at: Option<Time>,
    /// How many are in it.
    present: u64,
}

impl From<sessions::Session> for Session {
    fn from(session: sessions::Session) -> Self {
        let Named { id, name } = session.group;
        let host = session.host;
        Self {
            id: session.id,
            group: SessionGroup { id, name },
            name: session.name,
            state: session.state.into(),
            has_password: session.has_password,
            locked: session.locked,
            host: SessionHost {
                id: host.id,
                name: host.name,
            },
            created_at: session.created_at,
            started_at: session.started_at,
            ended_at: session.ended_at,
            present: session.present,
        }
    }
}

/// A session, and what the member may do with it.
#[derive(Serialize, ToSchema)]
pub(super) struct SessionDetails {
    /// The session.
    #[serde(flatten)]
    session: Session,
    /// Whether the member is in it.
    is_present: bool,
    /// Whether they could join it: it runs, and they are a member of its group.
    may_join: bool,
    /// Whether they may start, lock, edit and end it.
    may_manage: bool,
}

impl From<sessions::SessionDetails> for SessionDetails {
    fn from(details: sessions::SessionDetails) -> Self {
        Self {
            session: details.session.into(),
            is_present: details.is_present,
            may_join: details.may_join,
            may_manage: details.may_manage,
        }
    }
}

/// Somebody who is in a session.
#[derive(Serialize, ToSchema)]
pub(super) struct SessionPresence {
    /// Who.
    user: Participant,
    /// Whether they look after the session.
    is_host: bool,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    joined_at: Time,
    /// When they were last heard of.
    #[schema(value_type = String, format = DateTime)]
    last_seen_at: Time,
}

/// A person in a session.
#[derive(Serialize, ToSchema)]
pub(super) struct Participant {
    /// `usr_…`
    id: String,
    /// Full name.
    name: String,
    /// Log-in name.
    username: String,
}

impl From<sessions::Presence> for SessionPresence {
    fn from(presence: sessions::Presence) -> Self {
        Self {
            user: Participant {
                id: presence.person.id,
                name: presence.person.name,
                username: presence.person.username,
            },
            is_host: presence.is_host,
            joined_at: presence.joined_at,
            last_seen_at: presence.last_seen_at,
        }
    }
}

/// A new session.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewSession {
    /// The group it is of; the member must belong to it.
    pub(super) group_id: String,
    /// Name.
    #[schema(example = "Weekly review")]
    pub(super) name: String,
    /// Password that joining asks for, 4 to 128 characters.
    pub(super) password: Option<String>,
    /// Whether it starts now, with the member in it. `false`: it is created for later.
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub(super) start: bool,
}

fn yes() -> bool {
    true
}

/// What is to be different about a session; what is absent stays.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct EditSession {
    /// Name.
    pub(super) name: Option<String>,
    /// Password that joining asks for; `null` for none.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    pub(super) password: Option<Option<String>>,
    /// Whether nobody else may join.
    pub(super) locked: Option<bool>,
}

/// What joining may need.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct JoinSession {
    /// The session's password, where it asks for one.
    pub(super) password: Option<String>,
}
