//! The buttons of Login Settings and the checkbox of All Users: one call each, then back to the page.

use app::{ChangeError, Roles, accounts, devices};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};

use crate::AppState;
use crate::shell::{AdminOnly, Fields, Href, LocalPath, PageError, done, refused};

fn settings_of(id: &str) -> Href {
    Href::to(&["users", id, "login-settings"])
}

/// Where the form came from: All Users or Login Settings.
fn back(fields: &Fields, id: &str) -> Href {
    fields
        .opt("back")
        .map_or_else(|| settings_of(id), |path| Href::from(&LocalPath::or_home(path)))
}

/// Login enabled: the ticked box allows it, an absent one does not. A script is answered without a page.
pub(super) async fn login_enabled(
    State(state): State<AppState>,
    AdminOnly(caller): AdminOnly,
    Path(id): Path<String>,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, PageError> {
    let enabled = fields.ticked("enabled");
    let outcome = accounts::set_login_enabled(state.app(), &caller, &id, enabled).await;
    if headers.contains_key("x-requested-with") {
        return match outcome {
            Ok(()) => Ok(StatusCode::NO_CONTENT.into_response()),
            Err(error @ ChangeError::Invalid(_)) => Err(PageError::Conflict(error.to_string())),
            Err(error) => Err(refused(error)),
        };
    }
    done(
        outcome,
        back(&fields, &id),
        if enabled { "Login enabled." } else { "Login disabled." },
    )
}

pub(super) async fn service_account(
    State(state): State<AppState>,
    AdminOnly(caller): AdminOnly,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, PageError> {
    let service = fields.ticked("service_account");
    let outcome = accounts::set_service_account(state.app(), &caller, &id, service).await;
    let text = if service {
        "This is a service account now."
    } else {
        "This is a person's account now."
    };
    done(outcome, settings_of(&id), text)
}

pub(super) async fn roles(
    State(state): State<AppState>,
    AdminOnly(caller): AdminOnly,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, PageError> {
    let roles = Roles {
        administrator: fields.ticked("administrator"),
        auditor: fields.ticked("auditor"),
    };
    let outcome = accounts::set_roles(state.app(), &caller, &id, roles).await;
    // Whoever gave up the role may not see the page they did it on.
    let back = if caller.person.id == id && !roles.administrator {
        "/".into()
    } else {
        settings_of(&id)
    };
    match outcome {
        Err(ChangeError::Invalid(_)) => done(outcome, settings_of(&id), ""),
        outcome => done(outcome, &back, "Roles saved."),
    }
}

pub(super) async fn require_mfa(
    State(state): State<AppState>,
    AdminOnly(caller): AdminOnly,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, PageError> {
    let required = fields.ticked("required");
    let outcome = app::factors::require_mfa(state.app(), &caller, &id, required).await;
    let text = match required {
        true => "MFA is required from the next log-in on.",
        false => "MFA is no longer required.",
    };
    done(outcome, settings_of(&id), text)
}

pub(super) async fn reset_mfa(
    State(state): State<AppState>,
    AdminOnly(caller): AdminOnly,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let outcome = app::factors::reset_mfa(state.app(), &caller, &id).await;
    done(
        outcome,
        settings_of(&id),
        "Every second factor of this account was removed.",
    )
}

pub(super) async fn unlock(
    State(state): State<AppState>,
    AdminOnly(caller): AdminOnly,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    done(
        accounts::unlock(state.app(), &caller, &id).await,
        settings_of(&id),
        "Unlocked.",
    )
}

pub(super) async fn activation(
    State(state): State<AppState>,
    AdminOnly(caller): AdminOnly,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let outcome = accounts::send_activation(state.app(), &caller, &id).await;
    done(
        outcome,
        settings_of(&id),
        "An activation link is on its way; the ones before stopped working.",
    )
}

pub(super) async fn end_devices(
    State(state): State<AppState>,
    AdminOnly(caller): AdminOnly,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let ended = devices::end_devices(state.app(), &caller, &id).await;
    let text = match &ended {
        Ok(1) => "One device was logged out.".to_owned(),
        Ok(n) => format!("{n} devices were logged out."),
        Err(_) => String::new(),
    };
    done(ended.map(drop), settings_of(&id), &text)
}

pub(super) async fn revoke_device(
    State(state): State<AppState>,
    AdminOnly(caller): AdminOnly,
    Path((id, device)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let outcome = devices::revoke_device(state.app(), &caller, &id, &device).await;
    done(outcome, settings_of(&id), "The device was logged out.")
}
