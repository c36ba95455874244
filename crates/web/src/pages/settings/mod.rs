//! A member's own settings: profile, password, devices. The activity log among them is a page of `activity`.

mod connections;
mod devices;
mod email;
mod invitations;
mod memberships;
mod passkeys;
mod password;
mod privacy;
mod profile;
mod proof;
mod two_factor;
mod two_factor_actions;

use axum::response::Response;

use crate::shell::{PageError, Policy, Route, redirect};

/// The routes of these pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    let member = Policy::SignedIn;
    let mut all = vec![
        Route::get("/settings", member, first),
        Route::get("/settings/profile", member, profile::page),
        Route::post("/settings/profile", member, profile::submit),
        Route::get("/settings/password", member, password::page),
        Route::post("/settings/password", member, password::submit).secret(),
        Route::get("/settings/two-factor", member, two_factor::page),
        Route::get("/settings/two-factor/app", member, two_factor::app_page),
        Route::post("/settings/two-factor/app", member, two_factor::enable_app).secret(),
        Route::post("/settings/two-factor/sms", member, two_factor_actions::request_sms).secret(),
        Route::post(
            "/settings/two-factor/sms/confirm",
            member,
            two_factor_actions::enable_sms,
        )
        .secret(),
        Route::post("/settings/two-factor/send-code", member, two_factor_actions::send_code).secret(),
        Route::post("/settings/two-factor/turn-off", member, two_factor_actions::turn_off).secret(),
        Route::post(
            "/settings/two-factor/recovery-codes",
            member,
            two_factor_actions::recovery_codes,
        )
        .secret(),
        Route::get("/settings/email", member, email::page),
        Route::post("/settings/email", member, email::submit).secret(),
        Route::post("/settings/email/cancel", member, email::cancel),
        Route::get("/settings/passkeys", member, passkeys::page),
        Route::post("/settings/passkeys", member, passkeys::add),
        Route::post("/settings/passkeys/begin", member, passkeys::begin).secret(),
        Route::post("/settings/passkeys/confirm", member, passkeys::confirm).secret(),
        Route::get("/settings/passkeys/{id}", member, passkeys::one),
        Route::post("/settings/passkeys/{id}", member, passkeys::rename),
        Route::post("/settings/passkeys/{id}/remove", member, passkeys::remove).secret(),
        Route::get("/settings/privacy", member, privacy::page),
        Route::post("/settings/privacy/export", member, privacy::export),
        Route::get("/settings/devices", member, devices::page),
        Route::post("/settings/devices/end", member, devices::end),
        Route::post("/settings/devices/{device}/revoke", member, devices::revoke),
        Route::get("/settings/memberships", member, memberships::page),
        Route::post(
            "/settings/memberships/{group}/default",
            member,
            memberships::set_default,
        ),
        Route::post("/settings/memberships/{group}/leave", member, memberships::leave),
        Route::get("/settings/invitations", member, invitations::page),
        Route::get("/settings/invitations/live", member, invitations::stream),
        Route::post("/settings/invitations/{id}/accept", member, invitations::accept),
        Route::post("/settings/invitations/{id}/decline", member, invitations::decline),
    ];
    all.extend(connections::routes());
    all
}

async fn first() -> Result<Response, PageError> {
    Ok(redirect("/settings/profile"))
}
