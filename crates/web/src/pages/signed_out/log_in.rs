//! The log-in page.

use app::accounts;
use app::logging_in::{self, Challenge, LogIn, LogInRefused, LogInStep, SignedIn};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use crate::AppState;
use crate::shell::{
    Cookie, Cookies, Fields, From, Href, LocalPath, MaybeSignedIn, PageError, Query, Shell, filters, redirect, render,
    render_status, with_cookie,
};

#[derive(Template)]
#[template(path = "signed_out/log_in.html")]
struct LogInPage {
    shell: Shell,
    next: LocalPath,
    login: String,
    refused: Option<String>,
}

#[derive(Deserialize, Default)]
pub(super) struct Asked {
    #[serde(default)]
    next: String,
}

pub(super) async fn page(
    MaybeSignedIn(caller): MaybeSignedIn,
    Query(asked): Query<Asked>,
    shell: Shell,
) -> Result<Response, PageError> {
    let next = LocalPath::or_home(&asked.next);
    if caller.is_some() {
        return Ok(redirect(&next));
    }
    render(&LogInPage {
        shell,
        next: next.clone(),
        login: String::new(),
        refused: None,
    })
}

pub(super) async fn submit(
    State(state): State<AppState>,
    From(visitor): From,
    cookies: Cookies,
    shell: Shell,
    fields: Fields,
) -> Result<Response, PageError> {
    let next = LocalPath::or_home(fields.get("next"));
    let typed = LogIn {
        login: fields.trimmed("login").to_owned(),
        password: fields.get("password").to_owned(),
        known_device: cookies.known_device().map(str::to_owned),
    };
    match logging_in::log_in(state.app(), &visitor, typed).await {
        Ok(LogInStep::Done(signed_in)) => admit(&state, signed_in, &next).await,
        Ok(LogInStep::SecondFactor(challenge)) => Ok(go_on("/login/second-factor", &challenge, &next)),
        Ok(LogInStep::SetUp(challenge)) => Ok(go_on("/login/set-up", &challenge, &next)),
        Err(LogInRefused::Unavailable(cause)) => Err(PageError::unavailable(cause)),
        Err(refused @ LogInRefused::Refused) => {
            let page = LogInPage {
                shell,
                next: next.clone(),
                login: fields.trimmed("login").to_owned(),
                refused: Some(refused.to_string()),
            };
            render_status(StatusCode::UNAUTHORIZED, &page)
        }
    }
}

/// In, and on to where the person wanted to go.
pub(super) async fn admit(state: &AppState, signed_in: SignedIn, next: &LocalPath) -> Result<Response, PageError> {
    let_in(state, signed_in, redirect(next)).await
}

/// To the page of the second step.
fn go_on(path: &'static str, challenge: &Challenge, next: &LocalPath) -> Response {
    let response = redirect(with_next(path, next));
    with_cookie(response, Cookie::challenge(challenge.token.clone()))
}

/// A path of the log-in with where to go after it.
pub(super) fn with_next(page: impl Into<Href>, next: &LocalPath) -> Href {
    let next = if next.as_str() == "/" { "" } else { next.as_str() };
    page.into().with(&[("next", next)])
}

/// Sets the cookies, and shows times in the zone of the person's profile.
pub(super) async fn let_in(
    state: &AppState,
    signed_in: SignedIn,
    mut response: Response,
) -> Result<Response, PageError> {
    let caller = &signed_in.caller;
    let user = accounts::get_user(state.app(), caller, &caller.person.id)
        .await
        .map_err(PageError::internal)?;
    response = with_cookie(response, Cookie::no_challenge());
    response = with_cookie(response, Cookie::device(signed_in.device_token, signed_in.max_age));
    response = with_cookie(response, Cookie::known_device(signed_in.known_device_token));
    if let Some(user) = user {
        response = with_cookie(response, Cookie::zone(user.row.time_zone));
    }
    Ok(response)
}
