//! `GET /v1/activity-types`: the dated catalogue.

use activity::Time;
use axum::Json;
use axum::extract::State;
use serde::Serialize;

use super::answers::Reading;
use super::query::refusal;
use crate::AppState;
use crate::problem::Problem;
use crate::shell::ApiCaller;

/// The catalogue.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Types {
    /// Every type, those of the catalogue first.
    data: Vec<TypeBody>,
}

/// One activity type.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct TypeBody {
    /// Code, such as `user.login`.
    code: String,
    /// Title, such as `Logged in`; absent for a code that only a reporter defined.
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'static str>,
    /// Whether only this installation can cause it: a program that reports it is refused.
    only_here: bool,
    /// Since when this installation records it itself; `null` if it never happened yet.
    #[schema(value_type = Option<String>, format = DateTime)]
    recorded_since: Option<Time>,
    /// Since when other programs report it; `null` if none did yet, or to whom may not read everything.
    #[schema(value_type = Option<String>, format = DateTime)]
    reported_since: Option<Time>,
}

/// Every activity type, and since when it is recorded here.
#[utoipa::path(
    get, path = "/v1/activity-types", tag = "Activity types", operation_id = "listActivityTypes",
    responses((status = 200, description = "The catalogue.", body = Types), Reading),
    security(("key" = ["activities:read"])),
)]
pub(super) async fn list_types(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
) -> Result<Json<Types>, Problem> {
    let rows = app::activity::types(state.app(), &caller).await.map_err(refusal)?;
    let data = rows
        .into_iter()
        .map(|row| TypeBody {
            title: row.entry.map(|entry| entry.title),
            only_here: activity::catalogue::is_only_here(&row.code),
            code: row.code,
            recorded_since: row.recorded_since,
            reported_since: row.reported_since,
        })
        .collect();
    Ok(Json(Types { data }))
}
