//! `/v1/holds`: legal holds, which administrators place and lift; auditors read them.

use activity::{Person, Time};
use app::holds;
use axum::Json;
use axum::extract::{OriginalUri, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

use super::answers::{Changing, Reading};
use super::json::Body;
use super::list::{Listed, Paging};
use super::openapi;
use crate::AppState;
use crate::problem::Problem;
use crate::shell::{ApiCaller, Policy, Route, Scope};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/v1/holds", Policy::Key(Scope::Read), list),
        Route::post("/v1/holds", Policy::Key(Scope::Admin), place),
        Route::delete("/v1/holds/{id}", Policy::Key(Scope::Admin), lift),
    ]
}

#[derive(OpenApi)]
#[openapi(
    paths(list, place, lift),
    components(schemas(Hold, NewHold)),
    tags((name = "Holds", description = "As long as somebody is under a legal hold, nothing that names them leaves the log, neither by their erasure nor with time."))
)]
pub(super) struct Document;

/// A legal hold.
#[derive(Serialize, ToSchema)]
struct Hold {
    /// Its id; later ones sort later.
    id: String,
    /// Whose activities are held, as they were named when it was placed.
    #[schema(value_type = openapi::Person)]
    person: Person,
    /// Why.
    reason: String,
    /// Who placed it, as they were named then.
    #[schema(value_type = openapi::Person)]
    placed_by: Person,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    placed_at: Time,
}

/// A hold to place.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewHold {
    /// Who: an account's username, e-mail address or id, or the id of somebody whom only the log names.
    person: String,
    /// Why; the log keeps it.
    reason: String,
}

impl From<holds::Hold> for Hold {
    fn from(hold: holds::Hold) -> Self {
        Self {
            id: hold.id,
            person: hold.person,
            reason: hold.reason,
            placed_by: hold.placed_by,
            placed_at: hold.placed_at,
        }
    }
}

/// The legal holds, newest first. For administrators and auditors.
#[utoipa::path(
    get, path = "/v1/holds", tag = "Holds", operation_id = "listHolds",
    params(Paging),
    responses((status = 200, description = "One page of holds.", body = Listed<Hold>), Reading),
    security(("key" = ["activities:read"])),
)]
async fn list(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    OriginalUri(uri): OriginalUri,
) -> Result<Response, Problem> {
    let request = Paging::read(&uri)?.into();
    let page = holds::page(state.app(), &caller, &request).await?;
    Ok(Listed::<Hold>::of(page).answer(&uri))
}

/// Places a hold: nothing that names the person leaves the log until it is lifted. For administrators, whose key has
/// `activities:read` as well.
///
/// Somebody may be under several holds. 404 if nobody is known by what `person` says.
#[utoipa::path(
    post, path = "/v1/holds", tag = "Holds", operation_id = "placeHold", request_body = NewHold,
    responses((status = 201, description = "The hold.", body = Hold), Changing),
    security(("key" = ["admin"])),
)]
async fn place(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Body(new): Body<NewHold>,
) -> Result<Response, Problem> {
    let placed = holds::place(state.app(), &caller, &new.person, &new.reason).await?;
    Ok((StatusCode::CREATED, Json(Hold::from(placed))).into_response())
}

/// Lifts a hold. For administrators.
///
/// What it kept back goes when it is asked for again, or with time.
#[utoipa::path(
    delete, path = "/v1/holds/{id}", tag = "Holds", operation_id = "liftHold",
    params(("id" = String, Path, description = "Id of the hold.")),
    responses((status = 204, description = "It is lifted."), Changing),
    security(("key" = ["admin"])),
)]
async fn lift(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    holds::lift(state.app(), &caller, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
