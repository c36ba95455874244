//! Administration beside users: the outbox, and applications and API keys.

mod api_keys;
mod outbox;

use crate::shell::{Policy, Route};

/// The routes of these pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    let admin = Policy::Administrator;
    vec![
        Route::get("/admin/outbox", admin, outbox::page),
        Route::post("/admin/outbox/{id}/retry", admin, outbox::retry),
        Route::post("/admin/outbox/{id}/delete", admin, outbox::delete),
        Route::get("/admin/api-keys", admin, api_keys::page),
        Route::post("/admin/api-keys", admin, api_keys::create),
        Route::post("/admin/api-keys/{id}/revoke", admin, api_keys::revoke),
    ]
}
