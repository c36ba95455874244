//! Members of a group: list, add, read, change of role, remove.

use app::groups::{self, MemberSearch};
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::shapes::{GroupRole, Member, NewMember, NewRole};
use crate::AppState;
use crate::api::answers::{Changing, Editing, Reading};
use crate::api::etag::{Tagged, expected};
use crate::api::json::Body;
use crate::api::list::{Listed, Paging};
use crate::api::query::Params;
use crate::problem::Problem;
use crate::shell::{ApiCaller, Href};

fn tagged(member: groups::Member) -> Tagged<Member> {
    Tagged(member.version, Member::from(member))
}

/// The members of a group, by name.
#[utoipa::path(
    get, path = "/v1/groups/{id}/members", tag = "Groups", operation_id = "listMembers",
    params(
        ("id" = String, Path, description = "Id of the group."),
        ("find" = Option<String>, Query, description = "Beginnings of words of name, username or e-mail address; all must match."),
        ("role" = inline(Option<GroupRole>), Query, description = "Only members who are this."),
        Paging,
    ),
    responses((status = 200, description = "One page of members.", body = Listed<Member>), Reading),
    security(("program" = [])),
)]
pub(super) async fn list_members(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(id): Path<String>,
    OriginalUri(uri): OriginalUri,
) -> Result<Response, Problem> {
    let params = Params::read(&uri, &["find", "role", "limit", "after"])?;
    let paging = Paging::of(&params)?;
    let search = MemberSearch {
        find: params.get("find").unwrap_or_default().to_owned(),
        role: params.word::<GroupRole>("role")?.map(groups::GroupRole::from),
        after: paging.after,
        limit: paging.limit,
    };
    let page = groups::list_members(state.app(), &caller, &id, &search).await?;
    let rows = page.rows.into_iter().map(Member::from).collect();
    Ok(Listed::new(rows, page.turns.next).answer(&uri))
}

/// Puts somebody into a group without an invitation. For administrators.
#[utoipa::path(
    post, path = "/v1/groups/{id}/members", tag = "Groups", operation_id = "addMember", request_body = NewMember,
    params(("id" = String, Path, description = "Id of the group.")),
    responses((status = 201, description = "The member; its address is in `Location`.", body = Member), Changing),
    security(("program" = [])),
)]
pub(super) async fn add_member(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(id): Path<String>,
    Body(new): Body<NewMember>,
) -> Result<Response, Problem> {
    let added = groups::add_member(state.app(), &caller, &id, &new.user_id, new.role.into()).await?;
    let location = Href::to(&["v1", "groups", &id, "members", &added.person.id]).to_string();
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], tagged(added)).into_response())
}

/// One member, with the version of the membership as `ETag`.
#[utoipa::path(
    get, path = "/v1/groups/{id}/members/{user_id}", tag = "Groups", operation_id = "getMember",
    params(
        ("id" = String, Path, description = "Id of the group."),
        ("user_id" = String, Path, description = "Id of the user."),
    ),
    responses((status = 200, description = "The member.", body = Member), Reading),
    security(("program" = [])),
)]
pub(super) async fn get_member(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path((id, user_id)): Path<(String, String)>,
) -> Result<Tagged<Member>, Problem> {
    Ok(tagged(groups::get_member(state.app(), &caller, &id, &user_id).await?))
}

/// Changes what a member is in the group.
#[utoipa::path(
    patch, path = "/v1/groups/{id}/members/{user_id}", tag = "Groups", operation_id = "changeMemberRole",
    request_body = NewRole,
    params(
        ("id" = String, Path, description = "Id of the group."),
        ("user_id" = String, Path, description = "Id of the user."),
        ("If-Match" = String, Header, description = "The `ETag` that was read, or `*`."),
    ),
    responses((status = 200, description = "The member as it is now.", body = Member), Editing),
    security(("program" = [])),
)]
pub(super) async fn change_role(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path((id, user_id)): Path<(String, String)>,
    headers: HeaderMap,
    Body(new): Body<NewRole>,
) -> Result<Tagged<Member>, Problem> {
    let version = expected(&headers)?;
    let member = groups::change_role(state.app(), &caller, &id, &user_id, new.role.into(), version).await?;
    Ok(tagged(member))
}

/// Removes a member from the group; oneself: leaves it.
#[utoipa::path(
    delete, path = "/v1/groups/{id}/members/{user_id}", tag = "Groups", operation_id = "removeMember",
    params(
        ("id" = String, Path, description = "Id of the group."),
        ("user_id" = String, Path, description = "Id of the user."),
    ),
    responses((status = 204, description = "The user is no member any more."), Changing),
    security(("program" = [])),
)]
pub(super) async fn remove_member(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path((id, user_id)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    groups::remove_member(state.app(), &caller, &id, &user_id).await?;
    Ok(StatusCode::NO_CONTENT)
}
