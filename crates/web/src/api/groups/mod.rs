//! `/v1/groups`, `/v1/invitations` and the caller's default group. Owns their routes and description.

mod group;
mod invitations;
mod members;
mod shapes;

use utoipa::OpenApi;

use crate::shell::{Policy, Route};

/// The routes of groups and invitations.
pub(super) fn routes() -> Vec<Route> {
    use Policy::Program;
    vec![
        Route::get("/v1/groups", Program, group::list_groups),
        Route::post("/v1/groups", Program, group::create_group),
        Route::get("/v1/groups/{id}", Program, group::get_group),
        Route::patch("/v1/groups/{id}", Program, group::edit_group),
        Route::delete("/v1/groups/{id}", Program, group::delete_group),
        Route::post("/v1/groups/{id}/leave", Program, group::leave_group),
        Route::get("/v1/groups/{id}/subgroups", Program, group::list_subgroups),
        Route::post("/v1/groups/{id}/subgroups", Program, group::create_subgroup),
        Route::put("/v1/me/default-group", Program, group::set_default_group),
        Route::get("/v1/groups/{id}/members", Program, members::list_members),
        Route::post("/v1/groups/{id}/members", Program, members::add_member),
        Route::get("/v1/groups/{id}/members/{user_id}", Program, members::get_member),
        Route::patch("/v1/groups/{id}/members/{user_id}", Program, members::change_role),
        Route::delete("/v1/groups/{id}/members/{user_id}", Program, members::remove_member),
        Route::get("/v1/groups/{id}/invitations", Program, invitations::list_invitations),
        Route::post("/v1/groups/{id}/invitations", Program, invitations::invite),
        Route::get("/v1/invitations", Program, invitations::list_my_invitations),
        Route::delete("/v1/invitations/{id}", Program, invitations::delete_invitation),
        Route::post("/v1/invitations/{id}/resend", Program, invitations::resend),
        Route::post("/v1/invitations/{id}/accept", Program, invitations::accept),
        Route::post("/v1/invitations/{id}/decline", Program, invitations::decline),
    ]
}

/// What `/openapi.json` says of them.
#[derive(OpenApi)]
#[openapi(
    paths(
        group::list_groups,
        group::create_group,
        group::get_group,
        group::edit_group,
        group::delete_group,
        group::leave_group,
        group::list_subgroups,
        group::create_subgroup,
        group::set_default_group,
        members::list_members,
        members::add_member,
        members::get_member,
        members::change_role,
        members::remove_member,
        invitations::list_invitations,
        invitations::invite,
        invitations::list_my_invitations,
        invitations::delete_invitation,
        invitations::resend,
        invitations::accept,
        invitations::decline,
    ),
    tags((name = "Groups"), (name = "Invitations"))
)]
pub(super) struct Document;
