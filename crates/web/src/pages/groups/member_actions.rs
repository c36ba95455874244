//! The buttons of the members of a group: one call each, then back to the page.

use app::accounts;
use app::groups::{self, GroupRole};
use axum::extract::{Path, State};
use axum::response::Response;

use super::role_of;
use crate::AppState;
use crate::shell::{Fields, Flash, Href, LocalPath, PageError, SignedIn, done, redirect_with, refused};

/// Where the form came from: this page of the members, or the first.
fn back(fields: &Fields, group: &str) -> Href {
    let first = || Href::to(&["groups", group]);
    fields
        .opt("back")
        .map_or_else(first, |path| Href::from(&LocalPath::or_home(path)))
}

pub(super) async fn change_role(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Path((group, user)): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, PageError> {
    let role = role_of(fields.get("role"))?;
    let expected = fields.get("version").parse().ok();
    let changed = groups::change_role(state.app(), &caller, &group, &user, role, expected).await;
    let text = match &changed {
        Ok(member) => format!("{} is {} now.", member.person.name, said(member.role)),
        Err(_) => String::new(),
    };
    done(changed.map(drop), back(&fields, &group), &text)
}

fn said(role: GroupRole) -> &'static str {
    match role {
        GroupRole::Owner => "an owner",
        GroupRole::Administrator => "an administrator of the group",
        GroupRole::Member => "a member",
    }
}

pub(super) async fn remove(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Path((group, user)): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, PageError> {
    let removed = groups::remove_member(state.app(), &caller, &group, &user).await;
    // Whoever left may not see the page they did it on.
    if removed.is_ok() && user == caller.person.id {
        return Ok(redirect_with("/groups", Flash::good("You left the group.")));
    }
    done(removed, back(&fields, &group), "Removed from the group.")
}

pub(super) async fn add(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(group): Path<String>,
    fields: Fields,
) -> Result<Response, PageError> {
    let back = Href::to(&["groups", &group]);
    let login = fields.trimmed("login");
    let role = role_of(fields.get("role"))?;
    let found = accounts::find_user(state.app(), &caller, login).await;
    let Some(user) = found.map_err(refused)? else {
        let text = format!("Nobody has the username or e-mail address {login}. Type it in full.");
        return Ok(redirect_with(&back, Flash::bad(text)));
    };
    let added = groups::add_member(state.app(), &caller, &group, &user.id, role).await;
    let text = match &added {
        Ok(member) => format!("{} is {} now.", member.person.name, said(member.role)),
        Err(_) => String::new(),
    };
    done(added.map(drop), &back, &text)
}
