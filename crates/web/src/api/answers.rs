//! The refusals that many routes have in common, for their descriptions: `responses((status = 200, …), Reading)`.

use std::collections::BTreeMap;

use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{IntoParams, IntoResponses};

/// The header of a route that creates something.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[allow(dead_code, reason = "described here, read by `idempotency_key` of the shell")]
pub(super) struct Once {
    /// 1 to 255 visible ASCII characters. Repeating the request with the same key and body within 24 hours does it
    /// once and is answered alike, but for secrets, which are given once; another body is refused.
    #[param(rename = "Idempotency-Key")]
    idempotency_key: Option<String>,
}

/// Of a route that reads.
pub(super) struct Reading;

/// Of a route that changes something.
pub(super) struct Changing;

/// Of a route that edits one version of a thing: it takes `If-Match`.
pub(super) struct Editing;

const READING: &[(&str, &str)] = &[
    ("400", "A parameter or the body is wrong; `errors` points at it."),
    ("401", "No valid key or token."),
    ("403", "The account may not do this."),
    ("404", "There is no such thing that the account may see."),
    ("429", "Too many requests; wait for as long as `Retry-After` says."),
    ("500", "A fault of ours; the request's id finds it in the server's log."),
    ("503", "Not just now; repeat after as long as `Retry-After` says."),
];
const CHANGING: &[(&str, &str)] = &[
    ("409", "It clashes with how things stand; `detail` says what to do."),
    ("408", "The body did not arrive in time."),
    ("413", "The body is too large."),
    ("415", "The body is of an unknown type or encoding."),
    ("422", "A value cannot be taken; `errors` points at each."),
    (
        "500",
        "A fault of ours, or it is not known whether it was done (`unknown_outcome`): look before you repeat it.",
    ),
    ("503", "Not just now. Nothing was changed; repeat."),
];
const EDITING: &[(&str, &str)] = &[
    ("412", "Somebody else changed it since it was read."),
    ("428", "`If-Match` is missing: send the `ETag` that was read, or `*`."),
];

impl IntoResponses for Reading {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        READING.iter().map(|(status, text)| described(status, text)).collect()
    }
}

impl IntoResponses for Changing {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        READING
            .iter()
            .chain(CHANGING)
            .map(|(status, text)| described(status, text))
            .collect()
    }
}

impl IntoResponses for Editing {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        READING
            .iter()
            .chain(CHANGING)
            .chain(EDITING)
            .map(|(status, text)| described(status, text))
            .collect()
    }
}

fn described(status: &str, text: &str) -> (String, RefOr<Response>) {
    let problem = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("Problem")))
        .build();
    let response = ResponseBuilder::new()
        .description(text)
        .content("application/problem+json", problem)
        .build();
    (status.to_owned(), RefOr::T(response))
}
