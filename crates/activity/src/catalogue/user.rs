//! Log-ins, passwords and second factors.

use super::Part::{Group, Meta, TargetName, Text};
use super::{ActivityType, Category};

pub(super) const TYPES: &[ActivityType] = &[
    Category::User
        .entry(
            "user.login",
            "Logged in",
            "A user logged in to an application",
            &[Text("Logged in")],
            "Logged in",
        )
        .when_failed("Log in failed"),
    Category::User.entry(
        "user.logout",
        "Logged out",
        "A user logged out of an application",
        &[Text("Logged out")],
        "Logged out",
    ),
    Category::User
        .entry(
            "user.login_failed",
            "Log in failed",
            "A user failed to log in",
            &[Text("Log in failed")],
            "Log in failed",
        )
        .failure(),
    Category::User
        .entry(
            "user.locked",
            "Account locked",
            "A user was temporarily locked after too many failed log-ins",
            &[Text("Account locked from failed log-ins")],
            "Account locked from failed log-ins",
        )
        .warning(),
    Category::User
        .entry(
            "user.attempts_refused",
            "Attempts refused",
            "More attempts came from one address, or from one user, than are taken in a minute; one entry for all of them",
            &[Meta("count"), Text(" attempts refused, too many")],
            "`2000` attempts refused, too many",
        )
        .warning(),
    Category::User.entry(
        "user.password_reset_requested",
        "Requested password reset",
        "A user asked for a password reset from the log-in page",
        &[Text("Requested password reset")],
        "Requested password reset",
    ),
    Category::User.entry(
        "user.password_reset_completed",
        "Completed password reset",
        "A user finished a password reset",
        &[Text("Completed password reset")],
        "Completed password reset",
    ),
    Category::User
        .entry(
            "user.forced_logout",
            "Forced log out",
            "A user was logged out by the system, most often because the account logged in on another device",
            &[Text("Forced log out")],
            "Forced log out",
        )
        .warning(),
    Category::User.entry(
        "user.default_group_set",
        "Set default group",
        "A user changed their default group",
        &[Text("Set default group: "), Group],
        "Set default group: `Example Group` (`group_id`)",
    ),
    Category::User.entry(
        "user.two_factor_enabled",
        "Set up 2FA",
        "A user turned on two-factor authentication",
        &[Text("Set up 2FA: "), Meta("method")],
        "Set up 2FA: `authenticator app` or `SMS`",
    ),
    Category::User
        .entry(
            "user.two_factor_disabled",
            "Turned off 2FA",
            "A user turned off two-factor authentication",
            &[Text("Turned off 2FA")],
            "Turned off 2FA",
        )
        .warning(),
    Category::User.entry(
        "user.two_factor_method_removed",
        "Removed a way of 2FA",
        "A user removed one of several ways of two-factor authentication",
        &[Text("Removed from 2FA: "), Meta("method")],
        "Removed from 2FA: `authenticator app` or `SMS`",
    ),
    Category::User.entry(
        "user.recovery_codes_shown",
        "Recovery codes shown",
        "New recovery codes were made and shown to a user; those before stopped working",
        &[Text("New recovery codes shown")],
        "New recovery codes shown",
    ),
    Category::User
        .entry(
            "user.recovery_code_used",
            "Recovery code used",
            "A user gave a recovery code in the place of their second factor",
            &[Text("Used a recovery code")],
            "Used a recovery code",
        )
        .warning(),
    Category::User.entry(
        "user.sms_code_requested",
        "Code by SMS requested",
        "A user asked for a code by SMS",
        &[Text("Requested a code by SMS to "), Meta("phone")],
        "Requested a code by SMS to `••• 42`",
    ),
    Category::User.entry(
        "user.password_changed",
        "Changed password",
        "A user changed their password",
        &[Text("Changed password")],
        "Changed password",
    ),
    Category::User.entry(
        "user.email_changed",
        "Changed email address",
        "A user changed their e-mail address; the old and the new one are kept",
        &[Text("Changed email address")],
        "Changed email address",
    ),
    Category::User.entry(
        "user.email_change_requested",
        "Requested email change",
        "A user asked for another e-mail address, which is to be confirmed from there",
        &[Text("Requested to change email address")],
        "Requested to change email address",
    ),
    Category::User.entry(
        "user.email_change_cancelled",
        "Cancelled email change",
        "A user took back their wish for another e-mail address",
        &[Text("Cancelled the change of email address")],
        "Cancelled the change of email address",
    ),
    Category::User
        .entry(
            "user.passkey_added",
            "Passkey added",
            "A user added a passkey to their account",
            &[Text("Added passkey: "), TargetName],
            "Added passkey: `YubiKey`",
        )
        .caused_here(),
    Category::User
        .entry(
            "user.passkey_renamed",
            "Passkey renamed",
            "A user gave a passkey another name",
            &[Text("Renamed passkey: "), TargetName],
            "Renamed passkey: `YubiKey`",
        )
        .caused_here(),
    Category::User
        .entry(
            "user.passkey_removed",
            "Passkey removed",
            "A user removed a passkey from their account",
            &[Text("Removed passkey: "), TargetName],
            "Removed passkey: `YubiKey`",
        )
        .warning()
        .caused_here(),
    Category::User
        .entry(
            "user.reauthentication_failed",
            "Identity check failed",
            "A signed-in user gave a wrong password or code where one was asked for again",
            &[Text("Identity check failed")],
            "Identity check failed",
        )
        .failure()
        .caused_here(),
];
