//! Choosing another password with the link of a reset mail.

use app::accounts::{self, Link, LinkError, LinkPurpose};
use app::{FieldError, Visitor};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use crate::AppState;
use crate::shell::{
    Cookie, Fields, Flash, From, PageError, Query, Shell, error_of, filters, redirect_with, render_status, with_cookie,
};

#[derive(Template)]
#[template(path = "signed_out/choose_password.html")]
pub(super) struct ChoosePasswordPage {
    pub(super) shell: Shell,
    pub(super) purpose: LinkPurpose,
    pub(super) token: String,
    pub(super) link: Option<Link>,
    pub(super) least: usize,
    pub(super) password_error: Option<String>,
    pub(super) repeat_error: Option<String>,
}

impl ChoosePasswordPage {
    fn title(&self) -> &'static str {
        match (self.purpose, &self.link) {
            (_, None) => "This link does not work any more",
            (LinkPurpose::Activation, _) => "Activate your account",
            (LinkPurpose::Reset, _) => "Choose another password",
        }
    }

    fn action(&self) -> &'static str {
        match self.purpose {
            LinkPurpose::Activation => "/activate",
            LinkPurpose::Reset => "/reset",
        }
    }
}

#[derive(Deserialize, Default)]
pub(super) struct Asked {
    #[serde(default)]
    pub(super) token: String,
}

pub(super) async fn page(
    State(state): State<AppState>,
    From(visitor): From,
    Query(asked): Query<Asked>,
    shell: Shell,
) -> Result<Response, PageError> {
    offer(&state, &visitor, shell, LinkPurpose::Reset, asked).await
}

pub(super) async fn submit(
    State(state): State<AppState>,
    From(visitor): From,
    shell: Shell,
    fields: Fields,
) -> Result<Response, PageError> {
    let (token, password) = (fields.get("token"), fields.get("password"));
    let outcome = match repeated(&fields) {
        Ok(()) => accounts::reset_password(state.app(), &visitor, token, password).await,
        Err(error) => Err(LinkError::Invalid(vec![error])),
    };
    match outcome {
        Ok(()) => {
            let flash = Flash::good("Your password was changed. Log in with the new one.");
            Ok(with_cookie(redirect_with("/login", flash), Cookie::no_device()))
        }
        Err(error) => refused(&state, &visitor, shell, (LinkPurpose::Reset, token), error).await,
    }
}

/// The page behind a link.
pub(super) async fn offer(
    state: &AppState,
    visitor: &Visitor,
    shell: Shell,
    purpose: LinkPurpose,
    asked: Asked,
) -> Result<Response, PageError> {
    let link = accounts::peek_link(state.app(), visitor, purpose, &asked.token).await;
    show(
        shell,
        purpose,
        (asked.token, link.map_err(PageError::unavailable)?),
        &[],
    )
}

/// The page again, with what is wrong.
pub(super) async fn refused(
    state: &AppState,
    visitor: &Visitor,
    shell: Shell,
    (purpose, token): (LinkPurpose, &str),
    error: LinkError,
) -> Result<Response, PageError> {
    match error {
        LinkError::Unavailable(cause) => Err(PageError::unavailable(cause)),
        LinkError::Gone => show(shell, purpose, (token.to_owned(), None), &[]),
        LinkError::Invalid(errors) => {
            let link = accounts::peek_link(state.app(), visitor, purpose, token).await;
            show(
                shell,
                purpose,
                (token.to_owned(), link.map_err(PageError::unavailable)?),
                &errors,
            )
        }
    }
}

/// The page to choose a password on, or the one that says the link does not work.
fn show(
    shell: Shell,
    purpose: LinkPurpose,
    (token, link): (String, Option<Link>),
    errors: &[FieldError],
) -> Result<Response, PageError> {
    let status = match (&link, errors) {
        (None, _) => StatusCode::GONE,
        (Some(_), []) => StatusCode::OK,
        (Some(_), _) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let least = link.as_ref().map_or(0, |link| link.least_password);
    let page = ChoosePasswordPage {
        shell,
        purpose,
        token,
        link,
        least,
        password_error: error_of(errors, "password"),
        repeat_error: error_of(errors, "repeat"),
    };
    render_status(status, &page)
}

/// The password is typed twice; what differs is said before anything is asked of the account.
pub(super) fn repeated(fields: &Fields) -> Result<(), FieldError> {
    if fields.get("password") == fields.get("repeat") {
        return Ok(());
    }
    Err(FieldError {
        field: "repeat",
        message: "The two passwords differ; type the same one twice.".to_owned(),
    })
}
