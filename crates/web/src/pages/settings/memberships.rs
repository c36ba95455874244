//! The groups a member is in: the default one, and leaving.

use app::groups::{self, Group, GroupSearch, Page};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;

use crate::AppState;
use crate::pages::groups::role_name;
use crate::shell::{PageError, Query, Shell, SignedIn, done, filters, refused, render};

#[derive(Template)]
#[template(path = "settings/memberships.html")]
struct MembershipsPage {
    shell: Shell,
    page: Page<Group>,
    later: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    after: String,
}

const HERE: &str = "/settings/memberships";
const LIMIT: u32 = 50;

pub(super) async fn page(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Query(asked): Query<Asked>,
    shell: Shell,
) -> Result<Response, PageError> {
    let later = !asked.after.is_empty();
    let search = GroupSearch {
        after: later.then_some(asked.after),
        limit: LIMIT,
        ..GroupSearch::default()
    };
    let page = groups::list(state.app(), &caller, &search).await.map_err(refused)?;
    render(&MembershipsPage { shell, page, later })
}

pub(super) async fn set_default(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(group): Path<String>,
) -> Result<Response, PageError> {
    let outcome = groups::set_default(state.app(), &caller, &group).await;
    done(outcome, HERE, "This is your default group now.")
}

pub(super) async fn leave(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(group): Path<String>,
) -> Result<Response, PageError> {
    let outcome = groups::leave(state.app(), &caller, &group).await;
    done(outcome, HERE, "You left the group.")
}
