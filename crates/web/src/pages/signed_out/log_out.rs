//! Logging out.

use app::devices;
use axum::extract::State;
use axum::response::Response;

use crate::AppState;
use crate::shell::{Cookie, Flash, From, MaybeSignedIn, PageError, redirect_with, with_cookie};

pub(super) async fn submit(
    State(state): State<AppState>,
    From(visitor): From,
    MaybeSignedIn(caller): MaybeSignedIn,
) -> Result<Response, PageError> {
    match caller {
        Some(caller) => devices::log_out(state.app(), &caller)
            .await
            .map_err(PageError::unavailable)?,
        // Not signed in, or not from here: what the cookie opens elsewhere ends as well.
        None => devices::log_out_browser(state.app(), &visitor)
            .await
            .map_err(PageError::unavailable)?,
    }
    let response = redirect_with("/login", Flash::good("You are logged out."));
    Ok(with_cookie(
        with_cookie(response, Cookie::no_device()),
        Cookie::no_challenge(),
    ))
}
