//! What to do when an account is locked: the same for everybody, so that it tells nothing about any account.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use crate::AppState;
use crate::shell::{PageError, Shell, filters, render};

#[derive(Template)]
#[template(path = "signed_out/unlock.html")]
struct UnlockPage {
    shell: Shell,
    lock_after: u32,
    lock_minutes: u32,
}

pub(super) async fn page(State(state): State<AppState>, shell: Shell) -> Result<Response, PageError> {
    let settings = &state.app().settings().password;
    render(&UnlockPage {
        shell,
        lock_after: settings.lock_after,
        lock_minutes: settings.lock_minutes,
    })
}
