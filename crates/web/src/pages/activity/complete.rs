//! Completion of the box, in each scope of the activity view, as JSON.

use app::Caller;
use app::activity::{Choice, Choices, LogScope, ViewRequest};
use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};

use super::state::UrlState;
use super::view::page_error;
use crate::AppState;
use crate::shell::{PageError, Query, ReaderOfAll, Shell, SignedIn};

/// The word that is being typed, and in what view.
pub(super) struct Asked {
    text: String,
    view: ViewRequest,
}

/// What of the address is not the view's.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Typed {
    text: String,
}

impl FromRequestParts<AppState> for Asked {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, PageError> {
        let Query(Typed { text }) = Query::from_request_parts(parts, state).await?;
        let Query(url) = Query::<UrlState>::from_request_parts(parts, state).await?;
        let shell = Shell::from_request_parts(parts, state).await?;
        // A range that means nothing is no reason to complete nothing: the page says what is wrong with it.
        let (from, to) = url.range(&shell.zone, shell.now).unwrap_or_default();
        let view = ViewRequest {
            q: url.q,
            from,
            to,
            zone: shell.zone.zone().clone(),
            hides_reads: url.reads != "1",
            ..ViewRequest::default()
        };
        Ok(Self { text, view })
    }
}

#[derive(Serialize)]
struct Answer {
    groups: Vec<Group>,
}

#[derive(Serialize)]
struct Group {
    heading: &'static str,
    choices: Vec<Offer>,
}

#[derive(Serialize)]
struct Offer {
    insert: String,
    label: String,
    note: String,
    count: Option<u64>,
}

pub(super) async fn everything(
    State(state): State<AppState>,
    ReaderOfAll(caller): ReaderOfAll,
    asked: Asked,
) -> Result<Response, PageError> {
    answer(&state, &caller, LogScope::Everything, &asked).await
}

pub(super) async fn mine(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    asked: Asked,
) -> Result<Response, PageError> {
    answer(&state, &caller, LogScope::Me, &asked).await
}

pub(super) async fn user(
    State(state): State<AppState>,
    ReaderOfAll(caller): ReaderOfAll,
    Path(user_id): Path<String>,
    asked: Asked,
) -> Result<Response, PageError> {
    answer(&state, &caller, LogScope::User(user_id), &asked).await
}

pub(super) async fn group(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(group_id): Path<String>,
    asked: Asked,
) -> Result<Response, PageError> {
    answer(&state, &caller, LogScope::Group(group_id), &asked).await
}

async fn answer(state: &AppState, caller: &Caller, scope: LogScope, asked: &Asked) -> Result<Response, PageError> {
    let found = app::activity::complete(state.app(), caller, (&scope, &asked.view), &asked.text).await;
    let groups = found.map_err(page_error)?.into_iter().map(Group::from).collect();
    Ok(axum::Json(Answer { groups }).into_response())
}

impl From<Choices> for Group {
    fn from(choices: Choices) -> Self {
        Self {
            heading: choices.heading,
            choices: choices.choices.into_iter().map(Offer::from).collect(),
        }
    }
}

impl From<Choice> for Offer {
    fn from(choice: Choice) -> Self {
        let Choice {
            insert,
            label,
            note,
            count,
        } = choice;
        Self {
            insert,
            label,
            note,
            count,
        }
    }
}
