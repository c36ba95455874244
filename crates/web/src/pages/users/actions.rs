//! The buttons of Login Settings and the checkbox of All Users: one call each, then back to the page.

use app::{Roles, accounts, devices};
use axum::extract::{Path, State};
use axum::response::Response;

use super::user;
use crate::AppState;
use crate::shell::{Acted, AdminOnly, Ask, ByScript, Fields, Href, LocalPath, PageError, acted, done};

fn settings_of(id: &str) -> Href {
    Href::to(&["users", id, "login-settings"])
}

/// Where the form came from: All Users or Login Settings.
fn back(fields: &Fields, id: &str) -> Href {
    fields
        .opt("back")
        .map_or_else(|| settings_of(id), |path| Href::from(&LocalPath::or_home(path)))
}

/// Login enabled: the ticked box allows it, an absent one does not.
pub(super) async fn login_enabled(
    State(state): State<AppState>,
    AdminOnly(caller): AdminOnly,
    Path(id): Path<String>,
    by: ByScript,
    fields: Fields,
) -> Result<Response, PageError> {
    let enabled = fields.ticked("enabled");
    let before = user(state.app(), &caller, &id).await?;
    let back = back(&fields, &id);
    let ends = before.row.login_enabled && !enabled && caller.person.id != id;
    if ends && !by.0 && !fields.ticked("sure") {
        let question = format!(
            "Disable the login of {}? {}",
            before.person(),
            would_end(before.devices.len())
        );
        return Err(PageError::Ask(Box::new(Ask::about(question, &fields, back))));
    }
    let outcome = accounts::set_login_enabled(state.app(), &caller, &id, enabled).await;
    let word = if enabled { "enabled" } else { "disabled" };
    let said = Acted {
        aside: if ends {
            ended(before.devices.len())
        } else {
            String::new()
        },
        undo: box_of("enabled", before.row.login_enabled),
        ..Acted::on(before.person(), |name| format!("Login {word} for {name}."))
    };
    acted(by, outcome, back, said)
}

pub(super) async fn service_account(
    State(state): State<AppState>,
    AdminOnly(caller): AdminOnly,
    Path(id): Path<String>,
    by: ByScript,
    fields: Fields,
) -> Result<Response, PageError> {
    let service = fields.ticked("service_account");
    let before = user(state.app(), &caller, &id).await?;
    let ends = service && !before.row.service_account && caller.person.id != id;
    if ends && !by.0 && !fields.ticked("sure") {
        let (who, ends) = (before.person(), would_end(before.devices.len()));
        let question = format!("Make {who} a service account, which cannot log in here? {ends}");
        return Err(PageError::Ask(Box::new(Ask::about(
            question,
            &fields,
            settings_of(&id),
        ))));
    }
    let outcome = accounts::set_service_account(state.app(), &caller, &id, service).await;
    let kind = if service {
        "a service account"
    } else {
        "a person's account"
    };
    let said = Acted {
        aside: if ends {
            ended(before.devices.len())
        } else {
            String::new()
        },
        undo: box_of("service_account", before.row.service_account),
        ..Acted::on(before.person(), |name| format!("{name} is {kind} now."))
    };
    acted(by, outcome, settings_of(&id), said)
}

/// What is asked before somebody stops being an administrator by their own hand.
pub(super) const GIVE_UP: &str = "Give up your own role of administrator? You lose these pages at once, and only another administrator can give it back.";

/// Both roles at once. Whoever gives up their own administrator's role is asked first.
pub(super) async fn roles(
    State(state): State<AppState>,
    AdminOnly(caller): AdminOnly,
    Path(id): Path<String>,
    by: ByScript,
    fields: Fields,
) -> Result<Response, PageError> {
    let roles = Roles {
        administrator: fields.ticked("administrator"),
        auditor: fields.ticked("auditor"),
    };
    let before = user(state.app(), &caller, &id).await?;
    let gives_up = caller.person.id == id && !roles.administrator;
    if gives_up && !fields.ticked("sure") {
        let ask = Ask::about(GIVE_UP, &fields, settings_of(&id));
        return Err(PageError::Ask(Box::new(ask)));
    }
    let outcome = accounts::set_roles(state.app(), &caller, &id, roles).await;
    let had = before.row.roles;
    let undo = [
        box_of("administrator", had.administrator),
        box_of("auditor", had.auditor),
    ];
    let said = Acted {
        undo: if gives_up { Vec::new() } else { undo.concat() },
        // Whoever gave up the role may not see the page they did it on.
        to: (gives_up && outcome.is_ok()).then_some("/"),
        ..Acted::on(before.person(), |name| format!("{name} is {} now.", in_words(roles)))
    };
    acted(by, outcome, settings_of(&id), said)
}

fn in_words(roles: Roles) -> &'static str {
    match (roles.administrator, roles.auditor) {
        (true, true) => "an administrator and auditor",
        (true, false) => "an administrator",
        (false, true) => "an auditor",
        (false, false) => "a member",
    }
}

pub(super) async fn require_mfa(
    State(state): State<AppState>,
    AdminOnly(caller): AdminOnly,
    Path(id): Path<String>,
    by: ByScript,
    fields: Fields,
) -> Result<Response, PageError> {
    let required = fields.ticked("required");
    let before = user(state.app(), &caller, &id).await?;
    let outcome = app::factors::require_mfa(state.app(), &caller, &id, required).await;
    let (word, aside) = match required {
        true => ("on", "Asked for at the next log-in."),
        false => ("off", ""),
    };
    let said = Acted {
        aside: aside.to_owned(),
        undo: box_of("required", before.factors.required),
        ..Acted::on(before.person(), |name| format!("Requires MFA is {word} for {name}."))
    };
    acted(by, outcome, settings_of(&id), said)
}

/// The fields of a form that set a box as it was.
fn box_of(name: &'static str, ticked: bool) -> Vec<(&'static str, String)> {
    vec![(name, if ticked { "1" } else { "" }.to_owned())]
}

/// How many devices something would end.
fn would_end(devices: usize) -> String {
    match devices {
        0 => "It is logged in nowhere.".to_owned(),
        1 => "One device is logged out at once.".to_owned(),
        n => format!("{n} devices are logged out at once."),
    }
}

/// How many devices something has ended.
fn ended(devices: usize) -> String {
    match devices {
        0 => String::new(),
        1 => "One device was logged out, and stays so.".to_owned(),
        n => format!("{n} devices were logged out, and stay so."),
    }
}

pub(super) async fn reset_mfa(
    State(state): State<AppState>,
    AdminOnly(caller): AdminOnly,
    Path(id): Path<String>,
    _: Fields,
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
    _: Fields,
) -> Result<Response, PageError> {
    let outcome = devices::end_devices(state.app(), &caller, &id).await;
    let text = match &outcome {
        Ok(1) => "One device was logged out.".to_owned(),
        Ok(n) => format!("{n} devices were logged out."),
        Err(_) => String::new(),
    };
    done(outcome.map(drop), settings_of(&id), &text)
}

pub(super) async fn revoke_device(
    State(state): State<AppState>,
    AdminOnly(caller): AdminOnly,
    Path((id, device)): Path<(String, String)>,
    _: Fields,
) -> Result<Response, PageError> {
    let outcome = devices::revoke_device(state.app(), &caller, &id, &device).await;
    done(outcome, settings_of(&id), "The device was logged out.")
}
