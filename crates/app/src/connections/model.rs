//! Connections as callers see them, and why somebody is not looked up.

use std::time::Duration;

use activity::{Person, Time};
use thiserror::Error;

use super::people::contact;
use crate::error::unavailable;
use crate::{ChangeError, Unavailable};
use store::accounts::account::AccountRow;
use store::connections::connection::{ConnectionRow, State};

/// How the caller stands with somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing is between them.
    None,
    /// Connected.
    Connected,
    /// The other one asked.
    Received,
    /// The caller asked.
    Sent,
    /// The caller blocks the other one.
    Blocked,
}

/// Somebody the caller looked up, is connected with, asked, was asked by, or blocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// Who; without an e-mail address, which is nobody's but theirs.
    pub person: Person,
    /// How the caller stands with them.
    pub standing: Standing,
    /// Since when.
    pub since: Option<Time>,
}

impl Connection {
    /// Of what the tables say of the two.
    pub(super) fn of(other: &AccountRow, between: Option<ConnectionRow>, blocked_at: Option<Time>) -> Self {
        let (standing, since) = match (blocked_at, between) {
            (Some(at), _) => (Standing::Blocked, Some(at)),
            (None, Some(row)) => match row.state {
                State::Accepted => (Standing::Connected, row.decided_at),
                State::Requested if row.by_other => (Standing::Received, Some(row.requested_at)),
                State::Requested => (Standing::Sent, Some(row.requested_at)),
                State::Rejected => (Standing::None, None),
            },
            (None, None) => (Standing::None, None),
        };
        Self {
            person: contact(other),
            standing,
            since,
        }
    }
}

/// Why somebody is not looked up or asked.
#[derive(Debug, Error)]
pub enum LookUpError {
    /// The caller looked up too many; the count begins anew after this time.
    #[error("you looked up too many people; try again later")]
    TooMany(Duration),
    /// Nobody has this username or e-mail address, or whoever has it cannot be asked by the caller.
    #[error("nobody who takes requests from you has this username or e-mail address; it must be typed in full")]
    Nobody,
    /// As any change can fail.
    #[error(transparent)]
    Change(ChangeError),
    /// A part this needs does not answer.
    #[error(transparent)]
    Unavailable(Unavailable),
}

unavailable!(LookUpError);

impl From<ChangeError> for LookUpError {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Unavailable(cause) => Self::Unavailable(cause),
            other => Self::Change(other),
        }
    }
}
