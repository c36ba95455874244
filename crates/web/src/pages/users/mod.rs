//! Pages about users: All Users and Login Settings, which auditors read and administrators act in; create and edit.

mod actions;
mod columns;
mod create;
mod edit;
mod filters_kept;
mod in_group;
mod list;
mod login_settings;

use app::accounts::UserDetails;
use app::{App, Caller};

use crate::shell::{PageError, Policy, Route, refused};

/// The routes of these pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    let (admin, reader) = (Policy::Administrator, Policy::ReaderOfAll);
    vec![
        Route::get("/users", reader, list::page),
        Route::get("/users/new", admin, create::page),
        Route::post("/users/new", admin, create::submit),
        Route::post("/users/columns", reader, columns::submit),
        Route::get("/users/{id}", admin, edit::page),
        Route::post("/users/{id}", admin, edit::submit),
        Route::get("/users/{id}/login-settings", reader, login_settings::page),
        Route::post("/users/{id}/login-settings", admin, login_settings::addresses),
        Route::post("/users/{id}/login-enabled", admin, actions::login_enabled),
        Route::post("/users/{id}/service-account", admin, actions::service_account),
        Route::post("/users/{id}/roles", admin, actions::roles),
        Route::post("/users/{id}/require-mfa", admin, actions::require_mfa),
        Route::post("/users/{id}/reset-mfa", admin, actions::reset_mfa),
        Route::post("/users/{id}/unlock", admin, actions::unlock),
        Route::post("/users/{id}/activation", admin, actions::activation),
        Route::post("/users/{id}/devices/end", admin, actions::end_devices),
        Route::post("/users/{id}/devices/{device}/revoke", admin, actions::revoke_device),
    ]
}

/// The user, or the page that says there is none.
async fn user(app: &App, caller: &Caller, id: &str) -> Result<UserDetails, PageError> {
    let found = app::accounts::get_user(app, caller, id).await.map_err(refused)?;
    found.ok_or_else(|| {
        PageError::not_found("There is no such user. It may have been a mistyped address; look in All Users.")
    })
}
