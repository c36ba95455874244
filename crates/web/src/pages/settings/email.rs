//! A member's e-mail address: asking for another one, and taking that back. Nothing changes before the link in the mail is
//! opened, until then it can be cancelled here. Afterwards no button puts the address back: whoever had got hold of the
//! mailbox before would get the account with it, so the address before is to be confirmed like any other.

use app::accounts::{self, PendingEmail, RequestEmailChange};
use app::{ChangeError, FieldError};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::proof::{self, proof_of};
use crate::AppState;
use crate::shell::{
    Fields, Flash, PageError, Shell, SignedIn, done, error_of, filters, redirect_with, refused, render_status,
};

#[derive(Template)]
#[template(path = "settings/email.html")]
struct EmailPage {
    shell: Shell,
    username: String,
    email: String,
    typed: String,
    pending: Option<PendingEmail>,
    takes_codes: bool,
    errors: Vec<FieldError>,
}

impl EmailPage {
    fn error(&self, field: &str) -> Option<String> {
        error_of(&self.errors, field)
    }
}

const HERE: &str = "/settings/email";

pub(super) async fn page(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    shell: Shell,
) -> Result<Response, PageError> {
    show(&state, caller, shell, (String::new(), Vec::new())).await
}

pub(super) async fn submit(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    shell: Shell,
    fields: Fields,
) -> Result<Response, PageError> {
    let typed = RequestEmailChange {
        email: fields.trimmed("email").to_owned(),
        proof: proof_of(&fields),
    };
    let email = typed.email.clone();
    match accounts::request_email_change(state.app(), &caller, typed).await {
        Ok(()) => {
            let text = format!("A mail with a link is on its way to {email}. Your address changes once you open it.");
            Ok(redirect_with(HERE, Flash::good(text)))
        }
        Err(ChangeError::Invalid(errors)) => show(&state, caller, shell, (email, errors)).await,
        Err(error @ ChangeError::Conflict(_)) => Ok(redirect_with(HERE, Flash::bad(error.to_string()))),
        Err(error) => Err(refused(error)),
    }
}

pub(super) async fn cancel(State(state): State<AppState>, SignedIn(caller): SignedIn) -> Result<Response, PageError> {
    match accounts::cancel_email_change(state.app(), &caller).await {
        // Cancelled already, or confirmed meanwhile: the page shows which.
        Err(ChangeError::NotFound) => Ok(redirect_with(HERE, Flash::bad("There was nothing left to cancel."))),
        outcome => done(outcome, HERE, "Cancelled. Your e-mail address stays as it is."),
    }
}

async fn show(
    state: &AppState,
    caller: app::Caller,
    shell: Shell,
    (typed, errors): (String, Vec<FieldError>),
) -> Result<Response, PageError> {
    let pending = accounts::pending_email_change(state.app(), &caller).await;
    let status = match errors.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let page = EmailPage {
        shell,
        takes_codes: proof::takes_codes(state, &caller).await?,
        username: caller.person.username,
        email: caller.person.email,
        typed,
        pending: pending.map_err(PageError::unavailable)?,
        errors,
    };
    render_status(status, &page)
}
