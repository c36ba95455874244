//! What administrators do with an account besides editing it: `POST /v1/users/{id}/…`.

use app::{accounts, devices, factors};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::AppState;
use crate::api::answers::Changing;
use crate::api::devices::EndedDevices;
use crate::api::json::MaybeBody;
use crate::problem::Problem;
use crate::shell::ApiCaller;

/// Lifts the lock of an account and forgets its failed attempts.
#[utoipa::path(
    post, path = "/v1/users/{id}/unlock", tag = "Users", operation_id = "unlockUser",
    params(("id" = String, Path, description = "The user's id.")),
    responses((status = 204, description = "Unlocked."), Changing),
    security(("program" = [])),
)]
pub(super) async fn unlock(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    accounts::unlock(state.app(), &caller, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Mails an activation link; the ones before stop working.
#[utoipa::path(
    post, path = "/v1/users/{id}/activation", tag = "Users", operation_id = "sendActivationLink",
    params(("id" = String, Path, description = "The user's id.")),
    responses((status = 204, description = "The link is on its way."), Changing),
    security(("program" = [])),
)]
pub(super) async fn activation(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    accounts::send_activation(state.app(), &caller, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Logs every device of an account out; one's own account keeps the device that asks.
#[utoipa::path(
    post, path = "/v1/users/{id}/end-devices", tag = "Users", operation_id = "endUserDevices",
    params(("id" = String, Path, description = "The user's id.")),
    responses((status = 200, description = "How many were logged out.", body = EndedDevices), Changing),
    security(("program" = [])),
)]
pub(super) async fn end_devices(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(id): Path<String>,
) -> Result<Json<EndedDevices>, Problem> {
    let ended = devices::end_devices(state.app(), &caller, &id).await?;
    Ok(Json(EndedDevices { ended }))
}

/// Whether a second factor is to be required.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RequireMfa {
    /// `true` unless given; `false` requires it no longer.
    #[serde(default = "yes")]
    required: bool,
}

impl Default for RequireMfa {
    fn default() -> Self {
        Self { required: true }
    }
}

fn yes() -> bool {
    true
}

/// Requires a second factor of an account, or no longer; without one it sets one up at its next log-in.
#[utoipa::path(
    post, path = "/v1/users/{id}/require-mfa", tag = "Users", operation_id = "requireUserMfa",
    params(("id" = String, Path, description = "The user's id.")),
    request_body = Option<RequireMfa>,
    responses((status = 204, description = "It is so now."), Changing),
    security(("program" = [])),
)]
pub(super) async fn require_mfa(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(id): Path<String>,
    MaybeBody(body): MaybeBody<RequireMfa>,
) -> Result<StatusCode, Problem> {
    factors::require_mfa(state.app(), &caller, &id, body.required).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes every second factor off an account whose owner has lost them.
#[utoipa::path(
    post, path = "/v1/users/{id}/reset-mfa", tag = "Users", operation_id = "resetUserMfa",
    params(("id" = String, Path, description = "The user's id.")),
    responses((status = 204, description = "It has none any more."), Changing),
    security(("program" = [])),
)]
pub(super) async fn reset_mfa(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    factors::reset_mfa(state.app(), &caller, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
