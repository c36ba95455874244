//! Pages of sessions: of all groups of a member, of one group, and one session with who is there.

mod actions;
mod group;
mod list;
mod lists;
mod one;
#[cfg(test)]
mod tests;

use crate::shell::{Policy, Route};

/// The routes of these pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    let member = Policy::SignedIn;
    vec![
        Route::get("/sessions", member, list::page),
        Route::post("/sessions", member, list::submit),
        Route::get("/sessions/live", member, list::stream),
        Route::get("/groups/{id}/sessions", member, group::page),
        Route::post("/groups/{id}/sessions", member, group::submit),
        Route::get("/groups/{id}/sessions/live", member, group::stream),
        Route::get("/sessions/{id}", member, one::page),
        Route::get("/sessions/{id}/live", member, one::stream),
        Route::post("/sessions/{id}/presence", member, one::presence),
        Route::post("/sessions/{id}/start", member, actions::start),
        Route::post("/sessions/{id}/join", member, actions::join),
        Route::post("/sessions/{id}/leave", member, actions::leave),
        Route::post("/sessions/{id}/edit", member, actions::edit),
        Route::post("/sessions/{id}/lock", member, actions::lock),
        Route::post("/sessions/{id}/unlock", member, actions::unlock),
        Route::post("/sessions/{id}/end", member, actions::end),
    ]
}
