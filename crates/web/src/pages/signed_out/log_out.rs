//! Logging out.

use app::accounts;
use axum::extract::State;
use axum::response::Response;

use crate::AppState;
use crate::shell::{Cookie, Flash, MaybeSignedIn, PageError, redirect_with, with_cookie};

pub(super) async fn submit(
    State(state): State<AppState>,
    MaybeSignedIn(caller): MaybeSignedIn,
) -> Result<Response, PageError> {
    if let Some(caller) = caller {
        accounts::log_out(state.app(), &caller)
            .await
            .map_err(PageError::unavailable)?;
    }
    Ok(with_cookie(
        redirect_with("/login", Flash::good("You are logged out.")),
        Cookie::no_device(),
    ))
}
