//! What use cases refused, as problems.

use activity::limits::FaultCode;
use app::ChangeError;
use axum::http::StatusCode;

use super::query::Params;
use crate::problem::{FieldProblem, Problem};

const KEY_REUSED: &str =
    "This Idempotency-Key was used before for a different request. Send a new key with a new request.";

impl From<ChangeError> for Problem {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Forbidden => Self::forbidden("The account of this key or token may not do this."),
            ChangeError::NotFound => Self::not_found("There is no such thing that this key or token may see."),
            ChangeError::Conflict(detail) => Self::conflict(detail),
            ChangeError::Stale => Self::stale(),
            ChangeError::KeyReused => Self::key_reused(KEY_REUSED),
            ChangeError::Unavailable(cause) => Self::unavailable(cause),
            // The only one that stands in the query string and not in the body.
            ChangeError::Invalid(fields) if fields.iter().all(|field| field.field == "after") => Params::cursor(),
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
                    code: FaultCode::Invalid.word(),
                    detail: field.message,
                });
                problem.with_errors(errors.collect())
            }
        }
    }
}
