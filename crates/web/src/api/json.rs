//! The JSON body of a request as a struct; what does not fit becomes a problem that points at the place. Owns no
//! rule of what a value may be: use cases check.

use activity::limits::FaultCode;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use serde::Deserialize as _;
use serde::de::{DeserializeOwned, Deserializer};

use super::body;
use crate::AppState;
use crate::problem::{FieldProblem, Problem};
use crate::shell::idempotency_key;

/// Bytes of a body after decompression: five hundred invitations with long names fit.
const LIMIT: usize = 1024 * 1024;

/// The body, which must be there. Its struct says `#[serde(deny_unknown_fields)]`.
#[derive(Debug)]
pub(super) struct Body<T>(pub(super) T);

/// The body, or the default when nothing or `null` was sent.
#[derive(Debug)]
pub(super) struct MaybeBody<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<AppState> for Body<T> {
    type Rejection = Problem;
    async fn from_request(request: Request, state: &AppState) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        idempotency_key(&parts.headers).map_err(Problem::bad_request)?;
        let held = body::read(&parts.headers, body, LIMIT, state.budget()).await?;
        is_json(&parts.headers)?;
        parse(&held.bytes).map(Self)
    }
}

impl<T: DeserializeOwned + Default> FromRequest<AppState> for MaybeBody<T> {
    type Rejection = Problem;
    async fn from_request(request: Request, state: &AppState) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        idempotency_key(&parts.headers).map_err(Problem::bad_request)?;
        let held = body::read(&parts.headers, body, LIMIT, state.budget()).await?;
        if held.bytes.is_empty() {
            return Ok(Self(T::default()));
        }
        is_json(&parts.headers)?;
        if held.bytes.trim_ascii() == b"null" {
            return Ok(Self(T::default()));
        }
        parse(&held.bytes).map(Self)
    }
}

/// `null` is something that was given; only an absent field is not.
pub(super) fn given<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Option<String>>, D::Error> {
    Option::<String>::deserialize(value).map(Some)
}

fn is_json(headers: &HeaderMap) -> Result<(), Problem> {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json")) {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported_media_type",
        "Send JSON",
        "Send the body as JSON, with the header `Content-Type: application/json`.",
    ))
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    // A struct would also be read from an array of its values in order, which nobody can have meant.
    if bytes.trim_ascii_start().first() == Some(&b'[') {
        return Err(Problem::bad_request(
            "The body cannot be taken: send an object, not an array.",
        ));
    }
    let mut source = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut source)
        .map_err(|error| wrong(&pointer(error.path(), error.inner()), error.inner()))?;
    source.end().map_err(|error| wrong("", &error))?;
    Ok(value)
}

fn wrong(pointer: &str, error: &serde_json::Error) -> Problem {
    let detail = format!("The body cannot be taken: {error}.");
    if pointer.is_empty() && !error.is_data() {
        return Problem::bad_request(detail);
    }
    let errors = vec![FieldProblem {
        pointer: pointer.to_owned(),
        code: FaultCode::Invalid.word(),
        detail: format!("{error}."),
    }];
    Problem::bad_request(detail).with_errors(errors)
}

/// Where in the body: the path to it, and the field's own name where it is one too many, missing or there twice.
fn pointer(path: &serde_path_to_error::Path, error: &serde_json::Error) -> String {
    use serde_path_to_error::Segment;
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
            Segment::Map { key } => pointer.push_str(&format!("/{}", escaped(key))),
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    let text = error.to_string();
    let named = ["unknown field `", "missing field `", "duplicate field `"];
    let rest = named.iter().find_map(|words| text.strip_prefix(words));
    if let Some((name, _)) = rest.and_then(|rest| rest.split_once('`')) {
        let name = format!("/{}", escaped(name));
        if !pointer.ends_with(&name) {
            pointer.push_str(&name);
        }
    }
    pointer
}

fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}
