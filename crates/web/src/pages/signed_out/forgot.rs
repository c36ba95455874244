//! Asking for a password reset. The answer is the same whatever was typed.

use app::accounts;
use askama::Template;
use axum::extract::State;
use axum::response::Response;

use crate::AppState;
use crate::shell::{Fields, From, PageError, Shell, filters, render};

#[derive(Template)]
#[template(path = "signed_out/forgot.html")]
struct ForgotPage {
    shell: Shell,
    asked_for: Option<String>,
}

pub(super) async fn page(shell: Shell) -> Result<Response, PageError> {
    render(&ForgotPage { shell, asked_for: None })
}

pub(super) async fn submit(
    State(state): State<AppState>,
    From(visitor): From,
    shell: Shell,
    fields: Fields,
) -> Result<Response, PageError> {
    let login = fields.trimmed("login").to_owned();
    if login.is_empty() {
        return render(&ForgotPage { shell, asked_for: None });
    }
    accounts::request_reset(state.app(), &visitor, &login)
        .await
        .map_err(PageError::unavailable)?;
    render(&ForgotPage {
        shell,
        asked_for: Some(login),
    })
}
