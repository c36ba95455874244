//! Ending devices: the one way, so that every ended token is told why. Owns the reasons; what else a change does to
//! an account is its use case's.

use activity::{Facts, Named, Person, Reason, Target, Time};
use store::accounts::account::AccountRow;
use store::accounts::device::{self, DeviceRow};
use store::accounts::{ended_device, known_device};
use store::factors::challenge;

use crate::{App, Tx, Unavailable, facts};

/// How long the tokens of ended devices are told why.
const TOLD: i64 = 30 * Time::DAY;

/// Why a device was ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndReason {
    /// Its owner logged out on it.
    LoggedOut,
    /// Somebody logged in anew in the browser.
    LoggedInAgain,
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
    /// The e-mail address was changed.
    EmailChanged,
    /// A second factor was set up.
    SecondFactorChanged,
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
    const ALL: [Self; 14] = [
        Self::LoggedOut,
        Self::LoggedInAgain,
        Self::AnotherDevice,
        Self::Revoked,
        Self::AllEnded,
        Self::PasswordChanged,
        Self::PasswordReset,
        Self::EmailChanged,
        Self::SecondFactorChanged,
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
            Self::LoggedInAgain => Reason::LoggedInAgain,
            Self::AnotherDevice => Reason::AnotherDevice,
            Self::Revoked => Reason::Revoked,
            Self::AllEnded => Reason::AllEnded,
            Self::PasswordChanged => Reason::PasswordChanged,
            Self::PasswordReset => Reason::PasswordReset,
            Self::EmailChanged => Reason::EmailChanged,
            Self::SecondFactorChanged => Reason::SecondFactorChanged,
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
            Self::LoggedInAgain => "Somebody logged in anew in this browser, which ended the log-in before.",
            Self::AnotherDevice => "You were logged out here because your account logged in on another device.",
            Self::Revoked => "This device was logged out from the list of devices.",
            Self::AllEnded => "All devices of your account were logged out.",
            Self::PasswordChanged => "You were logged out here because the password of your account was changed.",
            Self::PasswordReset => "You were logged out here because the password of your account was reset.",
            Self::EmailChanged => "You were logged out here because the e-mail address of your account was changed.",
            Self::SecondFactorChanged => {
                "You were logged out here because a second factor was set up for your account."
            }
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

    /// Whether the browser or client itself is no longer trusted: then it is known no more, neither to skip the second
    /// factor nor with a bucket of attempts of its own. Where its owner only left, it stays theirs.
    fn ends_trust(self) -> bool {
        !matches!(self, Self::LoggedOut | Self::LoggedInAgain | Self::AnotherDevice)
    }

    pub(crate) fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }
}

/// What stays when the devices of an account end.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Keep<'a> {
    /// Nothing.
    Nothing,
    /// This device, and what its browser is known by.
    Device(&'a str),
    /// No device, but what this browser is known by.
    Known(&'a str),
}

impl<'a> Keep<'a> {
    /// The device that somebody asks from, if they ask from one.
    pub(crate) fn device(id: Option<&'a str>) -> Self {
        id.map_or(Self::Nothing, Self::Device)
    }
}

/// What becomes of somebody's other devices when they change how they log in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OtherDevices {
    /// They are logged out: whoever got in before is out.
    #[default]
    End,
    /// They stay.
    Keep,
}

impl OtherDevices {
    /// Ends them if they are to end, and returns the activity of it if there were any.
    pub(crate) async fn settle(
        self,
        app: &App,
        tx: &mut Tx,
        account: &AccountRow,
        keep: Keep<'_>,
        reason: EndReason,
    ) -> Result<Option<Facts>, Unavailable> {
        match self {
            Self::End => end_others(app, tx, account, keep, reason).await,
            Self::Keep => Ok(None),
        }
    }
}

/// Ends these devices: their tokens, access and refresh, open nothing from this commit on and are told why. What they
/// were trusted with goes with them.
pub(crate) async fn end(app: &App, tx: &mut Tx, devices: &[DeviceRow], reason: EndReason) -> Result<(), Unavailable> {
    let now = app.now();
    ended_device::forget(tx, now.plus(-TOLD)).await?;
    for row in devices {
        ended_device::keep(tx, &row.id, reason.code(), now).await?;
        device::delete(tx, &row.account_id, &row.id).await?;
        if let Some(known) = row.known_device_id.as_deref().filter(|_| reason.ends_trust()) {
            known_device::forget(tx, &row.account_id, known).await?;
        }
    }
    Ok(())
}

/// Ends every device of an account but `keep`, and its half-finished log-ins; browsers that are not logged in just now
/// are forgotten as well. Returns the devices.
pub(crate) async fn end_all_but(
    app: &App,
    tx: &mut Tx,
    account_id: &str,
    keep: Keep<'_>,
    reason: EndReason,
) -> Result<Vec<DeviceRow>, Unavailable> {
    challenge::delete_challenges(tx, account_id).await?;
    let known = match keep {
        Keep::Device(id) => {
            let kept = device::get(tx, account_id, id).await?;
            kept.and_then(|device| device.known_device_id)
        }
        Keep::Known(id) => Some(id.to_owned()),
        Keep::Nothing => None,
    };
    let kept = match keep {
        Keep::Device(id) => Some(id),
        Keep::Known(_) | Keep::Nothing => None,
    };
    let mut devices = device::others(tx, account_id, kept).await?;
    // What the browser that stays was logged in with before is of the same browser.
    let same_browser = |device: &DeviceRow| known.is_some() && device.known_device_id == known;
    for device in devices.iter_mut().filter(|device| same_browser(device)) {
        device.known_device_id = None;
    }
    end(app, tx, &devices, reason).await?;
    if reason.ends_trust() {
        known_device::forget_all_but(tx, account_id, known.as_deref()).await?;
    }
    Ok(devices)
}

/// The same, and returns the activity of it if there were any devices.
pub(crate) async fn end_others(
    app: &App,
    tx: &mut Tx,
    account: &AccountRow,
    keep: Keep<'_>,
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
