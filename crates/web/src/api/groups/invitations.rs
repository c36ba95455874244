//! Invitations to groups: a group's, and the caller's own.

use app::groups::{self, InvitationKey, Invite};
use axum::Json;
use axum::extract::{OriginalUri, Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::group::tagged;
use super::shapes::{Group, Invitation, Invited, InvitedLine, NewInvitations};
use crate::AppState;
use crate::api::answers::{Changing, Once, Reading};
use crate::api::etag::Tagged;
use crate::api::json::Body;
use crate::api::list::{Listed, Paging};
use crate::problem::Problem;
use crate::shell::ApiCaller;

/// The invitations to a group that wait or have expired, newest first. For who manages it.
#[utoipa::path(
    get, path = "/v1/groups/{id}/invitations", tag = "Invitations", operation_id = "listGroupInvitations",
    params(("id" = String, Path, description = "Id of the group."), Paging),
    responses((status = 200, description = "One page of invitations.", body = Listed<Invitation>), Reading),
    security(("program" = [])),
)]
pub(super) async fn list_invitations(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(id): Path<String>,
    OriginalUri(uri): OriginalUri,
) -> Result<Response, Problem> {
    let page = groups::list_invitations(state.app(), &caller, &id, &Paging::read(&uri)?.into()).await?;
    Ok(Listed::<Invitation>::of(page).answer(&uri))
}

/// Invites people by e-mail, up to 500 at once. For who manages the group. Says for each address what became of it,
/// and never whether it has an account.
#[utoipa::path(
    post, path = "/v1/groups/{id}/invitations", tag = "Invitations", operation_id = "invite",
    request_body = NewInvitations, params(("id" = String, Path, description = "Id of the group."), Once),
    responses((status = 200, description = "What became of every address.", body = Invited), Changing),
    security(("program" = [])),
)]
pub(super) async fn invite(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(id): Path<String>,
    Body(new): Body<NewInvitations>,
) -> Result<Json<Invited>, Problem> {
    let invite = Invite {
        addresses: new.addresses.join("\n"),
        role: new.role.into(),
    };
    let lines = groups::invite(state.app(), &caller, &id, invite).await?;
    let data = lines.into_iter().map(InvitedLine::from).collect();
    Ok(Json(Invited { data }))
}

/// The invitations to the caller's own e-mail address that wait, newest first.
#[utoipa::path(
    get, path = "/v1/invitations", tag = "Invitations", operation_id = "listMyInvitations",
    params(Paging),
    responses((status = 200, description = "One page of invitations.", body = Listed<Invitation>), Reading),
    security(("program" = [])),
)]
pub(super) async fn list_my_invitations(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    OriginalUri(uri): OriginalUri,
) -> Result<Response, Problem> {
    let page = groups::list_my_invitations(state.app(), &caller, &Paging::read(&uri)?.into()).await?;
    Ok(Listed::<Invitation>::of(page).answer(&uri))
}

/// Takes an invitation back. For who manages its group.
#[utoipa::path(
    delete, path = "/v1/invitations/{id}", tag = "Invitations", operation_id = "deleteInvitation",
    params(("id" = String, Path, description = "Id of the invitation.")),
    responses((status = 204, description = "It is gone."), Changing),
    security(("program" = [])),
)]
pub(super) async fn delete_invitation(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    groups::delete_invitation(state.app(), &caller, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Mails an invitation to a group once more; the link before stops working. For who manages the group.
#[utoipa::path(
    post, path = "/v1/invitations/{id}/resend", tag = "Invitations", operation_id = "resendInvitation",
    params(("id" = String, Path, description = "Id of the invitation.")),
    responses((status = 204, description = "Another mail is on its way."), Changing),
    security(("program" = [])),
)]
pub(super) async fn resend(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    groups::resend_invitation(state.app(), &caller, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Accepts an invitation to the caller's own e-mail address, and answers with the group.
#[utoipa::path(
    post, path = "/v1/invitations/{id}/accept", tag = "Invitations", operation_id = "acceptInvitation",
    params(("id" = String, Path, description = "Id of the invitation.")),
    responses((status = 200, description = "The group, of which the caller is a member now.", body = Group), Changing),
    security(("program" = [])),
)]
pub(super) async fn accept(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(id): Path<String>,
) -> Result<Tagged<Group>, Problem> {
    let key = InvitationKey::Id(id);
    Ok(tagged(groups::accept(state.app(), &caller, &key).await?))
}

/// Declines an invitation to the caller's own e-mail address.
#[utoipa::path(
    post, path = "/v1/invitations/{id}/decline", tag = "Invitations", operation_id = "declineInvitation",
    params(("id" = String, Path, description = "Id of the invitation.")),
    responses((status = 204, description = "It is declined."), Changing),
    security(("program" = [])),
)]
pub(super) async fn decline(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    groups::decline(state.app(), &caller, &InvitationKey::Id(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
