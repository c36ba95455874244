//! The first administrator, made at the machine itself.

use super::{Activation, Created, NewUser, create_user};
use crate::{App, Caller, ChangeError, Roles};

/// Who the administrator is.
#[derive(Clone, Debug, Default)]
pub struct FirstAdministrator {
    /// Given name.
    pub given_name: String,
    /// Family name.
    pub family_name: String,
    /// Log-in name.
    pub username: String,
    /// E-mail address.
    pub email: String,
    /// Password; without one, an activation link is returned.
    pub password: Option<String>,
}

/// Creates an administrator for an installation that has nobody to do it. It is the command's to say by whom: there
/// may be administrators already, who lost their passwords.
pub async fn create_first_administrator(app: &App, first: FirstAdministrator) -> Result<Created, ChangeError> {
    let new = NewUser {
        given_name: first.given_name,
        family_name: first.family_name,
        username: first.username,
        email: first.email,
        roles: Roles {
            administrator: true,
            auditor: false,
        },
        service_account: false,
        activation: first.password.map_or(Activation::Link, Activation::Password),
    };
    create_user(app, &Caller::command_line(), new).await
}
