//! The activity view in its four scopes, the page of one activity, and the export of a view. Owns their
//! handlers and page structs; decides nothing, asks `app`.

mod advanced;
mod complete;
mod days;
mod display;
mod export;
mod export_choice;
mod facets;
mod histogram;
mod links;
mod one;
mod opened;
mod query_box;
mod range;
mod row;
mod saved;
mod scopes;
mod state;
mod tail;
#[cfg(test)]
pub(crate) mod tests;
mod view;
mod who;

use crate::shell::{Policy, Route};

pub(crate) use export::export_error;
pub(crate) use saved::{address as saved_address, groups as saved_groups};
pub(crate) use state::UrlState;
pub(crate) use view::page_error;

/// The routes of these pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/activity", Policy::ReaderOfAll, scopes::everything),
        Route::get("/activity/export", Policy::ReaderOfAll, export::everything_form),
        Route::post("/activity/export", Policy::ReaderOfAll, export::everything),
        Route::post("/activity/display", Policy::SignedIn, display::submit),
        Route::get("/activity/tail", Policy::ReaderOfAll, tail::everything),
        Route::get("/settings/activity-logs", Policy::SignedIn, scopes::mine),
        Route::get("/settings/activity-logs/export", Policy::SignedIn, export::mine_form),
        Route::post("/settings/activity-logs/export", Policy::SignedIn, export::mine),
        Route::get("/settings/activity-logs/tail", Policy::SignedIn, tail::mine),
        Route::get("/users/{id}/activity/tail", Policy::ReaderOfAll, tail::user),
        Route::get("/groups/{id}/activity/tail", Policy::SignedIn, tail::group),
        Route::get("/users/{id}/activity", Policy::ReaderOfAll, scopes::user),
        Route::get("/users/{id}/activity/csv", Policy::ReaderOfAll, scopes::user_csv),
        Route::post("/users/{id}/activity/csv", Policy::ReaderOfAll, scopes::generate),
        Route::get("/users/{id}/activity/export", Policy::ReaderOfAll, export::user_form),
        Route::post("/users/{id}/activity/export", Policy::ReaderOfAll, export::user),
        Route::get("/groups/{id}/activity", Policy::SignedIn, scopes::group),
        Route::get("/groups/{id}/activity/export", Policy::SignedIn, export::group_form),
        Route::post("/groups/{id}/activity/export", Policy::SignedIn, export::group),
        Route::get("/activity/complete", Policy::ReaderOfAll, complete::everything),
        Route::get("/settings/activity-logs/complete", Policy::SignedIn, complete::mine),
        Route::get("/users/{id}/activity/complete", Policy::ReaderOfAll, complete::user),
        Route::get("/groups/{id}/activity/complete", Policy::SignedIn, complete::group),
        Route::get("/activity/advanced", Policy::ReaderOfAll, advanced::everything),
        Route::get("/settings/activity-logs/advanced", Policy::SignedIn, advanced::mine),
        Route::get("/users/{id}/activity/advanced", Policy::ReaderOfAll, advanced::user),
        Route::get("/groups/{id}/activity/advanced", Policy::SignedIn, advanced::group),
        Route::get("/activities/{id}", Policy::SignedIn, one::activity),
        Route::get("/activities/{id}/open", Policy::SignedIn, one::open),
    ]
}
