//! Saved searches: the page they are managed on, and what is done with them.

mod form;
mod list;
#[cfg(test)]
mod tests;

use crate::shell::{Policy, Route};

/// The routes of these pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    let member = Policy::SignedIn;
    vec![
        Route::get("/saved-searches", member, list::page),
        Route::post("/saved-searches", member, form::create),
        Route::get("/saved-searches/{id}", member, form::page),
        Route::post("/saved-searches/{id}", member, form::edit),
        Route::post("/saved-searches/{id}/copy", member, list::copy),
        Route::post("/saved-searches/{id}/delete", member, list::delete),
    ]
}
