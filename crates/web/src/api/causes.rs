//! What use cases and the shell refused, as problems.

use std::time::Duration;

use app::ChangeError;
use axum::http::StatusCode;

use super::problem::{FieldProblem, Problem};
use crate::shell::PageError;

const KEY_REUSED: &str =
    "This Idempotency-Key was used before for a different request. Send a new key with a new request.";

impl From<PageError> for Problem {
    fn from(error: PageError) -> Self {
        match error {
            PageError::SignIn { .. } => Self::unauthorized(),
            PageError::Forbidden => Self::forbidden("This account may not do this."),
            PageError::NotFound(detail) => Self::not_found(detail),
            PageError::BadRequest(detail) | PageError::Conflict(detail) => Self::bad_request(detail),
            PageError::TooMany { retry_after } => Self::too_many(Duration::from_secs(retry_after)),
            PageError::Unavailable(cause) => Self::unavailable(cause),
            PageError::Unknown(cause) | PageError::Done(cause) => Self::unknown(&*cause),
            PageError::Internal(cause) => Self::internal(cause),
        }
    }
}

impl From<ChangeError> for Problem {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Forbidden => Self::forbidden("The account of this key or token may not do this."),
            ChangeError::NotFound => Self::not_found("There is no such thing that this key or token may see."),
            ChangeError::Conflict(detail) => Self::conflict(detail),
            ChangeError::Stale => Self::stale(),
            ChangeError::KeyReused => Self::key_reused(KEY_REUSED),
            ChangeError::Unavailable(cause) => Self::unavailable(cause),
            ChangeError::Invalid(fields) => {
                let sentences: Vec<_> = fields.iter().map(|field| field.message.as_str()).collect();
                let problem = Self::new(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "invalid",
                    "A value cannot be taken",
                    sentences.join(" "),
                );
                let errors = fields.into_iter().map(|field| FieldProblem {
                    pointer: format!("/{}", field.field),
                    detail: field.message,
                });
                problem.with_errors(errors.collect())
            }
        }
    }
}
