//! Reading sessions.

use app::sessions::{self, SessionSearch};
use axum::extract::{OriginalUri, Path, State};
use axum::response::Response;

use super::shapes::{Session, SessionDetails, SessionState};
use crate::AppState;
use crate::api::answers::Reading;
use crate::api::etag::Tagged;
use crate::api::list::{Listed, Paging};
use crate::api::query::Params;
use crate::problem::Problem;
use crate::shell::ApiCaller;

/// The sessions of the member's groups in one state, those that came last into it first. For administrators and
/// auditors those of every group.
#[utoipa::path(
    get, path = "/v1/sessions", tag = "Sessions", operation_id = "listSessions",
    params(
        ("state" = inline(Option<SessionState>), Query, description = "How far they are; `running` by default."),
        ("group_id" = Option<String>, Query, min_length = 1, description = "Only sessions of this group."),
        Paging,
    ),
    responses((status = 200, description = "One page of sessions.", body = Listed<Session>), Reading),
    security(("program" = [])),
)]
pub(super) async fn list_sessions(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    OriginalUri(uri): OriginalUri,
) -> Result<Response, Problem> {
    let params = Params::read(&uri, &["state", "group_id", "limit", "after"])?;
    let paging = Paging::of(&params)?;
    let search = SessionSearch {
        group_id: params.id("group_id")?.map(str::to_owned),
        state: params.word("state")?.unwrap_or(SessionState::Running).into(),
        after: paging.after,
        limit: paging.limit,
    };
    let page = sessions::list(state.app(), &caller, &search).await?;
    Ok(Listed::<Session>::of(page).answer(&uri))
}

/// One session, with its version as `ETag`.
#[utoipa::path(
    get, path = "/v1/sessions/{id}", tag = "Sessions", operation_id = "getSession",
    params(("id" = String, Path, description = "Id of the session.")),
    responses((status = 200, description = "The session.", body = SessionDetails), Reading),
    security(("program" = [])),
)]
pub(super) async fn get_session(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(id): Path<String>,
) -> Result<Tagged<SessionDetails>, Problem> {
    let details = sessions::get(state.app(), &caller, &id).await?;
    Ok(Tagged(details.session.version, details.into()))
}
