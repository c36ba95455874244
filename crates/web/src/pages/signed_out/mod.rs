//! Pages of people who are not signed in: log in and out, forgot, reset, activate, unlock.

mod activate;
mod confirm_email;
mod forgot;
mod invitation;
mod log_in;
mod log_out;
pub(crate) mod passkey;
mod reset;
mod second_factor;
mod set_up_factor;
mod unlock;

use crate::shell::{Policy, Route};

/// The routes of these pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/login", Policy::Public, log_in::page),
        Route::post("/login", Policy::Public, log_in::submit).secret(),
        Route::get("/login/second-factor", Policy::Public, second_factor::page),
        Route::post("/login/second-factor", Policy::Public, second_factor::submit).secret(),
        Route::post("/login/second-factor/sms", Policy::Public, second_factor::send).secret(),
        Route::get("/login/set-up", Policy::Public, set_up_factor::page),
        Route::post("/login/set-up", Policy::Public, set_up_factor::submit).secret(),
        Route::post("/login/set-up/sms", Policy::Public, set_up_factor::send).secret(),
        Route::post("/logout", Policy::Public, log_out::submit),
        Route::post("/login/passkey", Policy::Public, passkey::submit).secret(),
        Route::post("/login/passkey/begin", Policy::Public, passkey::begin).secret(),
        Route::post("/login/second-factor/passkey", Policy::Public, passkey::submit_second).secret(),
        Route::post(
            "/login/second-factor/passkey/begin",
            Policy::Public,
            passkey::begin_second,
        )
        .secret(),
        Route::get("/confirm-email", Policy::Public, confirm_email::page),
        Route::post("/confirm-email", Policy::Public, confirm_email::submit).secret(),
        Route::get("/forgot", Policy::Public, forgot::page),
        Route::post("/forgot", Policy::Public, forgot::submit).secret(),
        Route::get("/reset", Policy::Public, reset::page),
        Route::post("/reset", Policy::Public, reset::submit).secret(),
        Route::get("/activate", Policy::Public, activate::page),
        Route::post("/activate", Policy::Public, activate::submit).secret(),
        Route::get("/unlock", Policy::Public, unlock::page),
        Route::get("/invitation", Policy::Public, invitation::page),
        Route::post("/invitation", Policy::SignedIn, invitation::answer),
        Route::post("/invitation/join", Policy::Public, invitation::join).secret(),
    ]
}
