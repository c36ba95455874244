//! `/openapi.json`: the description of the API. What the handlers say of themselves is gathered here; the shapes of
//! activities, which they read by hand, come from `shapes`, limits from `bounds`, and what goes for all from `finish`.

mod bounds;
mod finish;
mod shapes;
#[cfg(test)]
mod tests;

use std::sync::OnceLock;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::Value;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi, ToSchema};

use super::{
    applications, auth, connections, devices, erasures, exports, get_activity, groups, holds, imports, list_activities,
    list_types, overview, proofs, record_activities, retention, saved_searches, sessions, sources, tail, users,
};
use crate::problem::{FieldProblem, ProblemDetails};

#[derive(OpenApi)]
#[openapi(
    info(title = "Whodid", description = "Who did what, when, from where: report activities and read the log."),
    paths(
        record_activities::record_activities,
        list_activities::list_activities,
        tail::tail_activities,
        get_activity::get_activity,
        list_types::list_types,
        overview::histogram,
        overview::facets,
    ),
    components(schemas(ProblemDetails, FieldProblem, Activity, ActivityPage, NewActivities, Person)),
    modifiers(&Schemes),
    tags((name = "Activities"), (name = "Activity types")),
)]
struct Document;

struct Schemes;

impl Modify for Schemes {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let schemes = [
            ("key", "An API key: `Authorization: Bearer whodid_…`."),
            (
                "program",
                "The token of a device signed in to a registered application, or an API key with the scope `admin`.",
            ),
            (
                "application",
                "The key of a registered application: `Authorization: Bearer whodid_app_…`.",
            ),
        ];
        let components = document.components.get_or_insert_default();
        for (name, text) in schemes {
            let scheme = HttpBuilder::new()
                .scheme(HttpAuthScheme::Bearer)
                .description(Some(text))
                .build();
            components.add_security_scheme(name, SecurityScheme::Http(scheme));
        }
    }
}

/// The description of everything, whole.
pub(super) fn description() -> Value {
    let mut document = serde_json::to_value(whole()).unwrap_or_default();
    shapes::add(&mut document);
    finish::finish(&mut document);
    bounds::apply(&mut document);
    document
}

/// What the handlers say. A schema's name is the same thing everywhere: of two with one name the first stays,
/// and a test sees that they say the same.
fn whole() -> utoipa::openapi::OpenApi {
    areas()
        .into_iter()
        .reduce(utoipa::openapi::OpenApi::merge_from)
        .unwrap_or_default()
}

/// One document an area, the one with the title first.
pub(super) fn areas() -> Vec<utoipa::openapi::OpenApi> {
    vec![
        Document::openapi(),
        connections::Document::openapi(),
        groups::Document::openapi(),
        sessions::Document::openapi(),
        saved_searches::Document::openapi(),
        users::Document::openapi(),
        applications::Document::openapi(),
        auth::Document::openapi(),
        devices::Document::openapi(),
        exports::Document::openapi(),
        proofs::Document::openapi(),
        retention::Document::openapi(),
        sources::Document::openapi(),
        erasures::Document::openapi(),
        holds::Document::openapi(),
        imports::Document::openapi(),
    ]
}

pub(super) async fn document() -> Response {
    static TEXT: OnceLock<String> = OnceLock::new();
    let text = TEXT.get_or_init(|| description().to_string());
    let mut response = text.as_str().into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=300"));
    response
}

/// A recorded activity. Its shape is given by `shapes`.
#[derive(ToSchema)]
pub(super) struct Activity;

/// A person as they were named at a moment. Its shape is given by `shapes`.
#[derive(ToSchema)]
pub(super) struct Person;

/// What may be recorded. Its shape is given by `shapes`.
#[derive(ToSchema)]
pub(super) struct NewActivities;

/// One page of activities.
#[derive(Serialize, ToSchema)]
pub(super) struct ActivityPage {
    /// The rows.
    #[schema(value_type = Vec<Activity>)]
    data: Vec<()>,
    /// Where to go on.
    page: ActivityPageLinks,
    /// Up to where this answer is complete.
    complete_through: Through,
    /// Only there while a part of the log cannot be read: activities that may be missing here.
    unreadable: Option<Vec<Unreadable>>,
    /// How many match; only with `count=true`.
    count: Option<Counted>,
}

/// Where to go on.
#[derive(Serialize, ToSchema)]
pub(super) struct ActivityPageLinks {
    /// Cursor for `after`; always there with `order=asc`.
    next: Option<String>,
    /// Whether more rows are known to follow.
    has_more: bool,
    /// Whether the page ended before its limit because its rows are large.
    ended_early: bool,
}

/// Activities that cannot be read at the moment.
#[derive(Serialize, ToSchema)]
pub(super) struct Unreadable {
    /// The id of the first.
    from: u64,
    /// The id of the last.
    to: u64,
}

/// Up to where an answer is complete.
#[derive(Serialize, ToSchema)]
pub(super) struct Through {
    /// Number of activities in the log: every id below it was considered.
    size: u64,
    /// The moment up to which everything accepted was considered.
    #[schema(value_type = String, format = DateTime)]
    at: activity::Time,
}

impl From<app::activity::CompleteThrough> for Through {
    fn from(through: app::activity::CompleteThrough) -> Self {
        Self {
            size: through.size,
            at: through.at,
        }
    }
}

/// How many rows match.
#[derive(Serialize, ToSchema)]
pub(super) struct Counted {
    /// The number, or a number that is certainly reached.
    n: u64,
    /// Whether there are exactly so many.
    exact: bool,
}

impl From<app::activity::Count> for Counted {
    fn from(count: app::activity::Count) -> Self {
        Self {
            n: count.n,
            exact: count.exact,
        }
    }
}
