//! What goes wrong in a page, as a page. Owns their texts; the cause is logged once, with the request's id.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::{Ask, Href, RequestContext, Shell, filters, redirect, render_status};
use crate::AppState;

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
    /// Whoever sent the form is asked first whether they are sure.
    #[error("not sure yet")]
    Ask(Box<Ask>),
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
    /// The question costs too much; the text says what to do.
    #[error("too costly: {0}")]
    TooCostly(String),
    /// Too much is under way at once.
    #[error("busy: {text}")]
    Busy {
        /// Whether all of it is the caller's.
        yours: bool,
        /// What to do.
        text: String,
    },
    /// A part this needs does not answer just now.
    #[error("unavailable")]
    Unavailable(#[source] Cause),
    /// The database did not say whether it kept the change.
    #[error("not known whether it was done")]
    Unknown(#[source] Cause),
    /// It was done, but what is to be shown of it cannot be read.
    #[error("done, but not shown")]
    Done(#[source] Cause),
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

    /// A part this needs does not answer just now; or, where a panic lies under it, a mistake of ours.
    pub fn unavailable(cause: impl Into<Cause>) -> Self {
        let cause = cause.into();
        if app::is_unknown(&*cause) {
            return Self::Unknown(cause);
        }
        match app::is_mistake(&*cause) {
            true => Self::Internal(cause),
            false => Self::Unavailable(cause),
        }
    }

    /// The same of a page that is to show what was just done: nobody is told that nothing was changed.
    #[must_use]
    pub fn after_change(self) -> Self {
        match self {
            Self::Unavailable(cause) => Self::Done(cause),
            other => other,
        }
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
    /// No error, but a question.
    pub(crate) ask: Option<Box<Ask>>,
}

impl ErrorPage {
    pub(crate) fn new(status: StatusCode, title: &'static str, text: impl Into<String>) -> Self {
        Self {
            status,
            title,
            text: text.into(),
            cause: None,
            ask: None,
        }
    }

    /// What the framework answered by itself, with better words where it says little.
    pub(crate) fn bare(status: StatusCode, text: &str) -> Self {
        let (title, known) = match status {
            StatusCode::NOT_FOUND => (
                "Not found",
                "There is no such page. The address may be mistyped or out of date.",
            ),
            StatusCode::METHOD_NOT_ALLOWED => ("That did not work", "This address does not take that method."),
            StatusCode::PAYLOAD_TOO_LARGE => ("Too large", "What was sent is larger than this form takes."),
            _ => ("That did not work", text),
        };
        let known = if known.is_empty() {
            status.canonical_reason().unwrap_or_default()
        } else {
            known
        };
        Self::new(status, title, known)
    }

    fn of(error: &PageError) -> Self {
        let (status, title, text) = match error {
            PageError::SignIn { .. } => (
                StatusCode::UNAUTHORIZED,
                "Log in",
                "Log in to see this page.".to_owned(),
            ),
            PageError::Ask(ask) => (StatusCode::OK, "Are you sure?", ask.question.clone()),
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
            PageError::TooCostly(text) => (StatusCode::UNPROCESSABLE_ENTITY, "Too much at once", text.clone()),
            PageError::Busy { yours: true, text } => (StatusCode::TOO_MANY_REQUESTS, "Too much at once", text.clone()),
            PageError::Busy { yours: false, text } => (StatusCode::SERVICE_UNAVAILABLE, "Not just now", text.clone()),
            PageError::Unavailable(_) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "Not just now",
                "Whodid cannot reach what it needs to answer. Nothing was changed; try again in a moment.".to_owned(),
            ),
            PageError::Unknown(_) => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "Not known whether it was done",
                "The database did not say whether it kept the change. Look before you repeat it.".to_owned(),
            ),
            PageError::Done(_) => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "Done, but not shown",
                "It was done, but the page that shows it cannot be drawn just now. Do not repeat it; look again in a moment. A key or codes that were to be shown once are lost: make others.".to_owned(),
            ),
            PageError::Internal(_) => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "Something broke",
                "The fault is ours and has been written down. Give the request number below to an administrator."
                    .to_owned(),
            ),
        };
        Self {
            status,
            title,
            text,
            cause: chain(error),
            ask: match error {
                PageError::Ask(ask) => Some(ask.clone()),
                _ => None,
            },
        }
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
            return redirect(Href::from("/login").with(&[("next", next)]));
        }
        let retry_after = match &self {
            Self::TooMany { retry_after } => Some(*retry_after),
            Self::Unavailable(_) | Self::Busy { .. } => Some(2),
            _ => None,
        };
        let mut response = ErrorPage::of(&self).into_response();
        if let Some(seconds) = retry_after {
            response
                .headers_mut()
                .insert(axum::http::header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

impl IntoResponse for ErrorPage {
    fn into_response(self) -> Response {
        let mut response = (self.status, self.text.clone()).into_response();
        response.extensions_mut().insert(self);
        response
    }
}

#[derive(askama::Template)]
#[template(path = "errors/error.html")]
struct ErrorTemplate<'a> {
    shell: Shell,
    status: u16,
    title: &'a str,
    text: &'a str,
    fault: bool,
    request_id: &'a str,
}

#[derive(askama::Template)]
#[template(path = "errors/ask.html")]
struct AskTemplate {
    shell: Shell,
    ask: Ask,
}

/// The page around an error, with the navigation of whoever asked.
pub(crate) async fn error_page(error: ErrorPage, state: &AppState, context: &RequestContext) -> Response {
    // For the navigation only: if even this fails, the page is drawn as for a visitor.
    let _ = context.caller(state).await;
    let shell = Shell::of(context, state);
    if let Some(ask) = error.ask {
        let page = AskTemplate { shell, ask: *ask };
        return render_status(error.status, &page).unwrap_or_else(IntoResponse::into_response);
    }
    let page = ErrorTemplate {
        shell,
        status: error.status.as_u16(),
        title: error.title,
        text: &error.text,
        fault: error.status.is_server_error(),
        request_id: &context.origin().request_id,
    };
    render_status(error.status, &page).unwrap_or_else(|_| (error.status, error.text.clone()).into_response())
}
