//! A member's connections: who is connected, who asked, whom they asked, whom they block; and finding somebody.

mod actions;
mod page;

use crate::shell::{Policy, Route};

const HERE: &str = "/settings/connections";

/// The routes of this page.
pub(super) fn routes() -> Vec<Route> {
    let member = Policy::SignedIn;
    vec![
        Route::get("/settings/connections", member, page::page),
        Route::post("/settings/connections", member, actions::request),
        Route::get("/settings/connections/live", member, page::stream),
        Route::get("/settings/connections/find", member, page::start),
        Route::post("/settings/connections/find", member, page::find),
        Route::post("/settings/connections/{user}/accept", member, actions::accept),
        Route::post("/settings/connections/{user}/reject", member, actions::reject),
        Route::post("/settings/connections/{user}/cancel", member, actions::cancel),
        Route::post("/settings/connections/{user}/remove", member, actions::remove),
        Route::post("/settings/connections/{user}/block", member, actions::block),
        Route::post("/settings/connections/{user}/unblock", member, actions::unblock),
    ]
}
