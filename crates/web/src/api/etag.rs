//! Strong entity tags of things that are edited: their version, so that nobody overwrites what they have not seen.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::problem::Problem;

/// A representation with its version as `ETag`.
pub(super) struct Tagged<T>(pub(super) i64, pub(super) T);

impl<T: Serialize> IntoResponse for Tagged<T> {
    fn into_response(self) -> Response {
        let mut response = axum::Json(self.1).into_response();
        if let Ok(tag) = HeaderValue::try_from(format!("\"v{}\"", self.0)) {
            response.headers_mut().insert(header::ETAG, tag);
        }
        response
    }
}

/// The version an edit is meant for, from `If-Match`. `None` for `*`: whatever it is now.
pub(super) fn expected(headers: &HeaderMap) -> Result<Option<i64>, Problem> {
    let Some(value) = headers.get(header::IF_MATCH) else {
        return Err(Problem::new(
            StatusCode::PRECONDITION_REQUIRED,
            "precondition_required",
            "Say which version you edit",
            "Send the `ETag` of what you read in the header `If-Match`, or `If-Match: *` to overwrite whatever is there.",
        ));
    };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    let tag = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let Some(tag) = tag.filter(|tag| !tag.is_empty()) else {
        return Err(Problem::bad_request(
            "The header `If-Match` must hold one entity tag as it was read, such as `\"v3\"`, or `*`.",
        ));
    };
    let version = tag.strip_prefix('v').and_then(|number| number.parse().ok());
    version.map(Some).ok_or_else(Problem::stale)
}
