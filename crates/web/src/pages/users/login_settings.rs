//! Login Settings of a user.

use activity::Person;
use app::ChangeError;
use app::accounts::{self, LoginStatus, UserDetails};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::user;
use crate::AppState;
use crate::shell::{
    AdminOnly, Fields, Flash, Href, PageError, Shell, error_of, filters, redirect_with, refused, render, render_status,
};

#[derive(Template)]
#[template(path = "users/login_settings.html")]
struct LoginSettingsPage {
    shell: Shell,
    person: Person,
    user: UserDetails,
    addresses: String,
    addresses_error: Option<String>,
    own: bool,
}

impl LoginSettingsPage {
    /// What it says under the heading, in one sentence.
    fn standing(&self) -> &'static str {
        let row = &self.user.row;
        match () {
            () if !row.login_enabled => "Login is disabled.",
            () if row.locked_until.is_some() => "Locked after failed attempts.",
            () if row.service_account => "Service account: used by programs with API keys.",
            () if !row.has_password => "Not activated yet.",
            () => "Can log in.",
        }
    }
}

pub(super) async fn page(
    State(state): State<AppState>,
    AdminOnly(caller): AdminOnly,
    Path(id): Path<String>,
    shell: Shell,
) -> Result<Response, PageError> {
    let user = user(state.app(), &caller, &id).await?;
    let addresses = user.login_addresses.join("\n");
    let own = caller.person.id == id;
    render(&LoginSettingsPage {
        shell,
        person: user.row.person.clone(),
        user,
        addresses,
        addresses_error: None,
        own,
    })
}

/// The addresses: what cannot be read comes back beside what was typed.
pub(super) async fn addresses(
    State(state): State<AppState>,
    AdminOnly(caller): AdminOnly,
    Path(id): Path<String>,
    shell: Shell,
    fields: Fields,
) -> Result<Response, PageError> {
    let typed = fields.get("addresses").to_owned();
    match accounts::set_login_addresses(state.app(), &caller, &id, &typed).await {
        Ok(()) => Ok(redirect_with(
            Href::to(&["users", &id, "login-settings"]),
            Flash::good("Login addresses saved."),
        )),
        Err(ChangeError::Invalid(errors)) => {
            let user = user(state.app(), &caller, &id).await?;
            let page = LoginSettingsPage {
                shell,
                person: user.row.person.clone(),
                own: caller.person.id == id,
                user,
                addresses: typed,
                addresses_error: error_of(&errors, "addresses"),
            };
            render_status(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(error) => Err(refused(error)),
    }
}
