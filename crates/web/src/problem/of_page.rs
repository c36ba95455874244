//! What goes wrong in a page, as a problem.

use std::time::Duration;

use axum::http::StatusCode;

use super::Problem;
use crate::shell::{ErrorPage, PageError};

impl Problem {
    /// An error of the shell or the framework, as a problem.
    pub(crate) fn of_page(error: &ErrorPage) -> Self {
        let code = match error.status {
            StatusCode::NOT_FOUND => "not_found",
            StatusCode::METHOD_NOT_ALLOWED => "method_not_allowed",
            StatusCode::PAYLOAD_TOO_LARGE => "too_large",
            StatusCode::FORBIDDEN => "forbidden",
            StatusCode::UNAUTHORIZED => "unauthorized",
            StatusCode::TOO_MANY_REQUESTS => "too_many_requests",
            StatusCode::UNPROCESSABLE_ENTITY => "too_costly",
            StatusCode::SERVICE_UNAVAILABLE => "unavailable",
            StatusCode::MISDIRECTED_REQUEST => "unknown_host",
            status if status.is_server_error() => "internal",
            _ => "bad_request",
        };
        Self::new(error.status, code, error.title, error.text.clone())
    }
}

impl From<PageError> for Problem {
    fn from(error: PageError) -> Self {
        match error {
            PageError::SignIn { .. } => Self::unauthorized(),
            PageError::Forbidden => Self::forbidden("This account may not do this."),
            PageError::NotFound(detail) => Self::not_found(detail),
            PageError::BadRequest(detail) | PageError::Conflict(detail) => Self::bad_request(detail),
            PageError::Ask(ask) => Self::bad_request(ask.question),
            PageError::TooMany { retry_after } => Self::too_many(Duration::from_secs(retry_after)),
            PageError::TooCostly(detail) => Self::too_costly(detail),
            PageError::Busy { yours: true, text } => Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "too_many_requests",
                "Too much at once",
                text,
            )
            .retry_after(2),
            PageError::Busy { yours: false, text } => Self::busy(text, 2),
            PageError::Unavailable(cause) => Self::unavailable(cause),
            PageError::Unknown(cause) | PageError::Done(cause) => Self::unknown(&*cause),
            PageError::Internal(cause) => Self::internal(cause),
        }
    }
}
