//! What is done to an account, by an administrator, the system or its owner.

use super::Part::{After, Text};
use super::{ActivityType, Category};

pub(super) const TYPES: &[ActivityType] = &[
    Category::Account.entry(
        "account.created",
        "Account created",
        "An account was created",
        &[Text("Account created")],
        "Account created",
    ),
    Category::Account.entry(
        "account.edited",
        "Account edited",
        "An administrator changed the name, username or e-mail address of an account",
        &[Text("Account edited")],
        "Account edited",
    ),
    Category::Account.entry(
        "account.activation_link_sent",
        "Activation link sent",
        "An activation link was sent to a user",
        &[Text("Activation link sent")],
        "Activation link sent",
    ),
    Category::Account.entry(
        "account.activation_link_used",
        "Activation link used",
        "A user opened their activation link and set a password",
        &[Text("Activation link used")],
        "Activation link used",
    ),
    Category::Account.entry(
        "account.login_enabled",
        "Login enabled",
        "An administrator allowed an account to log in",
        &[Text("Login enabled")],
        "Login enabled",
    ),
    Category::Account
        .entry(
            "account.login_disabled",
            "Login disabled",
            "An administrator stopped an account from logging in",
            &[Text("Login disabled")],
            "Login disabled",
        )
        .warning(),
    Category::Account.entry(
        "account.unlocked",
        "Account unlocked",
        "A locked account was unlocked before its time",
        &[Text("Account unlocked")],
        "Account unlocked",
    ),
    Category::Account
        .entry(
            "account.roles_changed",
            "Roles changed",
            "The roles of an account were changed",
            &[Text("Roles changed to "), After("roles")],
            "Roles changed to `administrator, member`",
        )
        .warning(),
    Category::Account.entry(
        "account.profile_edited",
        "Profile edited",
        "A user changed their own profile",
        &[Text("Profile edited")],
        "Profile edited",
    ),
    Category::Account.entry(
        "account.mfa_required",
        "MFA required",
        "An administrator required a second factor of an account",
        &[Text("MFA required")],
        "MFA required",
    ),
    Category::Account
        .entry(
            "account.mfa_not_required",
            "MFA not required",
            "An administrator no longer requires a second factor of an account",
            &[Text("MFA no longer required")],
            "MFA no longer required",
        )
        .warning(),
    Category::Account
        .entry(
            "account.mfa_reset",
            "MFA reset",
            "An administrator removed the second factors of an account",
            &[Text("MFA reset")],
            "MFA reset",
        )
        .warning(),
    Category::Account.entry(
        "account.login_addresses_restricted",
        "Login addresses restricted",
        "The addresses that an account may log in from were changed",
        &[Text("Login restricted to "), After("login_addresses")],
        "Login restricted to `10.0.0.0/8`",
    ),
    Category::Account.entry(
        "account.service_account_changed",
        "Service account changed",
        "An account was made a service account, or an ordinary one again",
        &[Text("Service account changed")],
        "Service account changed",
    ),
    Category::Account.entry(
        "account.data_exported",
        "Own data exported",
        "A user downloaded everything that is kept about them",
        &[Text("Exported all own data")],
        "Exported all own data",
    ),
];
