//! Sessions and who is in them as callers see them.

use activity::{Named, Person, Time};
use store::sessions::list::ListedSession;
use store::sessions::{SessionRow, SessionState};

/// One session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// `ses_…`
    pub id: String,
    /// Its group.
    pub group: Named,
    /// Name.
    pub name: String,
    /// How far it is.
    pub state: SessionState,
    /// Whether joining asks for a password.
    pub has_password: bool,
    /// Whether nobody else may join.
    pub locked: bool,
    /// Who looks after it, as they were named then.
    pub host: Named,
    /// When it was created.
    pub created_at: Time,
    /// When it was started.
    pub started_at: Option<Time>,
    /// When it was ended.
    pub ended_at: Option<Time>,
    /// Counts its changes.
    pub version: i64,
    /// How many are in it.
    pub present: u64,
}

/// One session and what the caller may do with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionDetails {
    /// The session.
    pub session: Session,
    /// Whether the caller is in it.
    pub is_present: bool,
    /// Whether the caller could join: it runs, and they are a member of its group.
    pub may_join: bool,
    /// Whether joining would ask the caller for the password.
    pub asks_password: bool,
    /// Whether the lock keeps the caller out.
    pub is_locked_out: bool,
    /// Whether the caller may start, lock, edit and end it.
    pub may_manage: bool,
}

/// Somebody who is in a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presence {
    /// Who; their e-mail address only for who manages the session.
    pub person: Person,
    /// Whether they look after the session.
    pub is_host: bool,
    /// Since when.
    pub joined_at: Time,
    /// When they were last heard of.
    pub last_seen_at: Time,
}

impl Session {
    pub(super) fn of(row: SessionRow, present: u64) -> Self {
        Self {
            id: row.id,
            group: row.group,
            name: row.name,
            state: row.state,
            has_password: row.password_hash.is_some(),
            locked: row.locked,
            host: Named {
                id: row.host_id,
                name: row.host_name,
            },
            created_at: row.created_at,
            started_at: row.started_at,
            ended_at: row.ended_at,
            version: row.version,
            present,
        }
    }

    /// Whether it can be joined.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.state == SessionState::Running
    }

    /// Whether it is for later.
    #[must_use]
    pub fn is_planned(&self) -> bool {
        self.state == SessionState::Planned
    }

    /// Whether it is over.
    #[must_use]
    pub fn is_ended(&self) -> bool {
        self.state == SessionState::Ended
    }
}

impl From<ListedSession> for Session {
    fn from(listed: ListedSession) -> Self {
        Self::of(listed.row, listed.present)
    }
}
