//! `/docs`: the API's description to browse, and what each problem code means.

use std::sync::{Arc, OnceLock};

use activity::limits::FaultCode;
use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use utoipa_swagger_ui::Config;

use crate::shell::{PageError, Shell, filters, redirect, render};

pub(super) async fn start() -> Response {
    redirect("/docs/index.html")
}

pub(super) async fn file(Path(name): Path<String>) -> Result<Response, PageError> {
    static CONFIG: OnceLock<Arc<Config<'static>>> = OnceLock::new();
    let config = CONFIG.get_or_init(|| Arc::new(Config::from("/openapi.json").try_it_out_enabled(true)));
    let missing = || PageError::not_found(format!("There is no page `/docs/{name}`."));
    if name.contains('/') {
        return Err(missing());
    }
    let found =
        utoipa_swagger_ui::serve(&name, Arc::clone(config)).map_err(|error| PageError::internal(error.to_string()))?;
    let file = found.ok_or_else(missing)?;
    let mut response = Response::new(Body::from(file.bytes.into_owned()));
    let headers = response.headers_mut();
    if let Ok(kind) = HeaderValue::try_from(file.content_type) {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=3600"));
    Ok(response)
}

#[derive(askama::Template)]
#[template(path = "docs/problems.html")]
struct ProblemsPage {
    shell: Shell,
    problems: &'static [(&'static str, u16, &'static str)],
    faults: Vec<(&'static str, &'static str)>,
}

/// What a fault of one value means and what to do.
fn fault(code: FaultCode) -> &'static str {
    match code {
        FaultCode::Invalid => "Its shape, its length or its value is wrong. The detail says which limit.",
        FaultCode::OnlyThisInstallation => {
            "Only this installation can cause an activity of this type, so nobody reports one. Use a type of your own. \
             Logged activities lists the types that are meant."
        }
        FaultCode::NotYours => {
            "An id or a name of this installation that the reporter was not given. Send the id your own system knows \
             it by, or have an administrator create a key that may name accounts here."
        }
        FaultCode::NotYourApplication => {
            "The reporter does not report for this application, or reports for several and does not say which."
        }
    }
}

/// Every code, its status, what it means and what to do.
pub(super) const PROBLEMS: &[(&str, u16, &str)] = &[
    (
        "bad_request",
        400,
        "The request cannot be understood. The detail says which part.",
    ),
    (
        "bad_parameter",
        400,
        "A parameter of the query string is unknown, repeated or out of range.",
    ),
    (
        "bad_query",
        400,
        "The query `q` is wrong; `query` gives the bytes and, where there is one, what to write instead.",
    ),
    (
        "invalid_activity",
        400,
        "No item of the request could be recorded; `errors` points at each mistake.",
    ),
    (
        "unauthorized",
        401,
        "The API key is missing, mistyped, expired or revoked.",
    ),
    (
        "device_ended",
        401,
        "The device of this token was logged out; `reason` and `detail` say why. Sign in again.",
    ),
    (
        "token_expired",
        401,
        "The access token has expired. Get another one with the refresh token.",
    ),
    (
        "application_disabled",
        401,
        "An administrator has disabled the application.",
    ),
    (
        "sign_in_refused",
        401,
        "The username or password is not right, or the account may not log in now or from here.",
    ),
    (
        "code_refused",
        401,
        "The code of the second factor is not right, was used already, or there were too many attempts.",
    ),
    (
        "challenge_expired",
        401,
        "The log-in took too long or was finished already. Begin again with the password.",
    ),
    (
        "second_factor_missing",
        403,
        "The account must set up two-factor authentication in the web manager first.",
    ),
    ("forbidden", 403, "The key lacks a scope, or its owner may not do this."),
    ("not_found", 404, "There is no such thing that this key may see."),
    (
        "method_not_allowed",
        405,
        "The address does not take this method; `Allow` says which it takes.",
    ),
    (
        "conflict",
        409,
        "It clashes with how things stand; `detail` says how, and what to do.",
    ),
    (
        "stale",
        412,
        "Somebody else changed it since it was read. Read it again and repeat the edit.",
    ),
    (
        "precondition_required",
        428,
        "An edit must say which version it is for: send the `ETag` that was read in `If-Match`.",
    ),
    (
        "invalid",
        422,
        "A value cannot be taken; `errors` points at each and says what to do.",
    ),
    (
        "unknown_host",
        421,
        "The server does not answer to the name in `Host`. Ask it by its `public_url`, or list the name in `web.allowed_hosts`.",
    ),
    ("body_too_slow", 408, "The body did not arrive in time."),
    ("too_large", 413, "The body or a batch is too large. Split it."),
    (
        "unsupported_media_type",
        415,
        "Send `application/json` or `application/x-ndjson`.",
    ),
    (
        "unsupported_encoding",
        415,
        "Send the body plain, or compressed once with `gzip` or `zstd`.",
    ),
    (
        "idempotency_key_reused",
        422,
        "The idempotency key was used within a day for another body. Use a new one.",
    ),
    (
        "too_costly",
        422,
        "The question takes longer than one may. Narrow its range, or ask for fewer words at once.",
    ),
    (
        "too_many_requests",
        429,
        "The key calls too often; wait for as long as `Retry-After` says.",
    ),
    (
        "internal",
        500,
        "A fault of ours; the request id finds it in the server's log.",
    ),
    (
        "unknown_outcome",
        500,
        "The database did not say whether it kept the change. Look before you repeat it; with the same `Idempotency-Key` it is safe to repeat.",
    ),
    ("busy", 503, "Too much is under way. Repeat in a second."),
    (
        "unavailable",
        503,
        "A part that is needed does not answer. Nothing was recorded; repeat.",
    ),
];

pub(super) async fn problems(shell: Shell) -> Result<Response, PageError> {
    render(&ProblemsPage {
        shell,
        problems: PROBLEMS,
        faults: FaultCode::ALL.iter().map(|code| (code.word(), fault(*code))).collect(),
    })
}
