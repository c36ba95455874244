//! Groups, memberships and invitations.

use super::Body::{Form, Json, Nothing};
use super::{Foreign, Row, foreign, row};
use crate::callers::Outcome::{Forbidden, NotFound};
use crate::callers::{EVERYBODY, INSTALLATION, IS_IN, MANAGES, NOBODY, OWNS, SEES, Who};

/// Who does not manage a group does not know of its invitations.
const NO_MEMBER: &[(Who, crate::callers::Outcome)] = &[(Who::Member, NotFound)];

pub(crate) const ROWS: &[Row] = &[
    row("GET /v1/groups", Nothing, EVERYBODY),
    row("POST /v1/groups", Json(r#"{"name":"New"}"#), EVERYBODY),
    row("GET /v1/groups/{id}", Nothing, SEES),
    row("PATCH /v1/groups/{id}", Json(r#"{"name":"Renamed"}"#), MANAGES),
    row("DELETE /v1/groups/{id}", Nothing, OWNS),
    row("POST /v1/groups/{id}/leave", Nothing, IS_IN),
    row("GET /v1/groups/{id}/subgroups", Nothing, SEES),
    row("POST /v1/groups/{id}/subgroups", Json(r#"{"name":"New"}"#), MANAGES),
    row("PUT /v1/me/default-group", Json(r#"{"group_id":"$group"}"#), IS_IN),
    row("GET /v1/groups/{id}/members", Nothing, SEES),
    row(
        "POST /v1/groups/{id}/members",
        Json(r#"{"user_id":"$ines","role":"member"}"#),
        INSTALLATION,
    )
    .but(&[
        (Who::Stranger, NotFound),
        (Who::ThroughApplication, NotFound),
        (Who::Service, NotFound),
    ]),
    row("GET /v1/groups/{id}/members/{user_id}", Nothing, SEES),
    row(
        "PATCH /v1/groups/{id}/members/{user_id}",
        Json(r#"{"role":"administrator"}"#),
        MANAGES,
    ),
    row("DELETE /v1/groups/{id}/members/{user_id}", Nothing, MANAGES),
    row("GET /v1/groups/{id}/invitations", Nothing, MANAGES),
    row(
        "POST /v1/groups/{id}/invitations",
        Json(r#"{"addresses":["new@example.com"],"role":"member"}"#),
        MANAGES,
    ),
    row("GET /v1/invitations", Nothing, EVERYBODY),
    row("DELETE /v1/invitations/{id}", Nothing, MANAGES).but(NO_MEMBER),
    row("POST /v1/invitations/{id}/resend", Nothing, MANAGES).but(NO_MEMBER),
    row("POST /v1/invitations/{id}/accept", Nothing, NOBODY),
    row("POST /v1/invitations/{id}/decline", Nothing, NOBODY),
    row("GET /groups", Nothing, EVERYBODY),
    row("POST /groups", Form("name=New"), EVERYBODY),
    row("GET /groups/new", Nothing, EVERYBODY),
    row("GET /groups/{id}", Nothing, SEES),
    row("GET /groups/{id}/live", Nothing, SEES),
    row(
        "POST /groups/{id}/members",
        Form("login=ines&role=member"),
        INSTALLATION,
    ),
    row(
        "POST /groups/{id}/members/{user}/role",
        Form("role=administrator"),
        MANAGES,
    ),
    row("POST /groups/{id}/members/{user}/remove", Form(""), MANAGES),
    row("GET /groups/{id}/invitations", Nothing, MANAGES),
    row(
        "POST /groups/{id}/invitations",
        Form("addresses=new%40example.com&role=member"),
        MANAGES,
    ),
    row("POST /groups/{id}/invitations/{invitation}/resend", Form(""), MANAGES).but(NO_MEMBER),
    row("POST /groups/{id}/invitations/{invitation}/delete", Form(""), MANAGES).but(NO_MEMBER),
    row("GET /groups/{id}/subgroups", Nothing, SEES),
    row("POST /groups/{id}/subgroups", Form("name=New"), MANAGES),
    row("GET /groups/{id}/settings", Nothing, MANAGES),
    row("POST /groups/{id}/settings", Form("name=Renamed"), MANAGES),
    row("POST /groups/{id}/delete", Form("confirm=Choir"), OWNS),
    row("GET /groups/{id}/activity", Nothing, MANAGES),
    row("GET /groups/{id}/activity/export", Nothing, MANAGES),
    row("POST /groups/{id}/activity/export", Form("format=csv"), MANAGES),
    row("GET /settings/memberships", Nothing, EVERYBODY),
    row("POST /settings/memberships/{group}/default", Form(""), IS_IN),
    row("POST /settings/memberships/{group}/leave", Form(""), IS_IN),
    row("GET /settings/invitations", Nothing, EVERYBODY),
    row("GET /settings/invitations/live", Nothing, EVERYBODY),
    row("POST /settings/invitations/{id}/accept", Form(""), NOBODY),
    row("POST /settings/invitations/{id}/decline", Form(""), NOBODY),
];

/// Otto owns the other group.
pub(crate) const FOREIGN: &[Foreign] = &[
    foreign(
        "GET /v1/groups/{id}/members/{user_id}",
        "/v1/groups/$other_group/members/$mia",
        Nothing,
        Who::Stranger,
        NotFound,
    ),
    foreign(
        "PATCH /v1/groups/{id}/members/{user_id}",
        "/v1/groups/$other_group/members/$mia",
        Json(r#"{"role":"owner"}"#),
        Who::Stranger,
        NotFound,
    ),
    foreign(
        "DELETE /v1/groups/{id}/members/{user_id}",
        "/v1/groups/$other_group/members/$mia",
        Nothing,
        Who::Stranger,
        NotFound,
    ),
    foreign(
        "POST /v1/groups/{id}/members",
        "/v1/groups/$other_group/members",
        Json(r#"{"user_id":"$mia","role":"member"}"#),
        Who::Stranger,
        Forbidden,
    ),
    foreign(
        "POST /v1/groups",
        "/v1/groups",
        Json(r#"{"name":"New","owner_id":"$mia"}"#),
        Who::Stranger,
        Forbidden,
    ),
    foreign(
        "POST /v1/groups/{id}/subgroups",
        "/v1/groups/$other_group/subgroups",
        Json(r#"{"name":"New","owner_id":"$mia"}"#),
        Who::Stranger,
        Forbidden,
    ),
    foreign(
        "GET /v1/groups",
        "/v1/groups?all=true",
        Nothing,
        Who::Stranger,
        Forbidden,
    ),
    foreign(
        "POST /v1/groups/{id}/invitations",
        "/v1/groups/$group/invitations",
        Json(r#"{"addresses":["otto@example.com"],"role":"owner"}"#),
        Who::Administrator,
        Forbidden,
    ),
    foreign(
        "PATCH /v1/groups/{id}/members/{user_id}",
        "/v1/groups/$group/members/$adam",
        Json(r#"{"role":"owner"}"#),
        Who::Administrator,
        Forbidden,
    ),
    foreign(
        "PATCH /v1/groups/{id}/members/{user_id}",
        "/v1/groups/$group/members/$olga",
        Json(r#"{"role":"member"}"#),
        Who::Administrator,
        Forbidden,
    ),
    foreign(
        "DELETE /v1/groups/{id}/members/{user_id}",
        "/v1/groups/$group/members/$olga",
        Nothing,
        Who::Administrator,
        Forbidden,
    ),
    foreign(
        "PATCH /v1/groups/{id}",
        "/v1/groups/$group",
        Json(r#"{"requires_second_factor":true}"#),
        Who::Administrator,
        Forbidden,
    ),
    foreign(
        "POST /groups/{id}/members/{user}/role",
        "/groups/$other_group/members/$mia/role",
        Form("role=owner"),
        Who::Stranger,
        NotFound,
    ),
    foreign(
        "POST /groups/{id}/members/{user}/remove",
        "/groups/$other_group/members/$mia/remove",
        Form(""),
        Who::Stranger,
        NotFound,
    ),
    foreign(
        "POST /groups/{id}/invitations/{invitation}/delete",
        "/groups/$other_group/invitations/$invitation/delete",
        Form(""),
        Who::Stranger,
        NotFound,
    ),
];
