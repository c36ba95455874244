//! A member's passkeys: adding one with the script's help, naming and removing.

use app::passkeys::{self, AddPasskey, Passkey, RemoveProof};
use app::{Caller, ChangeError, FieldError};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;

use super::proof::{self, proof_of};
use crate::AppState;
use crate::pages::signed_out::passkey::{answered, no_question, question};
use crate::shell::{
    Fields, Flash, Href, PageError, Shell, SignedIn, done, error_of, filters, others_of, redirect_with, refused,
    render, render_status, with_others,
};

#[derive(Template)]
#[template(path = "settings/passkeys.html")]
struct PasskeysPage {
    shell: Shell,
    username: String,
    passkeys: Vec<Passkey>,
    usable: WhereUsable,
    takes_codes: bool,
    /// Recovery codes that were made just now.
    codes: Vec<String>,
    /// What was said with them.
    said: String,
}

/// Where passkeys work.
enum WhereUsable {
    Here,
    /// Only at this address of this installation.
    At(Href),
    Nowhere,
}

impl PasskeysPage {
    /// The part with the proof asks for what is wrong; here the script shows it.
    fn error(&self, _field: &str) -> Option<String> {
        None
    }
}

#[derive(Template)]
#[template(path = "settings/passkey.html")]
struct PasskeyPage {
    shell: Shell,
    passkey: Passkey,
    takes_codes: bool,
    errors: Vec<FieldError>,
}

impl PasskeyPage {
    fn error(&self, field: &str) -> Option<String> {
        error_of(&self.errors, field)
    }
}

const HERE: &str = "/settings/passkeys";

pub(super) async fn page(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    headers: HeaderMap,
    shell: Shell,
) -> Result<Response, PageError> {
    list(&state, caller, &headers, (shell, Vec::new(), String::new())).await
}

async fn list(
    state: &AppState,
    caller: Caller,
    headers: &HeaderMap,
    (shell, codes, said): (Shell, Vec<String>, String),
) -> Result<Response, PageError> {
    let passkeys = passkeys::list(state.app(), &caller).await;
    render(&PasskeysPage {
        shell,
        takes_codes: proof::takes_codes(state, &caller).await?,
        username: caller.person.username,
        passkeys: passkeys.map_err(PageError::unavailable)?,
        usable: where_usable(state, headers),
        codes,
        said,
    })
}

fn where_usable(state: &AppState, headers: &HeaderMap) -> WhereUsable {
    let Some(origin) = passkeys::origin(state.app()) else {
        return WhereUsable::Nowhere;
    };
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or_default();
    let is_here = origin
        .split_once("://")
        .is_some_and(|(_, there)| there.eq_ignore_ascii_case(host));
    match Href::in_whole(&origin, &origin) {
        Some(origin) if !is_here => WhereUsable::At(origin),
        _ => WhereUsable::Here,
    }
}

pub(super) async fn begin(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    fields: Fields,
) -> Result<Response, PageError> {
    match passkeys::begin_add(state.app(), &caller, &proof_of(&fields)).await {
        Ok(asked) => Ok(question(asked)),
        Err(error @ ChangeError::Invalid(_)) => Ok(no_question(StatusCode::UNPROCESSABLE_ENTITY, error.to_string())),
        Err(error @ ChangeError::Conflict(_)) => Ok(no_question(StatusCode::CONFLICT, error.to_string())),
        Err(error) => Err(refused(error)),
    }
}

pub(super) async fn confirm(State(state): State<AppState>, SignedIn(caller): SignedIn) -> Result<Response, PageError> {
    match passkeys::begin_confirm(state.app(), &caller).await {
        Ok(asked) => Ok(question(asked)),
        Err(error @ ChangeError::Conflict(_)) => Ok(no_question(StatusCode::CONFLICT, error.to_string())),
        Err(error) => Err(refused(error)),
    }
}

pub(super) async fn add(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    headers: HeaderMap,
    shell: Shell,
    fields: Fields,
) -> Result<Response, PageError> {
    let new = AddPasskey {
        name: fields.trimmed("name").to_owned(),
        answered: answered(&fields),
        others: others_of(&fields),
    };
    let text = format!(
        "{} It logs you in alone, and is asked for after your password.",
        with_others("The passkey was added", new.others)
    );
    match passkeys::add(state.app(), &caller, new).await {
        // Shown this once.
        Ok(codes) if !codes.is_empty() => list(&state, caller, &headers, (shell, codes, text))
            .await
            .map_err(PageError::after_change),
        outcome => done(outcome.map(drop), HERE, &text),
    }
}

pub(super) async fn one(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<String>,
    shell: Shell,
) -> Result<Response, PageError> {
    show(&state, &caller, shell, (&id, Vec::new())).await
}

pub(super) async fn rename(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<String>,
    shell: Shell,
    fields: Fields,
) -> Result<Response, PageError> {
    match passkeys::rename(state.app(), &caller, &id, fields.get("name")).await {
        Err(ChangeError::Invalid(errors)) => show(&state, &caller, shell, (&id, errors)).await,
        outcome => done(outcome, HERE, "The passkey was renamed."),
    }
}

pub(super) async fn remove(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<String>,
    shell: Shell,
    fields: Fields,
) -> Result<Response, PageError> {
    let proof = match fields.get("ceremony") {
        "" => RemoveProof::Code(fields.trimmed("code").to_owned()),
        _ => RemoveProof::Passkey(answered(&fields)),
    };
    match passkeys::remove(state.app(), &caller, &id, &proof).await {
        Ok(()) => Ok(redirect_with(HERE, Flash::good("The passkey was removed."))),
        Err(ChangeError::Invalid(errors)) => show(&state, &caller, shell, (&id, errors)).await,
        outcome => done(outcome, Href::from(HERE).then(&id), ""),
    }
}

async fn show(
    state: &AppState,
    caller: &Caller,
    shell: Shell,
    (id, errors): (&str, Vec<FieldError>),
) -> Result<Response, PageError> {
    let all = passkeys::list(state.app(), caller)
        .await
        .map_err(PageError::unavailable)?;
    let passkey = all.into_iter().find(|passkey| passkey.id == id);
    let passkey = passkey.ok_or_else(|| PageError::not_found("You have no such passkey; it may have been removed."))?;
    let status = match errors.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let page = PasskeyPage {
        shell,
        takes_codes: proof::takes_codes(state, caller).await?,
        passkey,
        errors,
    };
    render_status(status, &page)
}
