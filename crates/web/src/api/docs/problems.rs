//! `/docs/problems`: what each problem code means and what to do.

use activity::limits::FaultCode;
use axum::response::Response;

use super::rail::{Rail, rail};
use crate::shell::{PageError, Shell, filters, render};

#[derive(askama::Template)]
#[template(path = "docs/problems.html")]
struct ProblemsPage {
    shell: Shell,
    rail: Rail,
    problems: &'static [(&'static str, u16, &'static str)],
    faults: Vec<(&'static str, &'static str)>,
}

/// What a fault of one value means and what to do.
fn fault(code: FaultCode) -> &'static str {
    match code {
        FaultCode::Invalid => "Its shape or its value is wrong. The detail says which limit.",
        FaultCode::TooLong => {
            "It is longer than its limit, which the detail says. With `lenient=true` texts are shortened instead."
        }
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
pub(in crate::api) const PROBLEMS: &[(&str, u16, &str)] = &[
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

pub(in crate::api) async fn problems(shell: Shell) -> Result<Response, PageError> {
    render(&ProblemsPage {
        rail: rail("problems"),
        shell,
        problems: PROBLEMS,
        faults: FaultCode::ALL.iter().map(|code| (code.word(), fault(*code))).collect(),
    })
}
