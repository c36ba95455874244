//! What a use case answered, as a page: done and back, refused, or beside the field it is about.

use app::{ChangeError, FieldError};
use axum::response::Response;

use super::{Flash, Href, PageError, redirect_with};

const SENT_ALREADY: &str =
    "This form was sent already, with other values. What it was sent with first is done; open the form anew for more.";

/// What a use case refused, as a page. Fields have pages of their own to be corrected on; here they are said at once.
pub(crate) fn refused(error: ChangeError) -> PageError {
    match error {
        ChangeError::Forbidden => PageError::Forbidden,
        ChangeError::NotFound => {
            PageError::not_found("There is no such thing that your account may see, or it was removed meanwhile.")
        }
        error @ ChangeError::Invalid(_) => PageError::BadRequest(error.to_string()),
        error @ (ChangeError::Conflict(_) | ChangeError::Stale) => PageError::Conflict(error.to_string()),
        ChangeError::KeyReused => PageError::Conflict(SENT_ALREADY.to_owned()),
        ChangeError::Unavailable(cause) => PageError::unavailable(cause),
    }
}

/// After something was done on a page: back to it, saying so; or saying why not.
pub(crate) fn done(outcome: Result<(), ChangeError>, back: impl Into<Href>, text: &str) -> Result<Response, PageError> {
    match outcome {
        Ok(()) => Ok(redirect_with(back, Flash::good(text))),
        Err(error @ (ChangeError::Invalid(_) | ChangeError::Conflict(_) | ChangeError::Stale)) => {
            Ok(redirect_with(back, Flash::bad(error.to_string())))
        }
        Err(error) => Err(refused(error)),
    }
}

/// The sentence beside a field, if there is one.
pub(crate) fn error_of(errors: &[FieldError], field: &str) -> Option<String> {
    let texts: Vec<&str> = errors
        .iter()
        .filter(|error| error.field == field)
        .map(|error| error.message.as_str())
        .collect();
    (!texts.is_empty()).then(|| texts.join(" "))
}
