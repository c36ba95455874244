//! `GET /v1/users/{id}` and its devices.

use app::{Caller, accounts, devices};
use axum::extract::{OriginalUri, Path, State};
use axum::response::Response;

use super::bodies::User;
use crate::AppState;
use crate::api::answers::Reading;
use crate::api::devices::Device;
use crate::api::etag::Tagged;
use crate::api::list::Listed;
use crate::api::query::Params;
use crate::problem::Problem;
use crate::shell::ApiCaller;

/// The account with this id and its version.
pub(super) async fn found(state: &AppState, caller: &Caller, id: &str) -> Result<Tagged<User>, Problem> {
    let details = accounts::get_user(state.app(), caller, id).await?;
    let details = details.ok_or_else(|| Problem::not_found(format!("There is no user `{id}`.")))?;
    Ok(tagged(details))
}

/// The account and its version, as it is answered.
pub(super) fn tagged(details: accounts::UserDetails) -> Tagged<User> {
    Tagged(details.row.version, User::whole(details))
}

/// One account, with its version as `ETag`; for administrators, or the own one.
#[utoipa::path(
    get, path = "/v1/users/{id}", tag = "Users", operation_id = "getUser",
    params(("id" = String, Path, description = "The user's id.")),
    responses((status = 200, description = "The account.", body = User), Reading),
    security(("program" = [])),
)]
pub(super) async fn get(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(id): Path<String>,
) -> Result<Tagged<User>, Problem> {
    found(&state, &caller, &id).await
}

/// Where an account is signed in, last seen first; for administrators, or the own one.
#[utoipa::path(
    get, path = "/v1/users/{id}/devices", tag = "Users", operation_id = "listUserDevices",
    params(("id" = String, Path, description = "The user's id.")),
    responses((status = 200, description = "All its devices.", body = Listed<Device>), Reading),
    security(("program" = [])),
)]
pub(super) async fn devices(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(id): Path<String>,
    OriginalUri(uri): OriginalUri,
) -> Result<Response, Problem> {
    Params::read(&uri, &[])?;
    let devices = devices::list_devices_of(state.app(), &caller, &id).await?;
    let data = devices.into_iter().map(Device::from).collect();
    Ok(Listed::new(data, None).answer(&uri))
}
