//! The buttons of the page of second factors: one call each, then back to it.

use app::factors::{self, EnableSms, Factor};
use axum::extract::State;
use axum::response::Response;

use super::two_factor::{PAGE, after, proof_of};
use crate::AppState;
use crate::shell::{Fields, PageError, Shell, SignedIn, done, others_of, with_others};

pub(super) async fn request_sms(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    shell: Shell,
    fields: Fields,
) -> Result<Response, PageError> {
    let typed = EnableSms {
        phone: fields.trimmed("phone").to_owned(),
        proof: proof_of(&fields),
    };
    let outcome = factors::request_enable_sms(state.app(), &caller, typed).await;
    let outcome = outcome.map(|()| Vec::new());
    after(
        state.app(),
        &caller,
        shell,
        outcome,
        "A code is on its way. Type it below.",
    )
    .await
}

pub(super) async fn enable_sms(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    shell: Shell,
    fields: Fields,
) -> Result<Response, PageError> {
    let others = others_of(&fields);
    let outcome = factors::enable_sms(state.app(), &caller, fields.trimmed("code"), others).await;
    let text = with_others("Codes by SMS are turned on", others);
    after(state.app(), &caller, shell, outcome, &text).await
}

pub(super) async fn send_code(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
) -> Result<Response, PageError> {
    let outcome = factors::send_confirmation_code(state.app(), &caller).await;
    done(outcome, PAGE, "A code is on its way.")
}

pub(super) async fn turn_off(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    shell: Shell,
    fields: Fields,
) -> Result<Response, PageError> {
    let (factor, text) = match fields.get("factor") {
        "totp" => (Factor::Totp, "The authenticator app was removed."),
        "sms" => (Factor::Sms, "Codes by SMS were turned off."),
        _ => return Err(PageError::BadRequest("There is no such second factor.".to_owned())),
    };
    let outcome = factors::turn_off(state.app(), &caller, factor, fields.trimmed("code")).await;
    let outcome = outcome.map(|()| Vec::new());
    after(state.app(), &caller, shell, outcome, text).await
}

pub(super) async fn recovery_codes(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    shell: Shell,
    fields: Fields,
) -> Result<Response, PageError> {
    let proof = proof_of(&fields);
    let outcome = factors::new_recovery_codes(state.app(), &caller, &proof).await;
    after(state.app(), &caller, shell, outcome, "").await
}
