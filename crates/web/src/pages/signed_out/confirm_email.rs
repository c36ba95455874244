//! Confirming a new e-mail address with the link that was mailed there. The link only opens a page: a mail scanner
//! that follows it changes nothing.

use app::accounts::{self, LinkError, PendingEmail};
use app::{FieldError, Visitor};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use crate::AppState;
use crate::shell::{
    Fields, Flash, From, MaybeSignedIn, PageError, Query, Shell, filters, others_of, redirect_with, render_status,
    with_others,
};

#[derive(Template)]
#[template(path = "signed_out/confirm_email.html")]
struct ConfirmEmailPage {
    shell: Shell,
    token: String,
    pending: Option<PendingEmail>,
    errors: Vec<FieldError>,
}

#[derive(Deserialize, Default)]
pub(super) struct Asked {
    #[serde(default)]
    token: String,
}

pub(super) async fn page(
    State(state): State<AppState>,
    From(visitor): From,
    Query(asked): Query<Asked>,
    shell: Shell,
) -> Result<Response, PageError> {
    show(&state, &visitor, shell, (asked.token, Vec::new())).await
}

pub(super) async fn submit(
    State(state): State<AppState>,
    From(visitor): From,
    MaybeSignedIn(caller): MaybeSignedIn,
    shell: Shell,
    fields: Fields,
) -> Result<Response, PageError> {
    let (token, others) = (fields.get("token"), others_of(&fields));
    match accounts::confirm_email_change(state.app(), &visitor, token, others).await {
        Ok(()) => {
            let next = caller.map_or("/login", |_| "/settings/email");
            let text = with_others("Your e-mail address was changed", others);
            Ok(redirect_with(next, Flash::good(text)))
        }
        Err(LinkError::Gone) => show(&state, &visitor, shell, (String::new(), Vec::new())).await,
        Err(LinkError::Invalid(errors)) => show(&state, &visitor, shell, (token.to_owned(), errors)).await,
        Err(LinkError::Unavailable(cause)) => Err(PageError::unavailable(cause)),
    }
}

async fn show(
    state: &AppState,
    visitor: &Visitor,
    shell: Shell,
    (token, errors): (String, Vec<FieldError>),
) -> Result<Response, PageError> {
    let pending = accounts::peek_email_change(state.app(), visitor, &token).await;
    let pending = pending.map_err(PageError::unavailable)?;
    let status = match (&pending, errors.is_empty()) {
        (None, _) => StatusCode::GONE,
        (Some(_), true) => StatusCode::OK,
        (Some(_), false) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let page = ConfirmEmailPage {
        shell,
        token,
        pending,
        errors,
    };
    render_status(status, &page)
}
