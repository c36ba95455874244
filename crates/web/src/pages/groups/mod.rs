//! Pages of groups: the list, and of one group its members, invitations, subgroups and settings. The pages of its
//! sessions and of its log are with sessions and the activity view; what stands above all of them is here.

mod create;
mod edit;
mod head;
mod invitations;
mod list;
mod member_actions;
mod members;
mod subgroups;
#[cfg(test)]
mod tests;

use app::groups::GroupRole;

use crate::shell::{PageError, Policy, Route};

pub(crate) use head::GroupShell;

/// Rows of one page.
const LIMIT: u32 = 50;

/// The routes of these pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    let member = Policy::SignedIn;
    vec![
        Route::get("/groups", member, list::page),
        Route::get("/groups/new", member, create::page),
        Route::post("/groups/new", member, create::submit),
        Route::get("/groups/{id}", member, members::page),
        Route::get("/groups/{id}/live", member, members::stream),
        Route::post("/groups/{id}/members", member, member_actions::add),
        Route::post("/groups/{id}/members/{user}/role", member, member_actions::change_role),
        Route::post("/groups/{id}/members/{user}/remove", member, member_actions::remove),
        Route::get("/groups/{id}/invitations", member, invitations::page),
        Route::post("/groups/{id}/invitations", member, invitations::submit),
        Route::post(
            "/groups/{id}/invitations/{invitation}/resend",
            member,
            invitations::resend,
        ),
        Route::post(
            "/groups/{id}/invitations/{invitation}/delete",
            member,
            invitations::delete,
        ),
        Route::get("/groups/{id}/subgroups", member, subgroups::page),
        Route::post("/groups/{id}/subgroups", member, subgroups::submit),
        Route::get("/groups/{id}/settings", member, edit::page),
        Route::post("/groups/{id}/settings", member, edit::submit),
        Route::post("/groups/{id}/delete", member, edit::delete),
    ]
}

/// A role as pages say it.
pub(crate) fn role_name(role: &GroupRole) -> &'static str {
    match role {
        GroupRole::Owner => "Owner",
        GroupRole::Administrator => "Administrator",
        GroupRole::Member => "Member",
    }
}

/// The role a form names.
fn role_of(code: &str) -> Result<GroupRole, PageError> {
    GroupRole::from_code(code).ok_or_else(|| {
        PageError::bad_request(format!(
            "There is no role `{code}`; choose owner, administrator or member."
        ))
    })
}
