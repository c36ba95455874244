//! Creating sessions and changing how they stand.

use app::sessions::{self, EditSession as Edit};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::shapes::{EditSession, NewSession, Session};
use crate::AppState;
use crate::api::answers::{Changing, Editing, Once};
use crate::api::etag::{Tagged, expected};
use crate::api::json::Body;
use crate::problem::Problem;
use crate::shell::{ApiCaller, Href};

fn tagged(session: sessions::Session) -> Tagged<Session> {
    Tagged(session.version, session.into())
}

/// Creates a session of a group, and starts it with the member in it unless `start` is false.
#[utoipa::path(
    post, path = "/v1/sessions", tag = "Sessions", operation_id = "createSession", request_body = NewSession,
    params(Once),
    responses((status = 201, description = "The session; its address is in `Location`.", body = Session), Changing),
    security(("program" = [])),
)]
pub(super) async fn create_session(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Body(new): Body<NewSession>,
) -> Result<Response, Problem> {
    let new = sessions::NewSession {
        group_id: new.group_id,
        name: new.name,
        password: new.password,
        start: new.start,
    };
    let session = sessions::create(state.app(), &caller, new).await?;
    let location = Href::to(&["v1", "sessions", &session.id]).to_string();
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], tagged(session)).into_response())
}

/// Renames a session, gives it another password or none, locks or unlocks it.
#[utoipa::path(
    patch, path = "/v1/sessions/{id}", tag = "Sessions", operation_id = "editSession", request_body = EditSession,
    params(
        ("id" = String, Path, description = "Id of the session."),
        ("If-Match" = String, Header, description = "The `ETag` that was read, or `*`."),
    ),
    responses((status = 200, description = "The session as it is now.", body = Session), Editing),
    security(("program" = [])),
)]
pub(super) async fn edit_session(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(edit): Body<EditSession>,
) -> Result<Tagged<Session>, Problem> {
    let edit = Edit {
        name: edit.name,
        password: edit.password,
        locked: edit.locked,
        version: expected(&headers)?,
    };
    Ok(tagged(sessions::edit(state.app(), &caller, &id, edit).await?))
}

/// Starts a session that was created for later, with the member in it.
#[utoipa::path(
    post, path = "/v1/sessions/{id}/start", tag = "Sessions", operation_id = "startSession",
    params(("id" = String, Path, description = "Id of the session.")),
    responses((status = 200, description = "The session as it is now.", body = Session), Changing),
    security(("program" = [])),
)]
pub(super) async fn start_session(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(id): Path<String>,
) -> Result<Tagged<Session>, Problem> {
    Ok(tagged(sessions::start(state.app(), &caller, &id).await?))
}

/// Locks a session: nobody else may join.
#[utoipa::path(
    post, path = "/v1/sessions/{id}/lock", tag = "Sessions", operation_id = "lockSession",
    params(("id" = String, Path, description = "Id of the session.")),
    responses((status = 200, description = "The session as it is now.", body = Session), Changing),
    security(("program" = [])),
)]
pub(super) async fn lock_session(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(id): Path<String>,
) -> Result<Tagged<Session>, Problem> {
    let edit = locked(true);
    Ok(tagged(sessions::edit(state.app(), &caller, &id, edit).await?))
}

/// Opens a locked session again.
#[utoipa::path(
    post, path = "/v1/sessions/{id}/unlock", tag = "Sessions", operation_id = "unlockSession",
    params(("id" = String, Path, description = "Id of the session.")),
    responses((status = 200, description = "The session as it is now.", body = Session), Changing),
    security(("program" = [])),
)]
pub(super) async fn unlock_session(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(id): Path<String>,
) -> Result<Tagged<Session>, Problem> {
    let edit = locked(false);
    Ok(tagged(sessions::edit(state.app(), &caller, &id, edit).await?))
}

fn locked(locked: bool) -> Edit {
    Edit {
        locked: Some(locked),
        ..Edit::default()
    }
}

/// Ends a session: everybody in it leaves. One that never started is called off.
#[utoipa::path(
    post, path = "/v1/sessions/{id}/end", tag = "Sessions", operation_id = "endSession",
    params(("id" = String, Path, description = "Id of the session.")),
    responses((status = 204, description = "It has ended."), Changing),
    security(("program" = [])),
)]
pub(super) async fn end_session(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    sessions::end(state.app(), &caller, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
