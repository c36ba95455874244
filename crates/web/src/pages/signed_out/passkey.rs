//! Logging in with a passkey, alone or after the password: what the script asks the authenticator, and the form it
//! fills in with the answer.

use app::logging_in::{LogInRefused, SecondFactorRefused};
use app::passkeys::{self, Answered, Ceremony};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde_json::json;

use super::log_in::{let_in, with_next};
use super::second_factor::again;
use crate::AppState;
use crate::shell::{Cookies, Fields, Flash, From, LocalPath, PageError, redirect, redirect_with};

/// A question as the script reads it.
pub(crate) fn question(asked: Ceremony) -> Response {
    Json(json!({ "ceremony": asked.token, "options": asked.options })).into_response()
}

/// Why there is no question, as the script shows it.
pub(crate) fn no_question(status: StatusCode, text: impl Into<String>) -> Response {
    (status, Json(json!({ "error": text.into() }))).into_response()
}

/// The answer in the fields that the script filled in.
pub(crate) fn answered(fields: &Fields) -> Answered {
    Answered {
        token: fields.get("ceremony").to_owned(),
        credential: fields.get("credential").to_owned(),
    }
}

pub(super) async fn begin(State(state): State<AppState>, From(visitor): From) -> Result<Response, PageError> {
    let asked = passkeys::begin_log_in(state.app(), &visitor).await;
    Ok(match asked.map_err(PageError::unavailable)? {
        Some(asked) => question(asked),
        None => no_question(StatusCode::CONFLICT, "Passkeys cannot be used at this address."),
    })
}

pub(super) async fn submit(
    State(state): State<AppState>,
    From(visitor): From,
    cookies: Cookies,
    fields: Fields,
) -> Result<Response, PageError> {
    let next = LocalPath::or_home(fields.get("next"));
    let answered = answered(&fields);
    match passkeys::log_in(state.app(), &visitor, &answered, cookies.known_device()).await {
        Ok(signed_in) => let_in(&state, signed_in, redirect(&next)).await,
        Err(LogInRefused::Unavailable(cause)) => Err(PageError::unavailable(cause)),
        Err(LogInRefused::Refused) => {
            let text = "This passkey is not right, or its account cannot log in now. Try again, or use your password.";
            Ok(redirect_with(with_next("/login", &next), Flash::bad(text)))
        }
    }
}

pub(super) async fn begin_second(
    State(state): State<AppState>,
    From(visitor): From,
    cookies: Cookies,
) -> Result<Response, PageError> {
    let token = cookies.challenge().unwrap_or_default();
    match passkeys::begin_second_factor(state.app(), &visitor, token).await {
        Ok(asked) => Ok(question(asked)),
        Err(SecondFactorRefused::Unavailable(cause)) => Err(PageError::unavailable(cause)),
        Err(SecondFactorRefused::Wrong) => Ok(no_question(
            StatusCode::CONFLICT,
            "Passkeys cannot be used at this address. Use another way.",
        )),
        Err(error @ SecondFactorRefused::Expired) => Ok(no_question(StatusCode::GONE, error.to_string())),
    }
}

pub(super) async fn submit_second(
    State(state): State<AppState>,
    From(visitor): From,
    cookies: Cookies,
    fields: Fields,
) -> Result<Response, PageError> {
    let next = LocalPath::or_home(fields.get("next"));
    let token = cookies.challenge().unwrap_or_default();
    let (answered, remember) = (answered(&fields), fields.ticked("remember"));
    match passkeys::second_factor(state.app(), &visitor, token, &answered, remember).await {
        Ok(signed_in) => let_in(&state, signed_in, redirect(&next)).await,
        Err(SecondFactorRefused::Unavailable(cause)) => Err(PageError::unavailable(cause)),
        Err(SecondFactorRefused::Expired) => Ok(again(&next)),
        Err(SecondFactorRefused::Wrong) => {
            let text = "This passkey is not right, or the account cannot log in now. Try again, or use another way.";
            let back = with_next("/login/second-factor", &next);
            Ok(redirect_with(&back, Flash::bad(text)))
        }
    }
}
