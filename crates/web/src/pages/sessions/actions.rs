//! What is done with one session on its page, and back to it.

use app::sessions::{self, EditSession};
use app::{Caller, ChangeError};
use axum::extract::{Path, State};
use axum::response::Response;

use crate::AppState;
use crate::shell::{Fields, Href, PageError, SignedIn, done};

fn page_of(id: &str) -> Href {
    Href::to(&["sessions", id])
}

pub(super) async fn start(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let outcome = sessions::start(state.app(), &caller, &id).await;
    done(
        outcome.map(drop),
        page_of(&id),
        "The session has started. You are in it.",
    )
}

pub(super) async fn join(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, PageError> {
    let outcome = sessions::join(state.app(), &caller, &id, fields.opt("password")).await;
    done(outcome.map(drop), page_of(&id), "You are in the session.")
}

pub(super) async fn leave(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let outcome = sessions::leave(state.app(), &caller, &id).await;
    done(outcome, page_of(&id), "You left the session.")
}

pub(super) async fn end(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<String>,
    _: Fields,
) -> Result<Response, PageError> {
    let outcome = sessions::end(state.app(), &caller, &id).await;
    done(outcome, page_of(&id), "The session has ended.")
}

pub(super) async fn lock(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let outcome = set_locked(&state, &caller, &id, true).await;
    done(outcome, page_of(&id), "The session is locked: nobody else may join.")
}

pub(super) async fn unlock(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let outcome = set_locked(&state, &caller, &id, false).await;
    done(outcome, page_of(&id), "The session is open again.")
}

async fn set_locked(state: &AppState, caller: &Caller, id: &str, locked: bool) -> Result<(), ChangeError> {
    let edit = EditSession {
        locked: Some(locked),
        ..EditSession::default()
    };
    sessions::edit(state.app(), caller, id, edit).await.map(drop)
}

/// Name and password. An empty password stays as it is, unless it is to be removed.
pub(super) async fn edit(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, PageError> {
    let typed = fields.opt("password").filter(|text| !text.is_empty());
    let edit = EditSession {
        name: fields.opt("name").map(str::to_owned),
        password: match typed {
            _ if fields.ticked("no_password") => Some(None),
            Some(password) => Some(Some(password.to_owned())),
            None => None,
        },
        version: fields.opt("version").and_then(|version| version.parse().ok()),
        ..EditSession::default()
    };
    let outcome = sessions::edit(state.app(), &caller, &id, edit).await;
    done(outcome.map(drop), page_of(&id), "Saved.")
}
