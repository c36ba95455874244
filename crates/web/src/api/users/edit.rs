//! `PATCH /v1/users/{id}`.

use app::accounts::{self, EditAccount};
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use serde::Deserialize;
use utoipa::ToSchema;

use super::bodies::{User, UserRole};
use super::get::tagged;
use crate::AppState;
use crate::api::answers::Editing;
use crate::api::etag::{Tagged, expected};
use crate::api::json::Body;
use crate::problem::Problem;
use crate::shell::ApiCaller;

/// What to change of an account; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UserEdit {
    /// Given name.
    given_name: Option<String>,
    /// Family name.
    family_name: Option<String>,
    /// Log-in name, unique: letters and digits of one script, no blanks, nothing invisible; one that looks like
    /// another account's is taken as well.
    username: Option<String>,
    /// E-mail address, unique.
    email: Option<String>,
    /// Whether it may log in; `false` ends every device at once.
    login_enabled: Option<bool>,
    /// What it may do beyond a member.
    roles: Option<Vec<UserRole>>,
    /// Whether only programs use it; `true` ends every device at once.
    service_account: Option<bool>,
    /// Addresses and networks it may log in from; none means anywhere.
    login_addresses: Option<Vec<String>>,
}

/// Changes an account: everything that is asked for, or nothing; for administrators.
#[utoipa::path(
    patch, path = "/v1/users/{id}", tag = "Users", operation_id = "editUser",
    params(
        ("id" = String, Path, description = "The user's id."),
        ("If-Match" = String, Header, description = "The `ETag` that was read, or `*`."),
    ),
    request_body = UserEdit,
    responses((status = 200, description = "The account as it is now.", body = User), Editing),
    security(("program" = [])),
)]
pub(super) async fn edit(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(edit): Body<UserEdit>,
) -> Result<Tagged<User>, Problem> {
    let version = expected(&headers)?;
    let edit = EditAccount {
        given_name: edit.given_name,
        family_name: edit.family_name,
        username: edit.username,
        email: edit.email,
        login_enabled: edit.login_enabled,
        roles: edit.roles.as_deref().map(UserRole::roles),
        service_account: edit.service_account,
        login_addresses: edit.login_addresses,
    };
    let edited = accounts::edit_account(state.app(), &caller, &id, edit, version).await?;
    Ok(tagged(edited))
}
