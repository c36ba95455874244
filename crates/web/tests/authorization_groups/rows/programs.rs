//! Registered applications, keys, mails, and signing out.

use super::Body::{Form, Json, Nothing};
use super::{Row, row};
use crate::callers::Outcome::NotFound;
use crate::callers::{EVERYBODY, Expect, INSTALLATION, Who};

/// Nobody was erased, asked to be, or is under a hold.
const NONE_THERE: Expect = Expect {
    installation: NotFound,
    ..INSTALLATION
};

pub(crate) const ROWS: &[Row] = &[
    row("GET /v1/applications", Nothing, INSTALLATION),
    row("POST /v1/applications", Json(r#"{"name":"New"}"#), INSTALLATION),
    row("GET /v1/applications/{id}", Nothing, INSTALLATION),
    row(
        "PATCH /v1/applications/{id}",
        Json(r#"{"name":"Renamed"}"#),
        INSTALLATION,
    ),
    row("DELETE /v1/applications/{id}", Nothing, INSTALLATION),
    row("POST /v1/applications/{id}/key", Nothing, INSTALLATION),
    row("GET /admin/applications/{id}", Nothing, INSTALLATION),
    row("POST /admin/applications/{id}", Form("name=Renamed"), INSTALLATION),
    row("POST /admin/applications/{id}/delete", Form(""), INSTALLATION),
    row("POST /admin/applications/{id}/disable", Form(""), INSTALLATION),
    // It is enabled.
    row("POST /admin/applications/{id}/enable", Form(""), INSTALLATION).silent(),
    row("POST /admin/applications/{id}/key", Form(""), INSTALLATION),
    row("POST /admin/api-keys/{id}/revoke", Form(""), INSTALLATION),
    row("POST /admin/outbox/{id}/delete", Form(""), INSTALLATION),
    // There is no mail server.
    row("POST /admin/outbox/{id}/show", Form(""), INSTALLATION),
    row("POST /admin/outbox/{id}/retry", Form(""), INSTALLATION).silent(),
    // Nothing was removed.
    row(
        "GET /admin/retention/runs/{id}/note",
        Nothing,
        Expect {
            installation: NotFound,
            ..INSTALLATION
        },
    )
    .at("/admin/retention/runs/1/note"),
    // Nobody was erased, asked to be, or is under a hold: the page says so.
    row(
        "GET /admin/erasure/{id}/receipt",
        Nothing,
        Expect {
            installation: NotFound,
            ..INSTALLATION
        },
    )
    .at("/admin/erasure/ers_none/receipt"),
    row("POST /admin/erasure/{id}/erase", Form("reason=Left"), INSTALLATION)
        .at("/admin/erasure/ers_none/erase")
        .silent(),
    row("POST /admin/erasure/{id}/decline", Form("reason=Left"), INSTALLATION)
        .at("/admin/erasure/ers_none/decline")
        .silent(),
    row("POST /admin/holds/{id}/lift", Form(""), INSTALLATION)
        .at("/admin/holds/hold_none/lift")
        .silent(),
    row("GET /v1/erasures/{id}", Nothing, NONE_THERE).at("/v1/erasures/ers_none"),
    row("GET /v1/erasures/{id}/receipt", Nothing, NONE_THERE).at("/v1/erasures/ers_none/receipt"),
    row("POST /v1/erasures/{id}/erase", Json(r#"{"reason":"Left"}"#), NONE_THERE).at("/v1/erasures/ers_none/erase"),
    row(
        "POST /v1/erasures/{id}/decline",
        Json(r#"{"reason":"Left"}"#),
        NONE_THERE,
    )
    .at("/v1/erasures/ers_none/decline"),
    row("DELETE /v1/holds/{id}", Nothing, NONE_THERE).at("/v1/holds/hold_none"),
    // Nothing was imported.
    row("GET /v1/imports/{id}", Nothing, NONE_THERE).at("/v1/imports/1"),
    // Keys of service accounts record activities here, those of persons do not.
    row("POST /v1/imports/{id}/end", Json(r#"{"whole":true}"#), NONE_THERE)
        .at("/v1/imports/1/end")
        .but(&[(Who::Service, NotFound), (Who::ServiceInside, NotFound)]),
    row(
        "POST /v1/imports/{id}/undo",
        Json(r#"{"reason":"Wrong year"}"#),
        NONE_THERE,
    )
    .at("/v1/imports/1/undo"),
    row("GET /admin/imports/{id}/undo", Nothing, NONE_THERE).at("/admin/imports/1/undo"),
    row("POST /admin/imports/{id}/undo", Form("reason=Wrong year"), NONE_THERE).at("/admin/imports/1/undo"),
    row("POST /v1/auth/sign-out", Nothing, EVERYBODY),
];
