//! Ending devices: the one way, so that every ended token is told why. Owns the reasons; what else a change does to
//! an account is its use case's.

use activity::{Facts, Named, Person, Reason, Target, Time};
use store::accounts::account::AccountRow;
use store::accounts::device::{self, DeviceRow};
use store::accounts::ended_device;
use store::factors::challenge;

use super::Unavailable;
use crate::activity::facts;
use crate::{App, Tx};

/// How long the tokens of ended devices are told why.
const TOLD: i64 = 30 * Time::DAY;

/// Why a device was ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndReason {
    /// Its owner logged out on it.
    LoggedOut,
    /// The account logged in to a single-device application on another device.
    AnotherDevice,
    /// It was ended from a list of devices.
    Revoked,
    /// All devices of the account were ended.
    AllEnded,
    /// The password was changed.
    PasswordChanged,
    /// The password was reset.
    PasswordReset,
    /// An administrator disabled the login.
    LoginDisabled,
    /// The account became a service account.
    ServiceAccount,
    /// The application was disabled.
    ApplicationDisabled,
    /// The application was deleted.
    ApplicationDeleted,
    /// A refresh token was used again: somebody may have a copy of it.
    RefreshTokenReused,
}

impl EndReason {
    const ALL: [Self; 11] = [
        Self::LoggedOut,
        Self::AnotherDevice,
        Self::Revoked,
        Self::AllEnded,
        Self::PasswordChanged,
        Self::PasswordReset,
        Self::LoginDisabled,
        Self::ServiceAccount,
        Self::ApplicationDisabled,
        Self::ApplicationDeleted,
        Self::RefreshTokenReused,
    ];

    /// As the log gives it.
    #[must_use]
    pub fn reason(self) -> Reason {
        match self {
            Self::LoggedOut => Reason::LoggedOut,
            Self::AnotherDevice => Reason::AnotherDevice,
            Self::Revoked => Reason::Revoked,
            Self::AllEnded => Reason::AllEnded,
            Self::PasswordChanged => Reason::PasswordChanged,
            Self::PasswordReset => Reason::PasswordReset,
            Self::LoginDisabled => Reason::LoginDisabled,
            Self::ServiceAccount => Reason::ServiceAccount,
            Self::ApplicationDisabled => Reason::ApplicationDisabled,
            Self::ApplicationDeleted => Reason::ApplicationDeleted,
            Self::RefreshTokenReused => Reason::RefreshTokenReused,
        }
    }

    /// For programs, such as `another_device`; the same as in the log.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.reason().word()
    }

    /// A sentence for the person at the device.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::LoggedOut => "You logged out on this device.",
            Self::AnotherDevice => "You were logged out here because your account logged in on another device.",
            Self::Revoked => "This device was logged out from the list of devices.",
            Self::AllEnded => "All devices of your account were logged out.",
            Self::PasswordChanged => "You were logged out here because the password of your account was changed.",
            Self::PasswordReset => "You were logged out here because the password of your account was reset.",
            Self::LoginDisabled => {
                "You were logged out because your account may not log in any more. Ask an administrator."
            }
            Self::ServiceAccount => "This account became one that only programs use, so its devices were logged out.",
            Self::ApplicationDisabled => "You were logged out because the application was disabled.",
            Self::ApplicationDeleted => "You were logged out because the application was removed.",
            Self::RefreshTokenReused => {
                "A refresh token was used twice, so somebody may have a copy of it; the device was logged out. Sign in again."
            }
        }
    }

    pub(crate) fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }
}

/// Ends these devices: their tokens, access and refresh, open nothing from this commit on and are told why.
pub(crate) async fn end(app: &App, tx: &mut Tx, devices: &[DeviceRow], reason: EndReason) -> Result<(), Unavailable> {
    let now = app.now();
    ended_device::forget(tx.conn(), now.plus(-TOLD)).await?;
    for row in devices {
        ended_device::keep(tx.conn(), &row.id, reason.code(), now).await?;
        device::delete(tx.conn(), &row.account_id, &row.id).await?;
    }
    Ok(())
}

/// Ends every device of an account but `keep`, and its half-finished log-ins. Returns the devices.
pub(crate) async fn end_all_but(
    app: &App,
    tx: &mut Tx,
    account_id: &str,
    keep: Option<&str>,
    reason: EndReason,
) -> Result<Vec<DeviceRow>, Unavailable> {
    challenge::delete_challenges(tx.conn(), account_id).await?;
    let devices = device::others(tx.conn(), account_id, keep).await?;
    end(app, tx, &devices, reason).await?;
    Ok(devices)
}

/// The same, and returns the activity of it if there were any devices.
pub(crate) async fn end_others(
    app: &App,
    tx: &mut Tx,
    account: &AccountRow,
    keep: Option<&str>,
    reason: EndReason,
) -> Result<Option<Facts>, Unavailable> {
    let devices = end_all_but(app, tx, &account.id, keep, reason).await?;
    Ok(forced(app, &account.person(), &devices, reason))
}

/// The facts of a forced log out from these devices of one person; `None` if there were none.
pub(crate) fn forced(app: &App, person: &Person, devices: &[DeviceRow], reason: EndReason) -> Option<Facts> {
    let last = devices.last()?;
    let mut forced = facts::by_system(app, "user.forced_logout", person).because(reason.reason());
    forced.metadata.insert("devices".to_owned(), devices.len().to_string());
    if devices.len() == 1 {
        forced.device = Some(last.name.clone());
        forced.targets = vec![target(last)];
    }
    Some(forced)
}

/// The same, of one application.
pub(crate) fn forced_from(
    app: &App,
    person: &Person,
    devices: &[DeviceRow],
    reason: EndReason,
    application: Named,
) -> Option<Facts> {
    let mut forced = forced(app, person, devices, reason)?;
    forced.application = Some(application);
    Some(forced)
}

/// A device as an activity names it.
pub(crate) fn target(device: &DeviceRow) -> Target {
    Target {
        kind: "device".to_owned(),
        id: device.id.clone(),
        name: device.name.clone(),
        ..Target::default()
    }
}
