//! The activity view in its four scopes, the page of one activity, and the export of a view. Owns their
//! handlers and page structs; decides nothing, asks `app`.

mod export;
mod one;
mod row;
mod scopes;
mod state;
#[cfg(test)]
pub(crate) mod tests;
mod view;

use crate::shell::{Policy, Route};

pub(crate) use export::export_error;
pub(crate) use state::UrlState;
pub(crate) use view::page_error;

/// The routes of these pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/activity", Policy::ReaderOfAll, scopes::everything),
        Route::get("/activity/export", Policy::ReaderOfAll, export::everything_form),
        Route::post("/activity/export", Policy::ReaderOfAll, export::everything),
        Route::get("/settings/activity-logs", Policy::SignedIn, scopes::mine),
        Route::get("/settings/activity-logs/export", Policy::SignedIn, export::mine_form),
        Route::post("/settings/activity-logs/export", Policy::SignedIn, export::mine),
        Route::get("/users/{id}/activity", Policy::ReaderOfAll, scopes::user),
        Route::get("/users/{id}/activity/csv", Policy::ReaderOfAll, scopes::user_csv),
        Route::post("/users/{id}/activity/csv", Policy::ReaderOfAll, scopes::generate),
        Route::get("/users/{id}/activity/export", Policy::ReaderOfAll, export::user_form),
        Route::post("/users/{id}/activity/export", Policy::ReaderOfAll, export::user),
        Route::get("/groups/{id}/activity", Policy::SignedIn, scopes::group),
        Route::get("/groups/{id}/activity/export", Policy::SignedIn, export::group_form),
        Route::post("/groups/{id}/activity/export", Policy::SignedIn, export::group),
        Route::get("/activities/{id}", Policy::SignedIn, one::activity),
    ]
}
