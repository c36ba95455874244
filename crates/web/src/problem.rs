//! Errors of the API: RFC 9457 problem details, each with a stable code, the request's id and, where parts of the
//! body are wrong, a pointer to each.

mod of_page;

use std::ops::Range;
use std::time::Duration;

use activity::limits::FieldError;
use app::devices::EndReason;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::shell::Scope;

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why a request is not answered as asked.
#[derive(Clone, Debug)]
pub(crate) struct Problem(Box<ProblemDetails>);

/// One problem, as it is sent.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemDetails {
    /// Where the code is explained.
    #[serde(rename = "type")]
    kind: String,
    /// What it is, in a few words; the same for every occurrence.
    title: &'static str,
    /// HTTP status.
    status: u16,
    /// The code, for programs.
    code: &'static str,
    /// What happened this time and what to do.
    detail: String,
    /// The request, for whoever looks into it.
    #[serde(skip_serializing_if = "String::is_empty")]
    request_id: String,
    /// What is wrong with the parts of the body.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldProblem>,
    /// Where a query is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    query: Option<QueryProblem>,
    /// Why a device was ended, for programs.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(skip)]
    retry_after: Option<u64>,
    #[serde(skip)]
    cause: Option<String>,
}

/// What is wrong with one value.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct FieldProblem {
    /// JSON pointer to the value.
    pub(crate) pointer: String,
    /// What sort of fault it is, for programs: `invalid`, or why this reporter may not say it.
    pub(crate) code: &'static str,
    /// What is wrong, which limit, what to do.
    pub(crate) detail: String,
}

/// Where a query is wrong, and what to write there instead.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct QueryProblem {
    /// First wrong byte of `q`.
    start: usize,
    /// The byte after the last wrong one.
    end: usize,
    /// What to write there.
    #[serde(skip_serializing_if = "Option::is_none")]
    replacement: Option<String>,
}

impl From<FieldError> for FieldProblem {
    fn from(error: FieldError) -> Self {
        Self {
            pointer: error.pointer,
            code: error.code.word(),
            detail: error.detail,
        }
    }
}

impl Problem {
    pub(crate) fn new(status: StatusCode, code: &'static str, title: &'static str, detail: impl Into<String>) -> Self {
        Self(Box::new(ProblemDetails {
            kind: format!("/docs/problems#{code}"),
            title,
            status: status.as_u16(),
            code,
            detail: detail.into(),
            request_id: String::new(),
            errors: Vec::new(),
            query: None,
            reason: None,
            retry_after: None,
            cause: None,
        }))
    }

    /// As it is sent.
    pub(crate) fn details(&self) -> &ProblemDetails {
        &self.0
    }

    pub(crate) fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "bad_request",
            "The request cannot be understood",
            detail,
        )
    }

    pub(crate) fn too_large(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            "The body is too large",
            detail,
        )
    }

    pub(crate) fn unauthorized() -> Self {
        let detail = "Send an API key in the header `Authorization: Bearer whodid_…`. A key may be missing, mistyped or revoked.";
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            "A valid API key is needed",
            detail,
        )
    }

    /// The device of this token was ended.
    pub(crate) fn device_ended(reason: EndReason) -> Self {
        let mut problem = Self::new(
            StatusCode::UNAUTHORIZED,
            "device_ended",
            "This device was logged out",
            reason.sentence(),
        );
        problem.0.reason = Some(reason.code());
        problem
    }

    /// The access token of an application's device is too old.
    pub(crate) fn token_expired() -> Self {
        let detail =
            "The access token has expired. Get another one from `POST /v1/auth/refresh` with the refresh token.";
        Self::new(
            StatusCode::UNAUTHORIZED,
            "token_expired",
            "The access token has expired",
            detail,
        )
    }

    /// What was sent is no device's token, or its account may not be used now or from here.
    pub(crate) fn no_device() -> Self {
        let detail = "Sign in with `POST /v1/auth/sign-in` and send the access token in the header `Authorization: Bearer whodid_at_…`.";
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            "A valid access token is needed",
            detail,
        )
    }

    /// What was sent is no application's key.
    pub(crate) fn no_application() -> Self {
        let detail = "Send the key of a registered application in the header `Authorization: Bearer whodid_app_…`. An administrator registers applications.";
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            "The key of an application is needed",
            detail,
        )
    }

    /// The application was disabled.
    pub(crate) fn application_disabled() -> Self {
        let detail = "An administrator has disabled this application; nobody can sign in to it.";
        Self::new(
            StatusCode::UNAUTHORIZED,
            "application_disabled",
            "This application is disabled",
            detail,
        )
    }

    pub(crate) fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", "Not allowed", detail)
    }

    pub(crate) fn lacks_scope(scope: Scope) -> Self {
        Self::forbidden(format!(
            "This key lacks the scope `{}`. Create a key that has it.",
            scope.name()
        ))
    }

    pub(crate) fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "Not found", detail)
    }

    pub(crate) fn stale() -> Self {
        Self::new(
            StatusCode::PRECONDITION_FAILED,
            "stale",
            "It has changed since",
            "Somebody else changed this since you read it. Read it again and repeat your edit on what is there now.",
        )
    }

    pub(crate) fn conflict(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::CONFLICT,
            "conflict",
            "It clashes with how things stand",
            detail,
        )
    }

    pub(crate) fn too_many(wait: Duration) -> Self {
        let seconds = wait.as_secs() + 1;
        let detail = format!("This key calls too often. Try again in {seconds} s.");
        let problem = Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too_many_requests",
            "Too many requests",
            detail,
        );
        problem.retry_after(seconds)
    }

    /// A part this needs does not answer just now: nothing was recorded. Unless the cause says that this is not known, or a
    /// panic lies under it: then it is a mistake of ours.
    pub(crate) fn unavailable(cause: impl Into<Cause>) -> Self {
        let cause = cause.into();
        if app::is_unknown(&*cause) {
            return Self::unknown(&*cause);
        }
        if app::is_mistake(&*cause) {
            return Self::internal(cause);
        }
        let detail = "Whodid cannot reach what it needs to answer. Nothing was recorded; repeat the request.";
        let mut problem = Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            "Not available just now",
            detail,
        );
        problem.0.cause = Some(chain(&*cause));
        problem.retry_after(2)
    }

    /// Too much is under way; it may be repeated after so many seconds.
    pub(crate) fn busy(detail: impl Into<String>, seconds: u64) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "Too much is under way", detail).retry_after(seconds)
    }

    pub(crate) fn too_costly(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "too_costly",
            "The question takes too long",
            detail,
        )
    }

    /// A mistake of ours.
    pub(crate) fn internal(cause: impl Into<Cause>) -> Self {
        let detail =
            "The fault is ours and has been written down. Give the `request_id` to whoever runs this installation.";
        let mut problem = Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something broke", detail);
        problem.0.cause = Some(chain(cause.into().as_ref()));
        problem
    }

    /// The database did not say whether it kept the change.
    pub(crate) fn unknown(cause: &dyn std::error::Error) -> Self {
        let detail = "It is not known whether this was done: the database did not say. Look before you repeat the request. With an `Idempotency-Key`, the same request is safe to repeat.";
        let mut problem = Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "unknown_outcome",
            "Not known whether it was done",
            detail,
        );
        problem.0.cause = Some(chain(cause));
        problem
    }

    /// The `Idempotency-Key` was used for something else.
    pub(crate) fn key_reused(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "idempotency_key_reused",
            "The idempotency key was used before",
            detail,
        )
    }

    pub(crate) fn retry_after(mut self, seconds: u64) -> Self {
        self.0.retry_after = Some(seconds);
        self
    }

    pub(crate) fn with_errors(mut self, errors: Vec<FieldProblem>) -> Self {
        self.0.errors = errors;
        self
    }

    pub(crate) fn at_bytes(mut self, span: Range<usize>, replacement: Option<String>) -> Self {
        self.0.query = Some(QueryProblem {
            start: span.start,
            end: span.end,
            replacement,
        });
        self
    }
}

/// An error's text as a sentence.
pub(super) fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars
        .next()
        .map(|c| c.to_uppercase().collect::<String>())
        .unwrap_or_default();
    let end = if text.ends_with(['.', '?', '!']) { "" } else { "." };
    format!("{first}{}{end}", chars.as_str())
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

impl Problem {
    /// The response as it is sent, with the id of its request; logs the cause once.
    pub(crate) fn draw(mut self, request_id: &str) -> Response {
        request_id.clone_into(&mut self.0.request_id);
        if let Some(cause) = &self.0.cause {
            tracing::error!(request_id, cause, "request failed");
        }
        let body = serde_json::to_vec(&self.0).unwrap_or_default();
        let kind = [(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        )];
        let mut response = (self.status(), kind, body).into_response();
        if let Some(seconds) = self.0.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        if self.status() == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Bearer realm=\"whodid\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }

    fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

/// A status only: the outermost layer, which knows the request's id, draws the rest.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}
