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
    Acted, AdminOnly, ByScript, Fields, Href, PageError, ReaderOfAll, Shell, acted, error_of, filters, render,
    render_status,
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

    /// What is asked before one changes where one may log in from oneself.
    fn own_addresses(&self) -> &'static str {
        "Change where you yourself may log in from? Your devices at any other address are shut out at once."
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

/// Addresses more or fewer; what cannot be read comes back beside what was typed, or in words for the script.
pub(super) async fn addresses(
    State(state): State<AppState>,
    AdminOnly(caller): AdminOnly,
    Path(id): Path<String>,
    (shell, by): (Shell, ByScript),
    fields: Fields,
) -> Result<Response, PageError> {
    let before = user(state.app(), &caller, &id).await?;
    let typed = fields.trimmed("add");
    let kept = before.login_addresses.iter().map(String::as_str);
    let kept = kept.filter(|network| !fields.all("remove").any(|removed| removed == *network));
    let wanted: Vec<&str> = kept.chain([typed]).collect();
    let outcome = accounts::set_login_addresses(state.app(), &caller, &id, &wanted.join("\n")).await;
    if let (false, Err(ChangeError::Invalid(errors))) = (by.0, &outcome) {
        let page = LoginSettingsPage {
            typed: typed.to_owned(),
            addresses_error: error_of(errors, "addresses"),
            ..LoginSettingsPage::of(shell, &caller, before)
        };
        return render_status(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    let now = match outcome.is_ok() {
        true => user(state.app(), &caller, &id).await.map_err(PageError::after_change)?,
        false => before.clone(),
    };
    let said = Acted {
        undo: put_back(&before.login_addresses, &now.login_addresses),
        ..Acted::on(&before.row.person, |name| {
            format!("{name} may log in from {}.", in_words(&now.login_addresses))
        })
    };
    acted(by, outcome, Href::to(&["users", &id, "login-settings"]), said)
}

/// The fields that take away what was added and add what was taken away; what others changed meanwhile stays so.
fn put_back(before: &[String], now: &[String]) -> Vec<(&'static str, String)> {
    let added = now.iter().filter(|network| !before.contains(network));
    let taken: Vec<&str> = before
        .iter()
        .filter(|network| !now.contains(network))
        .map(String::as_str)
        .collect();
    let add = (!taken.is_empty()).then(|| ("add", taken.join("\n")));
    added.map(|network| ("remove", network.clone())).chain(add).collect()
}

fn in_words(networks: &[String]) -> String {
    match networks {
        [] => "anywhere".to_owned(),
        [one] => format!("{one} only"),
        more => format!("{} addresses and networks only", more.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_added_is_taken_away_and_what_was_taken_away_is_added() {
        let list = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let undo = put_back(&list("10.0.0.0/8 192.0.2.1/32"), &list("10.0.0.0/8 2001:db8::/32"));
        let expected = [
            ("remove", "2001:db8::/32".to_owned()),
            ("add", "192.0.2.1/32".to_owned()),
        ];
        assert_eq!(undo, expected);
        assert!(put_back(&list("10.0.0.0/8"), &list("10.0.0.0/8")).is_empty());
    }

    #[test]
    fn where_somebody_may_log_in_from_is_said() {
        let said = |networks: &[&str]| in_words(&networks.iter().map(|&one| one.to_owned()).collect::<Vec<_>>());
        assert_eq!(said(&[]), "anywhere");
        assert_eq!(said(&["10.0.0.0/8"]), "10.0.0.0/8 only");
        assert_eq!(said(&["10.0.0.0/8", "192.0.2.1/32"]), "2 addresses and networks only");
    }
}
