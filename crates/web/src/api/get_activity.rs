//! `GET /v1/activities/{id}`.

use activity::json;
use axum::Json;
use axum::extract::{Path, State};

use super::answers::Reading;
use super::query::refusal;
use crate::AppState;
use crate::problem::Problem;
use crate::shell::ApiCaller;

/// One activity by its id.
#[utoipa::path(
    get, path = "/v1/activities/{id}", tag = "Activities", operation_id = "getActivity",
    params(("id" = u64, Path, description = "Sequence number of the activity.")),
    responses((status = 200, description = "The activity.", body = super::openapi::Activity), Reading),
    security(("key" = ["activities:read"])),
)]
pub(super) async fn get_activity(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(id): Path<String>,
) -> Result<Json<serde_json::Value>, Problem> {
    let missing = || Problem::not_found(format!("There is no activity `{id}` that this key may see."));
    let seq = id.parse::<u64>().map_err(|_| missing())?;
    let found = app::activity::get(state.app(), &caller, seq).await.map_err(refusal)?;
    found.map(|activity| Json(json::to_json(&activity))).ok_or_else(missing)
}
