//! Users, their devices and passkeys, connections, and what is kept about people. Tina asked everybody to connect,
//! everybody asked Tess, is connected with Ines and blocks Dora.

use super::Body::{Form, Json, Nothing};
use super::{Foreign, Row, foreign, row};
use crate::callers::Outcome::{Allowed, Clashes, Forbidden, NotFound, SaidNo};
use crate::callers::{EVERYBODY, Expect, INSTALLATION, MANAGES, NOBODY, Outcome, Who};

/// A device opens no route of exports: that takes a key made for it.
const NO_EXPORT: &[(Who, Outcome)] = &[
    (Who::Owner, Forbidden),
    (Who::Administrator, Forbidden),
    (Who::Member, Forbidden),
    (Who::Stranger, Forbidden),
    (Who::ThroughApplication, Forbidden),
];
/// Nothing signs the log here, so nothing lies beside its files.
const NOTHING_BESIDE: &[(Who, Outcome)] = &[(Who::Installation, NotFound)];
const NO_EXPORT_NOTHING_BESIDE: &[(Who, Outcome)] = &[
    (Who::Owner, Forbidden),
    (Who::Administrator, Forbidden),
    (Who::Member, Forbidden),
    (Who::Stranger, Forbidden),
    (Who::ThroughApplication, Forbidden),
    (Who::Installation, NotFound),
];
/// What has ended cannot be cancelled.
const NO_CANCEL: &[(Who, Outcome)] = &[
    (Who::Owner, Forbidden),
    (Who::Administrator, Forbidden),
    (Who::Member, Forbidden),
    (Who::Stranger, Forbidden),
    (Who::ThroughApplication, Forbidden),
    (Who::Installation, Clashes),
];
/// Programs connect with nobody.
const NO_SERVICE: &[(Who, Outcome)] = &[(Who::Service, Forbidden), (Who::ServiceInside, Forbidden)];

/// What is Tina's, for who administers the installation.
const HERS: Expect = Expect {
    installation: Allowed,
    ..NOBODY
};

pub(crate) const ROWS: &[Row] = &[
    row("GET /v1/users", Nothing, INSTALLATION),
    row(
        "POST /v1/users",
        Json(r#"{"username":"new","email":"new@example.com","given_name":"New"}"#),
        INSTALLATION,
    ),
    row("GET /v1/users/{id}", Nothing, INSTALLATION),
    row("PATCH /v1/users/{id}", Json(r#"{"given_name":"T"}"#), INSTALLATION),
    row("GET /v1/users/{id}/devices", Nothing, HERS),
    row("POST /v1/users/{id}/unlock", Nothing, INSTALLATION),
    row("POST /v1/users/{id}/activation", Nothing, INSTALLATION).at("/v1/users/$noa/activation"),
    row("POST /v1/users/{id}/end-devices", Nothing, INSTALLATION),
    row("POST /v1/users/{id}/require-mfa", Nothing, INSTALLATION),
    row("POST /v1/users/{id}/reset-mfa", Nothing, INSTALLATION),
    row("GET /v1/me", Nothing, EVERYBODY),
    row("PATCH /v1/me", Json(r#"{"given_name":"X"}"#), EVERYBODY),
    row("GET /users/{id}", Nothing, INSTALLATION),
    row(
        "POST /users/{id}",
        Form("given_name=T&username=tina&email=tina%40example.com"),
        INSTALLATION,
    ),
    row("GET /users/{id}/login-settings", Nothing, INSTALLATION),
    row("POST /users/{id}/login-enabled", Form("sure=1"), INSTALLATION),
    row(
        "POST /users/{id}/service-account",
        Form("service_account=on&sure=1"),
        INSTALLATION,
    ),
    row("POST /users/{id}/roles", Form("auditor=on"), INSTALLATION),
    row(
        "POST /users/{id}/login-settings",
        Form("add=10.0.0.0%2F8"),
        INSTALLATION,
    ),
    row("POST /users/{id}/unlock", Form(""), INSTALLATION),
    row("POST /users/{id}/activation", Form(""), INSTALLATION).at("/users/$noa/activation"),
    row("POST /users/{id}/require-mfa", Form("required=on"), INSTALLATION),
    row("POST /users/{id}/reset-mfa", Form(""), INSTALLATION),
    row("POST /users/{id}/devices/end", Form(""), INSTALLATION),
    row("POST /users/{id}/devices/{device}/revoke", Form(""), INSTALLATION),
    row("GET /users/{id}/activity", Nothing, INSTALLATION),
    row("GET /users/{id}/activity/csv", Nothing, INSTALLATION),
    row("GET /users/{id}/activity/complete", Nothing, INSTALLATION),
    row("GET /users/{id}/activity/advanced", Nothing, INSTALLATION),
    row("POST /users/{id}/activity/csv", Form(""), INSTALLATION),
    row("GET /users/{id}/activity/export", Nothing, INSTALLATION),
    row("POST /users/{id}/activity/export", Form("format=csv"), INSTALLATION),
    row("GET /v1/devices", Nothing, EVERYBODY),
    row("DELETE /v1/devices/{id}", Nothing, NOBODY),
    row("POST /v1/devices/end-others", Nothing, EVERYBODY),
    row("POST /settings/devices/{device}/revoke", Form(""), NOBODY),
    row("GET /settings/passkeys/{id}", Nothing, NOBODY),
    row("POST /settings/passkeys/{id}", Form("name=Mine"), NOBODY),
    row(
        "POST /settings/passkeys/{id}/remove",
        Form("password=correct+horse+battery+staple"),
        NOBODY,
    ),
    row("GET /v1/connections", Nothing, EVERYBODY),
    row("POST /v1/connections", Json(r#"{"username":"rita"}"#), EVERYBODY).but(NO_SERVICE),
    row("POST /v1/connections/find", Json(r#"{"username":"rita"}"#), EVERYBODY)
        .but(NO_SERVICE)
        .silent(),
    row("GET /v1/connections/{user_id}", Nothing, EVERYBODY)
        .but(&[(Who::Service, NotFound), (Who::ServiceInside, NotFound)]),
    row("POST /v1/connections/{user_id}/accept", Nothing, EVERYBODY).but(NO_SERVICE),
    row("POST /v1/connections/{user_id}/reject", Nothing, EVERYBODY).but(NO_SERVICE),
    row("POST /v1/connections/{user_id}/cancel", Nothing, EVERYBODY)
        .at("/v1/connections/$tess/cancel")
        .but(NO_SERVICE),
    row("POST /v1/connections/{user_id}/remove", Nothing, EVERYBODY)
        .at("/v1/connections/$ines/remove")
        .but(NO_SERVICE),
    row("POST /v1/connections/{user_id}/block", Nothing, EVERYBODY).but(NO_SERVICE),
    row("POST /v1/connections/{user_id}/unblock", Nothing, EVERYBODY)
        .at("/v1/connections/$dora/unblock")
        .but(NO_SERVICE),
    row("POST /settings/connections/{user}/accept", Form(""), EVERYBODY),
    row("POST /settings/connections/{user}/reject", Form(""), EVERYBODY),
    row("POST /settings/connections/{user}/cancel", Form(""), EVERYBODY).at("/settings/connections/$tess/cancel"),
    row("POST /settings/connections/{user}/remove", Form(""), EVERYBODY).at("/settings/connections/$ines/remove"),
    row("POST /settings/connections/{user}/block", Form(""), EVERYBODY),
    row("POST /settings/connections/{user}/unblock", Form(""), EVERYBODY).at("/settings/connections/$dora/unblock"),
    // An activity of Olga's in the group: hers, the managers' and the installation's to read.
    row("GET /activities/{id}", Nothing, MANAGES).but(&[(Who::Member, NotFound)]),
    row("GET /activities/{id}/open", Nothing, MANAGES).but(&[(Who::Member, NotFound)]),
    row("GET /v1/activities/{id}", Nothing, MANAGES).but(&[(Who::Member, NotFound)]),
    row("GET /exports/{id}/download", Nothing, HERS),
    row("GET /exports/{id}/manifest", Nothing, HERS).but(NOTHING_BESIDE),
    row("GET /exports/{id}/rows", Nothing, HERS).but(NOTHING_BESIDE),
    row("GET /exports/{id}", Nothing, HERS),
    row("POST /exports/{id}/cancel", Form(""), HERS).but(&[(Who::Installation, SaidNo)]),
    row("POST /exports/{id}/delete", Form(""), HERS),
    row("GET /v1/exports/{id}", Nothing, HERS).but(NO_EXPORT),
    row("GET /v1/exports/{id}/file", Nothing, HERS).but(NO_EXPORT),
    row("GET /v1/exports/{id}/manifest", Nothing, HERS).but(NO_EXPORT_NOTHING_BESIDE),
    row("GET /v1/exports/{id}/rows", Nothing, HERS).but(NO_EXPORT_NOTHING_BESIDE),
    row("POST /v1/exports/{id}/cancel", Nothing, HERS).but(NO_CANCEL),
    row("DELETE /v1/exports/{id}", Nothing, HERS).but(NO_EXPORT),
];

const OTTO: Who = Who::Stranger;

/// Nothing is between Otto and Noa, or Otto and himself.
pub(crate) const FOREIGN: &[Foreign] = &[
    foreign(
        "GET /v1/connections/{user_id}",
        "/v1/connections/$noa",
        Nothing,
        OTTO,
        NotFound,
    ),
    foreign(
        "POST /v1/connections/{user_id}/accept",
        "/v1/connections/$noa/accept",
        Nothing,
        OTTO,
        NotFound,
    ),
    foreign(
        "POST /v1/connections/{user_id}/accept",
        "/v1/connections/$tess/accept",
        Nothing,
        OTTO,
        NotFound,
    ),
    foreign(
        "POST /v1/connections/{user_id}/reject",
        "/v1/connections/$tess/reject",
        Nothing,
        OTTO,
        NotFound,
    ),
    foreign(
        "POST /v1/connections/{user_id}/cancel",
        "/v1/connections/$tina/cancel",
        Nothing,
        OTTO,
        NotFound,
    ),
    foreign(
        "POST /v1/connections/{user_id}/remove",
        "/v1/connections/$noa/remove",
        Nothing,
        OTTO,
        NotFound,
    ),
    foreign(
        "POST /v1/connections/{user_id}/block",
        "/v1/connections/$otto/block",
        Nothing,
        OTTO,
        NotFound,
    ),
    foreign(
        "POST /v1/connections/{user_id}/unblock",
        "/v1/connections/$noa/unblock",
        Nothing,
        OTTO,
        NotFound,
    ),
    foreign(
        "POST /settings/connections/{user}/accept",
        "/settings/connections/$noa/accept",
        Form(""),
        OTTO,
        SaidNo,
    ),
];
