//! Activating an account with the link of an activation mail.

use app::accounts::{self, LinkError, LinkPurpose};
use axum::extract::State;
use axum::response::Response;

use super::reset::{Asked, offer, refused, repeated};
use crate::AppState;
use crate::shell::{Fields, Flash, From, PageError, Query, Shell, redirect_with};

pub(super) async fn page(
    State(state): State<AppState>,
    From(visitor): From,
    Query(asked): Query<Asked>,
    shell: Shell,
) -> Result<Response, PageError> {
    offer(&state, &visitor, shell, LinkPurpose::Activation, asked).await
}

pub(super) async fn submit(
    State(state): State<AppState>,
    From(visitor): From,
    shell: Shell,
    fields: Fields,
) -> Result<Response, PageError> {
    let (token, password) = (fields.get("token"), fields.get("password"));
    let outcome = match repeated(&fields) {
        Ok(()) => accounts::activate(state.app(), &visitor, token, password).await,
        Err(error) => Err(LinkError::Invalid(vec![error])),
    };
    match outcome {
        Ok(()) => Ok(redirect_with(
            "/login",
            Flash::good("Your account is active. Log in with your new password."),
        )),
        Err(error) => refused(&state, &visitor, shell, (LinkPurpose::Activation, token), error).await,
    }
}
