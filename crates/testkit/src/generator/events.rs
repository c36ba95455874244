//! What will happen, small enough to sort a day of it: people and things by index, no text.

use std::net::IpAddr;

use super::places::NO_DEVICE;

/// One thing that happens.
#[derive(Clone, Copy, Debug)]
pub(super) struct Event {
    /// When, in microseconds since 1970.
    pub(super) at: i64,
    /// Order of planning: what breaks a tie of time.
    pub(super) order: u64,
    /// Whose log it belongs to, by index.
    pub(super) user: u32,
    pub(super) what: What,
    pub(super) place: Place,
}

/// Where it came from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) ip: Option<IpAddr>,
    pub(super) device: u8,
    pub(super) application: u8,
    /// A program without a browser, guessing passwords.
    pub(super) script: bool,
}

impl Place {
    /// Nowhere: the system does it by itself.
    pub(super) fn system(application: u8) -> Self {
        Self {
            ip: None,
            device: NO_DEVICE,
            application,
            script: false,
        }
    }
}

/// What happens to whom; groups, sessions and people by index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    LoggedIn,
    LoggedOut,
    WrongPassword,
    /// Somebody guesses at a name that no account has.
    UnknownUser(u8),
    Locked,
    ResetRequested,
    ResetCompleted,
    ForcedLogout,
    PasswordChanged,
    EmailChanged,
    TwoFactorOn {
        sms: bool,
    },
    TwoFactorOff,
    GroupJoined(u16),
    GroupLeft(u16),
    InvitationAccepted(u16),
    InvitationDeclined(u16),
    DefaultGroup(u16),
    GroupCreated(u16),
    SessionStarted(u32),
    SessionJoined(u32),
    SessionLeft(u32),
    Requested(u32),
    Accepted(u32),
    Rejected(u32),
    Removed(u32),
    /// An administrator (by index) makes the account.
    Created(u32),
    ActivationSent(u32),
    Activated,
    Unlocked(u32),
    LogInDisabled(u32),
    LogInEnabled(u32),
    LogViewed(u32),
    ExportGenerated(u32),
    ExportDownloaded(u32),
}
