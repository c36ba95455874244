//! Who may do what with a session. The only place where that is decided.

use activity::Reason;
use store::Read;
use store::groups::{self, GroupRole};
use store::sessions::{SessionRow, SessionState, presence, session};

use crate::groups::standing_in;
use crate::{Caller, ChangeError, Tx, Unavailable};

/// A session, and what the caller is to it.
#[derive(Clone, Debug)]
pub(super) struct Access {
    pub(super) row: SessionRow,
    /// A member of its group, or one who manages the group above it.
    pub(super) is_member: bool,
    /// May start, lock, edit and end it: manages the group, or is a member and looks after the session.
    pub(super) manages: bool,
    /// Looks after the session.
    pub(super) is_host: bool,
    /// Is in it.
    pub(super) is_present: bool,
    /// May know of it.
    pub(super) sees: bool,
}

impl Access {
    /// What the caller is to the session with this id; `None` if there is none.
    pub(super) async fn to(read: &mut Read, caller: &Caller, id: &str) -> Result<Option<Self>, Unavailable> {
        match session::get(read, id).await? {
            Some(row) => Self::of(read, caller, row).await.map(Some),
            None => Ok(None),
        }
    }

    /// The same, with the session locked until the transaction ends.
    pub(super) async fn locked(tx: &mut Tx, caller: &Caller, id: &str) -> Result<Option<Self>, Unavailable> {
        match session::lock(tx, id).await? {
            Some(row) => Self::of(tx, caller, row).await.map(Some),
            None => Ok(None),
        }
    }

    async fn of(read: &mut Read, caller: &Caller, row: SessionRow) -> Result<Self, Unavailable> {
        let account = caller.person.id.as_str();
        let is_host = row.host_id == account;
        let is_present = presence::last_seen(read, &row.id, account).await?.is_some();
        let Some(group) = groups::get(read, &row.group.id).await? else {
            let sees = caller.is_administrator() || caller.reads_everything();
            return Ok(Self {
                row,
                is_member: false,
                manages: caller.is_administrator(),
                is_host,
                is_present,
                sees,
            });
        };
        let standing = standing_in(read, caller, &group).await?;
        let is_member = is_member(read, &group, account).await?;
        Ok(Self {
            row,
            is_member,
            manages: standing.is_some_and(crate::groups::Standing::manages) || (is_member && is_host),
            is_host,
            is_present,
            sees: standing.is_some() || caller.reads_everything(),
        })
    }

    /// Refuses whoever may not know of the session, and whoever does not manage it.
    pub(super) fn managed(self) -> Result<Self, ChangeError> {
        match (self.manages, self.sees) {
            (true, _) => Ok(self),
            (false, true) => Err(ChangeError::Forbidden),
            (false, false) => Err(ChangeError::NotFound),
        }
    }

    /// Why the door is closed, whatever the password.
    pub(super) fn refusal(&self) -> Option<Refusal> {
        match self.row.state {
            _ if !self.is_member => Some(Refusal::NotMember),
            SessionState::Ended => Some(Refusal::Ended),
            SessionState::Planned => Some(Refusal::NotStarted),
            SessionState::Running if self.is_present => None,
            SessionState::Running if self.is_locked_out() => Some(Refusal::Locked),
            SessionState::Running => None,
        }
    }

    /// Whether the lock keeps them out; who manages the session could open it anyway.
    pub(super) fn is_locked_out(&self) -> bool {
        self.row.locked && !self.manages
    }

    /// Whether they must say the password: everybody but its host, who gave it, and who is inside already.
    pub(super) fn asks_password(&self) -> bool {
        self.row.password_hash.is_some() && !self.is_host && !self.is_present
    }
}

/// Whether an account takes part in a group: as its member, or by managing the group above it. An administrator of the
/// installation manages every group but takes part only in their own.
pub(super) async fn is_member(
    read: &mut Read,
    group: &groups::GroupRow,
    account_id: &str,
) -> Result<bool, Unavailable> {
    if groups::role_of(read, &group.id, account_id).await?.is_some() {
        return Ok(true);
    }
    let above = match &group.parent {
        Some(parent) => groups::role_of(read, &parent.id, account_id).await?,
        None => None,
    };
    Ok(above.is_some_and(|role| role != GroupRole::Member))
}

/// Why somebody was not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    NotMember,
    Ended,
    NotStarted,
    Locked,
    WrongPassword,
    TooManyPasswords,
}

impl Refusal {
    /// As the log says it.
    pub(super) fn reason(self) -> Reason {
        match self {
            Self::NotMember => Reason::NotMember,
            Self::Ended => Reason::SessionEnded,
            Self::NotStarted => Reason::SessionNotStarted,
            Self::Locked => Reason::SessionLocked,
            Self::WrongPassword => Reason::WrongPassword,
            Self::TooManyPasswords => Reason::TooManyPasswords,
        }
    }

    /// As the one who tried to join hears it.
    pub(super) fn error(self, access: &Access) -> ChangeError {
        match self {
            Self::NotMember if access.sees => ChangeError::Forbidden,
            Self::NotMember => ChangeError::NotFound,
            Self::Ended => ChangeError::conflict("This session has ended."),
            Self::NotStarted => ChangeError::conflict("This session has not started yet."),
            Self::Locked => {
                ChangeError::conflict("This session is locked. Ask somebody who is in it to unlock it, then try again.")
            }
            Self::WrongPassword => ChangeError::invalid(
                "password",
                "This is not the password of this session. Ask its host for it.",
            ),
            Self::TooManyPasswords => ChangeError::invalid(
                "password",
                "There were too many wrong passwords. Try again later, or ask the host to give the session another password.",
            ),
        }
    }
}
