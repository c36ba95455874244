//! Pages of people who are not signed in: log in and out, forgot, reset, activate, unlock.

mod activate;
mod forgot;
mod log_in;
mod log_out;
mod reset;
mod unlock;

use crate::shell::{Policy, Route};

/// The routes of these pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/login", Policy::Public, log_in::page),
        Route::post("/login", Policy::Public, log_in::submit).secret(),
        Route::post("/logout", Policy::Public, log_out::submit),
        Route::get("/forgot", Policy::Public, forgot::page),
        Route::post("/forgot", Policy::Public, forgot::submit).secret(),
        Route::get("/reset", Policy::Public, reset::page),
        Route::post("/reset", Policy::Public, reset::submit).secret(),
        Route::get("/activate", Policy::Public, activate::page),
        Route::post("/activate", Policy::Public, activate::submit).secret(),
        Route::get("/unlock", Policy::Public, unlock::page),
    ]
}
