//! The second step of a log-in: a code of the authenticator app, one by SMS, or a recovery code.

use app::factors::{Answer, Method, SendRefused};
use app::logging_in::{self, SecondFactorRefused, Waiting};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::log_in::{admit, with_next};
use crate::AppState;
use crate::shell::{
    Cookies, Fields, Flash, From, Href, LocalPath, PageError, Query, Shell, filters, redirect_with, render,
    render_status,
};

#[derive(Template)]
#[template(path = "signed_out/second_factor.html")]
struct SecondFactorPage {
    shell: Shell,
    waiting: Waiting,
    /// The code of the method whose form is shown.
    method: String,
    next: LocalPath,
    refused: Option<String>,
}

impl SecondFactorPage {
    fn new(shell: Shell, waiting: Waiting, method: &str, next: &LocalPath) -> Self {
        let methods = &waiting.challenge.methods;
        let wanted = methods.iter().find(|offered| offered.code() == method);
        // A passkey has a button of its own; the form is for codes.
        let first = methods.iter().find(|offered| **offered != Method::Passkey);
        let method = wanted.or(first).map_or("recovery", Method::code).to_owned();
        Self {
            shell,
            waiting,
            method,
            next: next.clone(),
            refused: None,
        }
    }

    fn offers(&self, method: &str) -> bool {
        self.waiting
            .challenge
            .methods
            .iter()
            .any(|offered| offered.code() == method)
    }

    fn hint(&self) -> &str {
        let methods = &self.waiting.challenge.methods;
        methods
            .iter()
            .find_map(|offered| match offered {
                Method::Sms { hint } => Some(hint.as_str()),
                _ => None,
            })
            .unwrap_or_default()
    }

    fn other(&self, method: &str) -> Href {
        with_next(
            Href::from("/login/second-factor").with(&[("method", method)]),
            &self.next,
        )
    }
}

#[derive(Deserialize, Default)]
pub(super) struct Asked {
    #[serde(default)]
    next: String,
    #[serde(default)]
    method: String,
}

pub(super) async fn page(
    State(state): State<AppState>,
    From(visitor): From,
    Query(asked): Query<Asked>,
    cookies: Cookies,
    shell: Shell,
) -> Result<Response, PageError> {
    let next = LocalPath::or_home(&asked.next);
    let waiting = logging_in::peek_challenge(state.app(), &visitor, cookies.challenge().unwrap_or_default()).await;
    match waiting.map_err(PageError::unavailable)? {
        Some(waiting) => render(&SecondFactorPage::new(shell, waiting, &asked.method, &next)),
        None => Ok(again(&next)),
    }
}

pub(super) async fn submit(
    State(state): State<AppState>,
    From(visitor): From,
    cookies: Cookies,
    shell: Shell,
    fields: Fields,
) -> Result<Response, PageError> {
    let next = LocalPath::or_home(fields.get("next"));
    let token = cookies.challenge().unwrap_or_default();
    let method = fields.get("method");
    let answer = Answer::of(method, fields.trimmed("code"));
    let answer = answer.ok_or_else(|| PageError::BadRequest("This way to log in takes no code.".to_owned()))?;
    let remember = fields.ticked("remember");
    match logging_in::second_factor(state.app(), &visitor, token, answer, remember).await {
        Ok(signed_in) => admit(&state, signed_in, &next).await,
        Err(SecondFactorRefused::Unavailable(cause)) => Err(PageError::unavailable(cause)),
        Err(SecondFactorRefused::Expired) => Ok(again(&next)),
        Err(refused @ SecondFactorRefused::Wrong) => {
            let waiting = logging_in::peek_challenge(state.app(), &visitor, token).await;
            let Some(waiting) = waiting.map_err(PageError::unavailable)? else {
                return Ok(again(&next));
            };
            let mut page = SecondFactorPage::new(shell, waiting, method, &next);
            page.refused = Some(refused.to_string());
            render_status(StatusCode::UNAUTHORIZED, &page)
        }
    }
}

pub(super) async fn send(
    State(state): State<AppState>,
    From(visitor): From,
    cookies: Cookies,
    fields: Fields,
) -> Result<Response, PageError> {
    let next = LocalPath::or_home(fields.get("next"));
    let back = with_next("/login/second-factor?method=sms", &next);
    let sent = logging_in::send_log_in_code(state.app(), &visitor, cookies.challenge().unwrap_or_default()).await;
    match sent {
        Ok(()) => Ok(redirect_with(&back, Flash::good("A code is on its way."))),
        Err(SendRefused::Unavailable(cause)) => Err(PageError::unavailable(cause)),
        Err(SendRefused::Expired) => Ok(again(&next)),
        Err(refused) => Ok(redirect_with(&back, Flash::bad(refused.to_string()))),
    }
}

/// Back to the first step.
pub(super) fn again(next: &LocalPath) -> Response {
    let text = SecondFactorRefused::Expired.to_string();
    redirect_with(with_next("/login", next), Flash::bad(text))
}
