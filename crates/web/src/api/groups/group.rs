//! Groups: list, create, read, edit, delete, leave, subgroups, the default group.

use app::groups::{self, GroupSearch};
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::shapes::{DefaultGroup, EditGroup, Group, NewGroup};
use crate::AppState;
use crate::api::answers::{Changing, Editing, Once, Reading};
use crate::api::etag::{Tagged, expected};
use crate::api::json::Body;
use crate::api::list::{Listed, Paging};
use crate::api::query::Params;
use crate::problem::Problem;
use crate::shell::{ApiCaller, Href};

fn created(group: groups::Group) -> Response {
    let location = Href::to(&["v1", "groups", &group.id]).to_string();
    let body = Tagged(group.version, Group::from(group));
    (StatusCode::CREATED, [(header::LOCATION, location)], body).into_response()
}

pub(super) fn tagged(group: groups::Group) -> Tagged<Group> {
    Tagged(group.version, Group::from(group))
}

/// The caller's groups, by name; with `all=true` every group, for administrators and auditors.
#[utoipa::path(
    get, path = "/v1/groups", tag = "Groups", operation_id = "listGroups",
    params(
        ("find" = Option<String>, Query, description = "Beginnings of words of the name; all must match."),
        ("all" = Option<bool>, Query, description = "Every group, not only the caller's own."),
        Paging,
    ),
    responses((status = 200, description = "One page of groups.", body = Listed<Group>), Reading),
    security(("program" = [])),
)]
pub(super) async fn list_groups(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    OriginalUri(uri): OriginalUri,
) -> Result<Response, Problem> {
    let params = Params::read(&uri, &["find", "all", "limit", "after"])?;
    let paging = Paging::of(&params)?;
    let search = GroupSearch {
        find: params.get("find").unwrap_or_default().to_owned(),
        all: params.flag("all")?,
        after: paging.after,
        limit: paging.limit,
    };
    let page = groups::list(state.app(), &caller, &search).await?;
    Ok(Listed::<Group>::of(page).answer(&uri))
}

/// Creates a group that the caller owns.
#[utoipa::path(
    post, path = "/v1/groups", tag = "Groups", operation_id = "createGroup", request_body = NewGroup,
    params(Once),
    responses((status = 201, description = "The group; its address is in `Location`.", body = Group), Changing),
    security(("program" = [])),
)]
pub(super) async fn create_group(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Body(new): Body<NewGroup>,
) -> Result<Response, Problem> {
    Ok(created(groups::create(state.app(), &caller, new.into()).await?))
}

/// One group, with its version as `ETag`.
#[utoipa::path(
    get, path = "/v1/groups/{id}", tag = "Groups", operation_id = "getGroup",
    params(("id" = String, Path, description = "Id of the group.")),
    responses((status = 200, description = "The group.", body = Group), Reading),
    security(("program" = [])),
)]
pub(super) async fn get_group(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(id): Path<String>,
) -> Result<Tagged<Group>, Problem> {
    Ok(tagged(groups::get(state.app(), &caller, &id).await?))
}

/// Renames a group, or changes whether its members need a second factor.
#[utoipa::path(
    patch, path = "/v1/groups/{id}", tag = "Groups", operation_id = "editGroup", request_body = EditGroup,
    params(
        ("id" = String, Path, description = "Id of the group."),
        ("If-Match" = String, Header, description = "The `ETag` that was read, or `*`."),
    ),
    responses((status = 200, description = "The group as it is now.", body = Group), Editing),
    security(("program" = [])),
)]
pub(super) async fn edit_group(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(edit): Body<EditGroup>,
) -> Result<Tagged<Group>, Problem> {
    let edit = groups::EditGroup {
        name: edit.name,
        requires_second_factor: edit.requires_second_factor,
    };
    let version = expected(&headers)?;
    Ok(tagged(groups::edit(state.app(), &caller, &id, edit, version).await?))
}

/// Deletes a group with its subgroups. For owners.
#[utoipa::path(
    delete, path = "/v1/groups/{id}", tag = "Groups", operation_id = "deleteGroup",
    params(("id" = String, Path, description = "Id of the group.")),
    responses((status = 204, description = "It is gone."), Changing),
    security(("program" = [])),
)]
pub(super) async fn delete_group(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    groups::delete(state.app(), &caller, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends the caller's own membership. The only owner cannot leave.
#[utoipa::path(
    post, path = "/v1/groups/{id}/leave", tag = "Groups", operation_id = "leaveGroup",
    params(("id" = String, Path, description = "Id of the group.")),
    responses((status = 204, description = "The caller is no member any more."), Changing),
    security(("program" = [])),
)]
pub(super) async fn leave_group(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    groups::leave(state.app(), &caller, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The subgroups of a group, by name: all for who manages it, only their own for its other members.
#[utoipa::path(
    get, path = "/v1/groups/{id}/subgroups", tag = "Groups", operation_id = "listSubgroups",
    params(("id" = String, Path, description = "Id of the group."), Paging),
    responses((status = 200, description = "One page of groups.", body = Listed<Group>), Reading),
    security(("program" = [])),
)]
pub(super) async fn list_subgroups(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(id): Path<String>,
    OriginalUri(uri): OriginalUri,
) -> Result<Response, Problem> {
    let request = Paging::read(&uri)?.into();
    let page = groups::list_subgroups(state.app(), &caller, &id, &request).await?;
    Ok(Listed::<Group>::of(page).answer(&uri))
}

/// Creates a subgroup, one level down. For who manages the group.
#[utoipa::path(
    post, path = "/v1/groups/{id}/subgroups", tag = "Groups", operation_id = "createSubgroup",
    request_body = NewGroup, params(("id" = String, Path, description = "Id of the group above."), Once),
    responses((status = 201, description = "The subgroup; its address is in `Location`.", body = Group), Changing),
    security(("program" = [])),
)]
pub(super) async fn create_subgroup(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(id): Path<String>,
    Body(new): Body<NewGroup>,
) -> Result<Response, Problem> {
    let made = groups::create_subgroup(state.app(), &caller, &id, new.into()).await?;
    Ok(created(made))
}

/// Makes a group the caller's default.
#[utoipa::path(
    put, path = "/v1/me/default-group", tag = "Groups", operation_id = "setDefaultGroup", request_body = DefaultGroup,
    responses((status = 200, description = "The group.", body = Group), Changing),
    security(("program" = [])),
)]
pub(super) async fn set_default_group(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Body(chosen): Body<DefaultGroup>,
) -> Result<Tagged<Group>, Problem> {
    Ok(tagged(
        groups::set_default(state.app(), &caller, &chosen.group_id).await?,
    ))
}
