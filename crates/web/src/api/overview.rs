//! `GET /v1/activities/histogram` and `/v1/activities/facets`: what all that a query finds is made of.

use activity::{Outcome, Time};
use app::activity::{Bar, Facet, Overview, OverviewRequest, Values, overview};
use axum::Json;
use axum::extract::{OriginalUri, State};
use serde::Serialize;
use serde_json::{Map, Value};

use super::answers::Reading;
use super::list_activities::{scope, zone};
use super::openapi::{Counted, Through};
use super::query::{Params, refusal};
use crate::AppState;
use crate::problem::{Problem, ProblemDetails};
use crate::shell::ApiCaller;

const QUESTION: [&str; 6] = ["q", "from", "to", "tz", "user", "group"];
const DEFAULT_TOP: usize = 10;
const MOST_TOP: usize = 100;

/// What is counted. In a description: `params(Asking, …)`.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "described here, read by `request` and `scope`")]
struct Asking {
    /// Query, as of `listActivities`.
    q: Option<String>,
    /// Only what happened at or after this RFC 3339 time or date.
    from: Option<String>,
    /// Only what happened before this RFC 3339 time or date.
    to: Option<String>,
    /// Zone of the bars and of dates in `q`: `UTC` (default), `EST`, or an IANA name.
    tz: Option<String>,
    /// Only the log of the user with this id; `me` for the key's own.
    #[param(min_length = 1)]
    user: Option<String>,
    /// Only the log of the group with this id and of its subgroups; for who manages it.
    #[param(min_length = 1)]
    group: Option<String>,
}

/// How many rows match over time.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct HistogramBody {
    /// The bars, oldest first, without gaps; none if nothing matches.
    data: Vec<BarBody>,
    count: Counted,
    complete_through: Through,
}

/// How many rows match within a bar.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct BarBody {
    /// Its beginning.
    #[schema(value_type = String, format = DateTime)]
    from: Time,
    /// Its end, which is not within it.
    #[schema(value_type = String, format = DateTime)]
    to: Time,
    /// In all.
    n: u64,
    /// Of each outcome that there is.
    #[schema(value_type = std::collections::BTreeMap<String, u64>)]
    outcomes: Map<String, Value>,
}

/// How many rows match by value.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct FacetsBody {
    data: Vec<FacetBody>,
    count: Counted,
    complete_through: Through,
}

/// The values of one facet.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct FacetBody {
    /// The key of the query language that asks for such a value.
    facet: &'static str,
    /// Most first.
    values: Vec<ValueBody>,
    /// How many rows have another value than these.
    other: u64,
}

/// One value.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct ValueBody {
    /// The value, such as an id.
    value: String,
    /// What it is called, as far as it is known.
    name: String,
    /// How many rows have it.
    n: u64,
}

/// Counts what a query finds over time.
///
/// Bars are of a length that a clock or a calendar has, at most 80 of them, in the zone `tz`: its days have 23, 24 or
/// 25 hours. They span the range, or, where it is open, what there is.
#[utoipa::path(
    get, path = "/v1/activities/histogram", tag = "Activities", operation_id = "countActivitiesOverTime",
    params(
        Asking,
    ),
    responses(
        (status = 200, description = "The bars.", body = HistogramBody),
        (status = 422, description = "The question takes too long; narrow it.", body = ProblemDetails, content_type = "application/problem+json"),
        Reading
    ),
    security(("key" = ["activities:read"])),
)]
pub(super) async fn histogram(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    OriginalUri(uri): OriginalUri,
) -> Result<Json<HistogramBody>, Problem> {
    let params = Params::read(&uri, &QUESTION)?;
    let request = request(&params, Vec::new(), 1)?;
    let scope = scope(&caller, &params)?;
    let (found, through) = overview(state.app(), &caller, &scope, &request)
        .await
        .map_err(refusal)?;
    Ok(Json(HistogramBody {
        data: found.bars.iter().map(BarBody::new).collect(),
        count: found.count.into(),
        complete_through: through.into(),
    }))
}

/// Counts what a query finds by value.
///
/// Each facet has its largest values, and how many rows have another. Beside a value that the query asks for stand
/// those that it could ask for.
#[utoipa::path(
    get, path = "/v1/activities/facets", tag = "Activities", operation_id = "countActivitiesByValue",
    params(
        ("facet" = Option<String>, Query, pattern = "^(activity|outcome|user|group|application|ip|device|country|reported)(,(activity|outcome|user|group|application|ip|device|country|reported))*$", description = "Facets, separated by commas: `activity`, `outcome`, `user`, `group`, `application`, `ip`, `device`, `country`, `reported`. All by default."),
        ("limit" = Option<usize>, Query, minimum = 1, maximum = 100, description = "Most values of each facet; 10 by default."),
        Asking,
    ),
    responses(
        (status = 200, description = "The values.", body = FacetsBody),
        (status = 422, description = "The question takes too long; narrow it.", body = ProblemDetails, content_type = "application/problem+json"),
        Reading
    ),
    security(("key" = ["activities:read"])),
)]
pub(super) async fn facets(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    OriginalUri(uri): OriginalUri,
) -> Result<Json<FacetsBody>, Problem> {
    let known: Vec<&str> = QUESTION.into_iter().chain(["facet", "limit"]).collect();
    let params = Params::read(&uri, &known)?;
    let facets = match params.get("facet") {
        None => Facet::ALL.to_vec(),
        Some(words) => words.split(',').map(named).collect::<Result<_, _>>()?,
    };
    let request = request(&params, facets, params.limit(DEFAULT_TOP, MOST_TOP)?)?;
    let scope = scope(&caller, &params)?;
    let found = overview(state.app(), &caller, &scope, &request).await;
    let (Overview { count, facets, .. }, through) = found.map_err(refusal)?;
    Ok(Json(FacetsBody {
        data: facets.into_iter().map(FacetBody::from).collect(),
        count: count.into(),
        complete_through: through.into(),
    }))
}

fn request(params: &Params, facets: Vec<Facet>, top: usize) -> Result<OverviewRequest, Problem> {
    Ok(OverviewRequest {
        q: params.get("q").unwrap_or_default().to_owned(),
        from: params.time("from")?,
        to: params.time("to")?,
        zone: zone(params)?,
        facets,
        top,
        more: None,
    })
}

fn named(word: &str) -> Result<Facet, Problem> {
    let known = || {
        let words: Vec<&str> = Facet::ALL.iter().map(|facet| facet.query_word()).collect();
        let detail = format!("There is no facet `{word}`; give some of {}.", words.join(", "));
        Params::wrong("facet", detail)
    };
    Facet::named(word).ok_or_else(known)
}

impl BarBody {
    fn new(bar: &Bar) -> Self {
        let outcome = |outcome: &Outcome| (outcome.word().to_owned(), Value::from(bar.outcomes.of(*outcome)));
        let some = Outcome::ALL.iter().filter(|outcome| bar.outcomes.of(**outcome) > 0);
        Self {
            from: bar.from,
            to: bar.to,
            n: bar.outcomes.total(),
            outcomes: some.map(outcome).collect(),
        }
    }
}

impl From<Values> for FacetBody {
    fn from(values: Values) -> Self {
        let body = |value: app::activity::Value| ValueBody {
            value: value.value,
            name: value.name,
            n: value.n,
        };
        Self {
            facet: values.facet.query_word(),
            values: values.values.into_iter().map(body).collect(),
            other: values.other,
        }
    }
}
