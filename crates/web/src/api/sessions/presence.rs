//! Who is in a session: joining, leaving, saying that one is still there.

use app::sessions;
use axum::extract::{OriginalUri, Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::shapes::{JoinSession, SessionDetails, SessionPresence};
use crate::AppState;
use crate::api::answers::{Changing, Reading};
use crate::api::etag::Tagged;
use crate::api::json::MaybeBody;
use crate::api::list::{Listed, Paging};
use crate::problem::Problem;
use crate::shell::ApiCaller;

/// Joins a session that runs. Whoever is refused (wrong password, locked, not started, ended, not a member of its
/// group) leaves an activity as well.
#[utoipa::path(
    post, path = "/v1/sessions/{id}/join", tag = "Sessions", operation_id = "joinSession",
    request_body = Option<JoinSession>,
    params(("id" = String, Path, description = "Id of the session.")),
    responses((status = 200, description = "The session, with the member in it.", body = SessionDetails), Changing),
    security(("program" = [])),
)]
pub(super) async fn join_session(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(id): Path<String>,
    MaybeBody(join): MaybeBody<JoinSession>,
) -> Result<Tagged<SessionDetails>, Problem> {
    let details = sessions::join(state.app(), &caller, &id, join.password.as_deref()).await?;
    Ok(Tagged(details.session.version, details.into()))
}

/// Leaves a session.
#[utoipa::path(
    post, path = "/v1/sessions/{id}/leave", tag = "Sessions", operation_id = "leaveSession",
    params(("id" = String, Path, description = "Id of the session.")),
    responses((status = 204, description = "The member has left."), Changing),
    security(("program" = [])),
)]
pub(super) async fn leave_session(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    sessions::leave(state.app(), &caller, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Who is in a session, in the order they came.
#[utoipa::path(
    get, path = "/v1/sessions/{id}/presence", tag = "Sessions", operation_id = "listPresent",
    params(("id" = String, Path, description = "Id of the session."), Paging),
    responses((status = 200, description = "One page of people.", body = Listed<SessionPresence>), Reading),
    security(("program" = [])),
)]
pub(super) async fn list_present(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(id): Path<String>,
    OriginalUri(uri): OriginalUri,
) -> Result<Response, Problem> {
    let request = Paging::read(&uri)?.into();
    let page = sessions::list_present(state.app(), &caller, &id, &request).await?;
    Ok(Listed::<SessionPresence>::of(page).answer(&uri))
}

/// Says that the member is still in the session. Who is silent for too long (90 seconds, unless set otherwise) has
/// left it.
#[utoipa::path(
    post, path = "/v1/sessions/{id}/presence", tag = "Sessions", operation_id = "stillPresent",
    params(("id" = String, Path, description = "Id of the session.")),
    responses((status = 204, description = "It was heard."), Changing),
    security(("program" = [])),
)]
pub(super) async fn still_present(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    sessions::heartbeat(state.app(), &caller, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
