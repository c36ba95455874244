//! Pages of administrators about users: All Users, create, edit, Login Settings.

mod actions;
mod columns;
mod create;
mod edit;
mod filters_kept;
mod list;
mod login_settings;

use app::accounts::{AccountError, FieldError, UserDetails};
use app::{App, Caller};
use axum::response::Response;

use crate::shell::{Flash, PageError, Policy, Route, redirect_with};

/// The routes of these pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    let admin = Policy::Administrator;
    vec![
        Route::get("/users", admin, list::page),
        Route::post("/users", admin, create::submit),
        Route::get("/users/new", admin, create::page),
        Route::post("/users/columns", admin, columns::submit),
        Route::get("/users/{id}", admin, edit::page),
        Route::post("/users/{id}", admin, edit::submit),
        Route::get("/users/{id}/login-settings", admin, login_settings::page),
        Route::post("/users/{id}/login-enabled", admin, actions::login_enabled),
        Route::post("/users/{id}/service-account", admin, actions::service_account),
        Route::post("/users/{id}/roles", admin, actions::roles),
        Route::post("/users/{id}/login-addresses", admin, login_settings::addresses),
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

/// What a use case refused, as a page. Fields have pages of their own to be corrected on; here they are said at once.
pub(super) fn refused(error: AccountError) -> PageError {
    match error {
        AccountError::Forbidden => PageError::Forbidden,
        AccountError::NotFound => PageError::not_found("There is no such user, or it was removed meanwhile."),
        error @ AccountError::Invalid(_) => PageError::BadRequest(error.to_string()),
        AccountError::Unavailable(cause) => PageError::unavailable(cause),
    }
}

/// After something was done on a page: back to it, saying so; or saying why not.
pub(super) fn done(outcome: Result<(), AccountError>, back: &str, text: &str) -> Result<Response, PageError> {
    match outcome {
        Ok(()) => Ok(redirect_with(back, Flash::good(text))),
        Err(error @ AccountError::Invalid(_)) => Ok(redirect_with(back, Flash::bad(error.to_string()))),
        Err(error) => Err(refused(error)),
    }
}

/// The sentence beside a field, if there is one.
pub(super) fn error_of(errors: &[FieldError], field: &str) -> Option<String> {
    let texts: Vec<&str> = errors
        .iter()
        .filter(|error| error.field == field)
        .map(|error| error.message.as_str())
        .collect();
    (!texts.is_empty()).then(|| texts.join(" "))
}
