//! `/v1/me`: the member's own account.

use app::accounts::{self, ProfileEdit};
use axum::extract::State;
use axum::http::HeaderMap;
use serde::Deserialize;
use utoipa::ToSchema;

use super::bodies::User;
use super::get::{found, tagged};
use crate::AppState;
use crate::api::answers::{Editing, Reading};
use crate::api::etag::{Tagged, expected};
use crate::api::json::Body;
use crate::problem::Problem;
use crate::shell::ApiCaller;

/// What to change of one's own profile; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MyProfile {
    /// Given name.
    given_name: Option<String>,
    /// Family name.
    family_name: Option<String>,
    /// IANA name, `UTC` or `EST`.
    time_zone: Option<String>,
}

/// The member's own account, with its version as `ETag`.
#[utoipa::path(
    get, path = "/v1/me", tag = "Users", operation_id = "getMe",
    responses((status = 200, description = "The account.", body = User), Reading),
    security(("program" = [])),
)]
pub(super) async fn get(State(state): State<AppState>, ApiCaller(caller): ApiCaller) -> Result<Tagged<User>, Problem> {
    found(&state, &caller, &caller.person.id).await
}

/// Changes the member's own profile.
#[utoipa::path(
    patch, path = "/v1/me", tag = "Users", operation_id = "editMe",
    params(("If-Match" = String, Header, description = "The `ETag` that was read, or `*`.")),
    request_body = MyProfile,
    responses((status = 200, description = "The account as it is now.", body = User), Editing),
    security(("program" = [])),
)]
pub(super) async fn edit(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    headers: HeaderMap,
    Body(profile): Body<MyProfile>,
) -> Result<Tagged<User>, Problem> {
    let version = expected(&headers)?;
    let edit = ProfileEdit {
        given_name: profile.given_name,
        family_name: profile.family_name,
        time_zone: profile.time_zone,
    };
    let edited = accounts::edit_profile_at(state.app(), &caller, edit, version).await?;
    Ok(tagged(edited))
}
