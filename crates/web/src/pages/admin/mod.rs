//! Administration beside users: the outbox, and applications and API keys.

mod api_keys;
mod applications;
mod outbox;

use crate::shell::{Policy, Route};

/// The routes of these pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    let admin = Policy::Administrator;
    vec![
        Route::get("/admin/outbox", admin, outbox::page),
        Route::post("/admin/outbox/{id}/show", admin, outbox::show),
        Route::post("/admin/outbox/{id}/retry", admin, outbox::retry),
        Route::post("/admin/outbox/{id}/delete", admin, outbox::delete),
        Route::get("/admin/applications", admin, applications::page),
        Route::post("/admin/applications", admin, applications::register),
        Route::get("/admin/applications/{id}", admin, applications::one),
        Route::post("/admin/applications/{id}", admin, applications::edit),
        Route::post("/admin/applications/{id}/disable", admin, applications::disable),
        Route::post("/admin/applications/{id}/enable", admin, applications::enable),
        Route::post("/admin/applications/{id}/key", admin, applications::rotate_key),
        Route::post("/admin/applications/{id}/delete", admin, applications::delete),
        Route::get("/admin/api-keys", admin, api_keys::page),
        Route::post("/admin/api-keys", admin, api_keys::create),
        Route::post("/admin/api-keys/{id}/revoke", admin, api_keys::revoke),
    ]
}
