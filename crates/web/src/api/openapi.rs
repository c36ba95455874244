//! `/openapi.json`: the description of the API, and the shapes that only it needs to name.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi, ToSchema};

use super::problem::{FieldProblem, ProblemDetails};
use super::{
    applications, auth, connections, devices, get_activity, groups, list_activities, list_types, record_activities,
    sessions, users,
};

#[derive(OpenApi)]
#[openapi(
    info(title = "Whodid", description = "Who did what, when, from where: report activities and read the log."),
    paths(
        record_activities::record_activities,
        list_activities::list_activities,
        get_activity::get_activity,
        list_types::list_types,
    ),
    components(schemas(ProblemDetails, FieldProblem, ActivityRow, ActivityPage, NewActivity, NewActivities)),
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

/// The description of everything. A schema's name is the same thing everywhere: of two with one name the first stays,
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
        users::Document::openapi(),
        applications::Document::openapi(),
        auth::Document::openapi(),
        devices::Document::openapi(),
    ]
}

pub(super) async fn document() -> Response {
    static TEXT: OnceLock<String> = OnceLock::new();
    let text = TEXT.get_or_init(|| whole().to_json().unwrap_or_default());
    let mut response = text.as_str().into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=300"));
    response
}

/// A person as they were named at that moment.
#[derive(Serialize, ToSchema)]
pub(super) struct Person {
    /// Stable id.
    id: String,
    /// Full name.
    name: Option<String>,
    /// Log-in name.
    username: Option<String>,
    /// E-mail address.
    email: Option<String>,
}

/// Something with an id and a name.
#[derive(Serialize, ToSchema)]
pub(super) struct Named {
    /// Stable id.
    id: String,
    /// Name.
    name: Option<String>,
}

/// What it was done to.
#[derive(Serialize, ToSchema)]
pub(super) struct Target {
    /// What sort of thing: `user`, `group`, `session`, …
    kind: String,
    /// Stable id.
    id: String,
    /// Name.
    name: Option<String>,
    /// Log-in name of a person.
    username: Option<String>,
    /// E-mail address of a person.
    email: Option<String>,
}

/// Who did it.
#[derive(Serialize, ToSchema)]
pub(super) struct By {
    /// `self`, `person` (somebody of the reporting system: its own people, services and administrators), `application`
    /// or `system`; of this installation itself also `administrator` and `member`, which are kept as `person` when a
    /// reporter sends them.
    kind: String,
    /// Stable id of the person or application.
    id: Option<String>,
    /// Name.
    name: Option<String>,
    /// Log-in name.
    username: Option<String>,
    /// E-mail address.
    email: Option<String>,
}

/// Who put an activity into the log.
#[derive(Serialize, ToSchema)]
pub(super) struct Recorder {
    /// `whodid`, or `api_key`, `application` or `import` where it was reported and so is claimed; `unstated` for
    /// activities from before rows said so.
    kind: String,
    /// Id of the key, application or import.
    id: Option<String>,
    /// Its name then.
    name: Option<String>,
    /// The address it reported from.
    ip: Option<String>,
}

/// One value that was changed.
#[derive(Serialize, ToSchema)]
pub(super) struct Change {
    /// What was changed.
    field: String,
    /// The value before.
    before: Option<String>,
    /// The value after.
    after: Option<String>,
}

/// An activity to record.
#[derive(Serialize, ToSchema)]
pub(super) struct NewActivity {
    /// Code of the activity type.
    #[schema(example = "user.login")]
    activity: String,
    /// When it happened, RFC 3339; now if absent. At most 24 hours ahead.
    #[schema(format = DateTime)]
    occurred_at: Option<String>,
    /// `success` (default), `failure`, `denied`, `challenged` or `unknown`.
    outcome: Option<String>,
    /// Why it failed or happened.
    reason: Option<String>,
    /// `debug`, `info`, `notice`, `warning`, `error`, `critical`, `alert` or `emergency`.
    severity: Option<String>,
    /// Whose log it belongs to.
    user: Option<Person>,
    /// Who did it; the user themself if absent.
    by: Option<By>,
    /// What it was done to, the chief one first; at most 20. A single one may be sent as `target`.
    targets: Option<Vec<Target>>,
    /// The group it happened in.
    group: Option<Named>,
    /// The application it happened in.
    application: Option<Named>,
    /// Address it came from.
    ip: Option<String>,
    /// Device in words.
    device: Option<String>,
    /// User agent as it was sent.
    user_agent: Option<String>,
    /// ISO 3166-1 alpha-2 country.
    country: Option<String>,
    /// Where the address is, in words.
    place: Option<String>,
    /// The trace it belongs to, at most 256 bytes.
    trace_id: Option<String>,
    /// Sentence for types that are not in the catalogue.
    description: Option<String>,
    /// What was changed.
    changes: Option<Vec<Change>>,
    /// Flat free-form values: at most 50 keys.
    metadata: Option<BTreeMap<String, String>>,
    /// The reporter's own id, for telling repeats.
    external_id: Option<String>,
    /// The event as its own system wrote it, at most 64 KiB.
    raw: Option<String>,
}

/// One activity, or an array of them.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) enum NewActivities {
    /// One activity.
    One(Box<NewActivity>),
    /// Several.
    Many(Vec<NewActivity>),
}

/// A recorded activity.
#[derive(Serialize, ToSchema)]
pub(super) struct ActivityRow {
    /// Sequence number.
    id: u64,
    /// When this log recorded it.
    #[schema(format = DateTime)]
    recorded_at: String,
    /// What happened, in words.
    sentence: String,
    /// Who put it into the log; set by the server.
    recorded_by: Recorder,
    /// What was stated.
    #[schema(inline)]
    #[serde(flatten)]
    facts: NewActivity,
}

/// One page of activities.
#[derive(Serialize, ToSchema)]
pub(super) struct ActivityPage {
    /// The rows.
    data: Vec<ActivityRow>,
    /// Where to go on.
    page: ActivityPageLinks,
    /// Up to where this answer is complete.
    complete_through: Through,
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

/// Up to where an answer is complete.
#[derive(Serialize, ToSchema)]
pub(super) struct Through {
    /// Number of activities in the log: every id below it was considered.
    size: u64,
    /// The moment up to which everything accepted was considered.
    #[schema(format = DateTime)]
    at: String,
}

/// How many rows match.
#[derive(Serialize, ToSchema)]
pub(super) struct Counted {
    /// The number, or a number that is certainly reached.
    n: u64,
    /// Whether there are exactly so many.
    exact: bool,
}
