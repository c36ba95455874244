//! Sessions of groups. Olga is in the one that runs, Tina planned the other.

use super::Body::{Form, Json, Nothing};
use super::{Foreign, Row, foreign, row};
use crate::callers::Outcome::{Clashes, Forbidden, NotFound, SaidNo};
use crate::callers::{EVERYBODY, Expect, IS_IN, MANAGES, Outcome, SEES, Who};

/// Who administers the installation looks after sessions, and takes part only in those of their own groups.
const TAKES_PART: Expect = Expect {
    installation: Forbidden,
    ..IS_IN
};

/// Who manages the group and is in it.
const STARTS: Expect = Expect {
    installation: Forbidden,
    ..MANAGES
};

/// Only Olga is there.
const IS_THERE: Expect = Expect {
    administrator: Clashes,
    member: Clashes,
    installation: Clashes,
    ..SEES
};

const NOT_THERE: &[(Who, Outcome)] = &[
    (Who::Administrator, SaidNo),
    (Who::Member, SaidNo),
    (Who::Installation, SaidNo),
];

const REFUSED: &[&str] = &["session.join_refused"];

const NEW: &str = r#"{"group_id":"$group","name":"New"}"#;

pub(crate) const ROWS: &[Row] = &[
    row("GET /v1/sessions", Nothing, EVERYBODY),
    row("POST /v1/sessions", Json(NEW), TAKES_PART),
    row("GET /v1/sessions/{id}", Nothing, SEES),
    row("PATCH /v1/sessions/{id}", Json(r#"{"name":"Renamed"}"#), MANAGES),
    row("GET /v1/sessions/{id}/presence", Nothing, SEES),
    row("POST /v1/sessions/{id}/presence", Nothing, IS_THERE).silent(),
    row("POST /v1/sessions/{id}/start", Nothing, STARTS).at("/v1/sessions/$planned_session/start"),
    row("POST /v1/sessions/{id}/join", Nothing, TAKES_PART).leaving(REFUSED),
    row("POST /v1/sessions/{id}/leave", Nothing, IS_THERE),
    row("POST /v1/sessions/{id}/lock", Nothing, MANAGES),
    row("POST /v1/sessions/{id}/unlock", Nothing, MANAGES).at("/v1/sessions/$locked_session/unlock"),
    row("POST /v1/sessions/{id}/end", Nothing, MANAGES),
    row("GET /sessions", Nothing, EVERYBODY),
    row("GET /sessions/live", Nothing, EVERYBODY),
    row("POST /sessions", Form("group_id=$group&name=New"), TAKES_PART),
    row("GET /groups/{id}/sessions", Nothing, SEES),
    row("GET /groups/{id}/sessions/live", Nothing, SEES),
    row("POST /groups/{id}/sessions", Form("name=New"), TAKES_PART),
    row("GET /sessions/{id}", Nothing, SEES),
    row("GET /sessions/{id}/live", Nothing, SEES),
    row("POST /sessions/{id}/presence", Form(""), IS_THERE).silent(),
    row("POST /sessions/{id}/start", Form(""), STARTS).at("/sessions/$planned_session/start"),
    row("POST /sessions/{id}/join", Form(""), TAKES_PART).leaving(REFUSED),
    row("POST /sessions/{id}/leave", Form(""), IS_THERE).but(NOT_THERE),
    row("POST /sessions/{id}/edit", Form("name=Renamed"), MANAGES),
    row("POST /sessions/{id}/lock", Form(""), MANAGES),
    row("POST /sessions/{id}/unlock", Form(""), MANAGES).at("/sessions/$locked_session/unlock"),
    row("POST /sessions/{id}/end", Form(""), MANAGES),
];

const OTTO: Who = Who::Stranger;
const UNKNOWN: Outcome = NotFound;

pub(crate) const FOREIGN: &[Foreign] = &[
    foreign("POST /v1/sessions", "/v1/sessions", Json(NEW), OTTO, UNKNOWN),
    foreign(
        "GET /v1/sessions",
        "/v1/sessions?group_id=$group",
        Nothing,
        OTTO,
        UNKNOWN,
    ),
    foreign(
        "POST /groups/{id}/sessions",
        "/groups/$group/sessions",
        Form("name=New&group_id=$other_group"),
        OTTO,
        UNKNOWN,
    ),
];
