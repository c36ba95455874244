//! What goes wrong in a page, as a page. Owns their texts; the cause is logged once, with the request's id.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::redirect;

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why a page cannot be shown or a form not be done.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// Nobody is signed in: off to the log-in page and back here after.
    #[error("not signed in")]
    SignIn {
        /// Path and query to come back to.
        next: String,
    },
    /// The caller may not.
    #[error("forbidden")]
    Forbidden,
    /// There is no such thing.
    #[error("not found: {0}")]
    NotFound(String),
    /// The request makes no sense; the text says what and why.
    #[error("bad request: {0}")]
    BadRequest(String),
    /// It clashes with what is stored; the text says how.
    #[error("conflict: {0}")]
    Conflict(String),
    /// Too many attempts.
    #[error("too many requests")]
    TooMany {
        /// Seconds to wait.
        retry_after: u64,
    },
    /// A part this needs does not answer just now.
    #[error("unavailable")]
    Unavailable(#[source] Cause),
    /// A mistake of ours.
    #[error("internal error")]
    Internal(#[source] Cause),
}

impl PageError {
    /// There is no such thing: a sentence such as "There is no user `usr_1`."
    pub fn not_found(text: impl Into<String>) -> Self {
        Self::NotFound(text.into())
    }

    /// The request makes no sense: a sentence for the person who made it.
    pub fn bad_request(text: impl Into<String>) -> Self {
        Self::BadRequest(text.into())
    }

    /// A part this needs does not answer just now.
    pub fn unavailable(cause: impl Into<Cause>) -> Self {
        Self::Unavailable(cause.into())
    }

    /// A mistake of ours.
    pub fn internal(cause: impl Into<Cause>) -> Self {
        Self::Internal(cause.into())
    }
}

/// An error on its way out: the shell draws the page around it, knowing who asked, or problem JSON under `/v1`.
#[derive(Clone, Debug)]
pub(crate) struct ErrorPage {
    pub(crate) status: StatusCode,
    pub(crate) title: &'static str,
    pub(crate) text: String,
    pub(crate) cause: Option<String>,
}

impl ErrorPage {
    fn of(error: PageError) -> Self {
        let (status, title, text) = match &error {
            PageError::SignIn { .. } => (StatusCode::UNAUTHORIZED, "Log in", "Log in to see this page.".to_owned()),
            PageError::Forbidden => (
                StatusCode::FORBIDDEN,
                "Not for this account",
                "Your account may not open this page. If you need it, ask an administrator.".to_owned(),
            ),
            PageError::NotFound(text) => (StatusCode::NOT_FOUND, "Not found", text.clone()),
            PageError::BadRequest(text) => (StatusCode::BAD_REQUEST, "That did not work", text.clone()),
            PageError::Conflict(text) => (StatusCode::CONFLICT, "That did not work", text.clone()),
            PageError::TooMany { retry_after } => (
                StatusCode::TOO_MANY_REQUESTS,
                "Too many attempts",
                format!("There were too many attempts from your address. Try again in {retry_after} seconds."),
            ),
            PageError::Unavailable(_) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "Not just now",
                "Whodid cannot reach what it needs to answer. Nothing was changed; try again in a moment.".to_owned(),
            ),
            PageError::Internal(_) => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "Something broke",
                "The fault is ours and has been written down. Give the request number below to an administrator."
                    .to_owned(),
            ),
        };
        Self { status, title, text, cause: chain(&error) }
    }
}

fn chain(error: &PageError) -> Option<String> {
    let mut text = None::<String>;
    let mut next = std::error::Error::source(error);
    while let Some(cause) = next {
        text = Some(text.map_or_else(|| cause.to_string(), |all| format!("{all}: {cause}")));
        next = cause.source();
    }
    text
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        if let Self::SignIn { next } = &self {
            let next = percent_encoding::utf8_percent_encode(next, percent_encoding::NON_ALPHANUMERIC);
            return redirect(&format!("/login?next={next}"));
        }
        let retry_after = match &self {
            Self::TooMany { retry_after } => Some(*retry_after),
            Self::Unavailable(_) => Some(2),
            _ => None,
        };
        let page = ErrorPage::of(self);
        let mut response = (page.status, page.text.clone()).into_response();
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(axum::http::header::RETRY_AFTER, seconds.into());
        }
        response.extensions_mut().insert(page);
        response
    }
}
