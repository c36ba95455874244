//! The groups a member is in: the default one, and leaving.

use app::Page;
use app::groups::{self, Group, GroupSearch};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use crate::AppState;
use crate::pages::groups::role_name;
use crate::shell::{Fields, PageError, Paged, Pager, Query, Shell, SignedIn, cursor, done, filters, refused, render};

#[derive(Template)]
#[template(path = "settings/memberships.html")]
struct MembershipsPage {
    shell: Shell,
    page: Page<Group>,
    pager: Pager,
}

const HERE: &str = "/settings/memberships";
const LIMIT: u32 = 50;

pub(super) async fn page(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Query(asked): Query<Paged>,
    shell: Shell,
) -> Result<Response, PageError> {
    let search = GroupSearch {
        after: cursor(&asked.after),
        limit: LIMIT,
        ..GroupSearch::default()
    };
    let page = groups::list(state.app(), &caller, &search).await.map_err(refused)?;
    let pager = asked.pager(HERE, &page.turns);
    render(&MembershipsPage { shell, page, pager })
}

pub(super) async fn set_default(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(group): Path<String>,
) -> Result<Response, PageError> {
    let outcome = groups::set_default(state.app(), &caller, &group).await;
    done(outcome.map(drop), HERE, "This is your default group now.")
}

pub(super) async fn leave(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(group): Path<String>,
    _: Fields,
) -> Result<Response, PageError> {
    let outcome = groups::leave(state.app(), &caller, &group).await;
    done(outcome, HERE, "You left the group.")
}
