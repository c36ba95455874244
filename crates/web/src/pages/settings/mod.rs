//! A member's own settings: profile, password, devices. The activity log among them is a page of `activity`.

mod devices;
mod password;
mod profile;

use axum::response::Response;

use crate::shell::{PageError, Policy, Route, redirect};

/// The routes of these pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    let member = Policy::SignedIn;
    vec![
        Route::get("/settings", member, first),
        Route::get("/settings/profile", member, profile::page),
        Route::post("/settings/profile", member, profile::submit),
        Route::get("/settings/password", member, password::page),
        Route::post("/settings/password", member, password::submit).secret(),
        Route::get("/settings/devices", member, devices::page),
        Route::post("/settings/devices/end", member, devices::end),
        Route::post("/settings/devices/{device}/revoke", member, devices::revoke),
    ]
}

async fn first() -> Result<Response, PageError> {
    Ok(redirect("/settings/profile"))
}
