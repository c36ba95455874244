//! Completion of the box, in each scope of the activity view, as JSON.

use app::Caller;
use app::activity::{Choice, Choices, LogScope};
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};

use super::view::page_error;
use crate::AppState;
use crate::shell::{PageError, Query, ReaderOfAll, SignedIn};

/// The word that is being typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    text: String,
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
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    answer(&state, &caller, LogScope::Everything, &asked).await
}

pub(super) async fn mine(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    answer(&state, &caller, LogScope::Me, &asked).await
}

pub(super) async fn user(
    State(state): State<AppState>,
    ReaderOfAll(caller): ReaderOfAll,
    Path(user_id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    answer(&state, &caller, LogScope::User(user_id), &asked).await
}

pub(super) async fn group(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(group_id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    answer(&state, &caller, LogScope::Group(group_id), &asked).await
}

async fn answer(state: &AppState, caller: &Caller, scope: LogScope, asked: &Asked) -> Result<Response, PageError> {
    let found = app::activity::complete(state.app(), caller, &scope, &asked.text).await;
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
