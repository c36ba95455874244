//! Login Settings of a user: for auditors to read, for administrators to change.

use std::net::IpAddr;

use activity::Person;
use app::accounts::{self, LoginStatus, UserDetails};
use app::{Caller, ChangeError};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::{actions, user};
use crate::AppState;
use crate::shell::{
    AdminOnly, Fields, Href, PageError, ReaderOfAll, Shell, done, error_of, filters, render, render_status,
};

#[derive(Template)]
#[template(path = "users/login_settings.html")]
struct LoginSettingsPage {
    shell: Shell,
    person: Person,
    user: UserDetails,
    /// What was typed to be added to the addresses.
    typed: String,
    addresses_error: Option<String>,
    /// Whether it is the reader's own account.
    own: bool,
    /// Whether the reader may change anything here.
    may_edit: bool,
    /// The address the reader asks from.
    here: Option<IpAddr>,
}

impl LoginSettingsPage {
    fn of(shell: Shell, caller: &Caller, user: UserDetails) -> Self {
        Self {
            person: user.row.person.clone(),
            own: caller.person.id == user.row.id,
            may_edit: caller.is_administrator(),
            here: caller.origin.ip,
            user,
            shell,
            typed: String::new(),
            addresses_error: None,
        }
    }

    /// Its second factors in words.
    fn factors(&self) -> String {
        let factors = &self.user.factors;
        let app = factors.totp_since.map(|_| "authenticator app".to_owned());
        let sms = factors.sms.as_ref().map(|(hint, _)| format!("SMS to {hint}"));
        let passkeys = match factors.passkeys {
            0 => None,
            1 => Some("1 passkey".to_owned()),
            n => Some(format!("{n} passkeys")),
        };
        let said: Vec<String> = [app, sms, passkeys].into_iter().flatten().collect();
        let is_due = factors.required || factors.required_by_group;
        match said.is_empty() {
            true if is_due => "none; set up at the next log-in".to_owned(),
            true => "none".to_owned(),
            false => format!("{}; {} recovery codes left", said.join(", "), factors.recovery_codes),
        }
    }

    /// What is asked before one gives up one's own role.
    fn give_up(&self) -> &'static str {
        actions::GIVE_UP
    }
}

pub(super) async fn page(
    State(state): State<AppState>,
    ReaderOfAll(caller): ReaderOfAll,
    Path(id): Path<String>,
    shell: Shell,
) -> Result<Response, PageError> {
    let user = user(state.app(), &caller, &id).await?;
    render(&LoginSettingsPage::of(shell, &caller, user))
}

/// Addresses more or fewer; what cannot be read comes back beside what was typed.
pub(super) async fn addresses(
    State(state): State<AppState>,
    AdminOnly(caller): AdminOnly,
    Path(id): Path<String>,
    shell: Shell,
    fields: Fields,
) -> Result<Response, PageError> {
    let user = user(state.app(), &caller, &id).await?;
    let typed = fields.trimmed("add");
    let kept = user.login_addresses.iter().map(String::as_str);
    let kept = kept.filter(|network| !fields.all("remove").any(|removed| removed == *network));
    let wanted: Vec<&str> = kept.chain([typed]).collect();
    match accounts::set_login_addresses(state.app(), &caller, &id, &wanted.join("\n")).await {
        Err(ChangeError::Invalid(errors)) => {
            let page = LoginSettingsPage {
                typed: typed.to_owned(),
                addresses_error: error_of(&errors, "addresses"),
                ..LoginSettingsPage::of(shell, &caller, user)
            };
            render_status(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        outcome => done(
            outcome,
            Href::to(&["users", &id, "login-settings"]),
            "Login addresses saved.",
        ),
    }
}
