//! Saved searches, and the live tails of logs. The group shares one of Olga's for its managers.

use super::Body::{Form, Json, Nothing};
use super::{Row, row};
use crate::callers::Outcome::Allowed;
use crate::callers::{EVERYBODY, Expect, INSTALLATION, MANAGES, NOBODY};

/// Who sees what Olga shares: those who manage the group as its members.
const SEES_IT: Expect = Expect {
    owner: Allowed,
    administrator: Allowed,
    ..NOBODY
};

/// Olga.
const HERS: Expect = Expect {
    owner: Allowed,
    ..NOBODY
};

pub(crate) const ROWS: &[Row] = &[
    row("GET /groups/{id}/activity/tail", Nothing, MANAGES),
    row("GET /users/{id}/activity/tail", Nothing, INSTALLATION),
    row("GET /v1/saved-searches", Nothing, EVERYBODY),
    row(
        "POST /v1/saved-searches",
        Json(r#"{"log":"me","name":"Failures","q":"outcome:failure"}"#),
        EVERYBODY,
    ),
    row("GET /v1/saved-searches/{id}", Nothing, SEES_IT),
    row("PATCH /v1/saved-searches/{id}", Json(r#"{"name":"Others"}"#), HERS),
    row("DELETE /v1/saved-searches/{id}", Nothing, HERS),
    row("POST /v1/saved-searches/{id}/copy", Nothing, SEES_IT),
    row("GET /saved-searches/{id}", Nothing, HERS),
    row("POST /saved-searches/{id}", Form("name=Others&q="), HERS),
    row("POST /saved-searches/{id}/copy", Form(""), SEES_IT),
    row("POST /saved-searches/{id}/delete", Form(""), HERS),
];
