//! One session: who is there, live, and what can be done with it.

use app::Topic;
use app::sessions::{self, Presence, SessionDetails};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::AppState;
use crate::shell::{
    Href, PageError, Paged, Pager, Query, RequestContext, Shell, SignedIn, filters, live, refused, render,
};

/// People of one page.
const LIMIT: u32 = 100;

#[derive(Template)]
#[template(path = "sessions/one.html")]
pub(super) struct SessionPage {
    pub(super) shell: Shell,
    pub(super) details: SessionDetails,
    pub(super) people: Vec<Presence>,
    pub(super) pager: Pager,
    /// How often an open page says that it is still there, in seconds.
    pub(super) heartbeat_every: u32,
}

pub(super) async fn page(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<String>,
    Query(asked): Query<Paged>,
    shell: Shell,
) -> Result<Response, PageError> {
    let app = state.app();
    let details = sessions::get(app, &caller, &id).await.map_err(refused)?;
    if details.is_present && sessions::heartbeat(app, &caller, &id).await.is_err() {
        tracing::debug!(id, "left the session while its page was made");
    }
    let present = sessions::list_present(app, &caller, &id, &asked.request(LIMIT)).await;
    let present = present.map_err(refused)?;
    render(&SessionPage {
        shell,
        details,
        pager: asked.pager(Href::to(&["sessions", &id]), &present.turns),
        people: present.rows,
        heartbeat_every: (app.settings().sessions.presence_seconds / 4).clamp(1, 20),
    })
}

/// Says that whoever is here is still here.
pub(super) async fn presence(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    sessions::heartbeat(state.app(), &caller, &id).await.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

pub(super) async fn stream(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<String>,
    context: RequestContext,
) -> Result<Response, PageError> {
    sessions::get(state.app(), &caller, &id).await.map_err(refused)?;
    Ok(live(&state, &context, vec![Topic::Session(id)]))
}
