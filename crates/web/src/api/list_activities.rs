//! `GET /v1/activities`: search newest first, or follow in the order of recording.

use std::ops::Range;

use activity::json;
use app::Caller;
use app::activity::{CompleteThrough, Count, FollowRequest, LogScope, Rows, ViewRequest, follow, view};
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::answers::Reading;
use super::list::{Paging, next_link};
use super::query::{Params, refusal};
use crate::AppState;
use crate::problem::{Problem, ProblemDetails};
use crate::shell::{ApiCaller, Zone};

const KNOWN: &[&str] = &[
    "q", "from", "to", "tz", "order", "after", "limit", "user", "group", "count",
];

/// The order of rows.
#[derive(Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Order {
    /// What happened last first.
    #[default]
    Desc,
    /// As they were recorded, to follow.
    Asc,
}

const DEFAULT_LIMIT: usize = 100;
const MOST: usize = 1000;

/// Searches the log, or follows it.
///
/// `order=desc` (the default) gives what happened last first, page by page. `order=asc` gives every activity in the
/// order of recording, always with a cursor to go on from: poll it and nothing is ever missed, however late it came.
/// A page of large rows ends before its limit, and says so; its cursor goes on behind them.
#[utoipa::path(
    get, path = "/v1/activities", tag = "Activities", operation_id = "listActivities",
    params(
        ("q" = Option<String>, Query, description = "Query, such as `outcome:failure user:sam@example.com`. `part*` is a beginning, `*part*` any part; accents need to be typed only in quotes."),
        ("from" = Option<String>, Query, description = "Only what happened at or after this RFC 3339 time or date."),
        ("to" = Option<String>, Query, description = "Only what happened before this RFC 3339 time or date."),
        ("tz" = Option<String>, Query, description = "Zone in which dates in `q` are read: `UTC` (default), `EST`, or an IANA name."),
        ("order" = inline(Option<Order>), Query, description = "`desc` by when it happened (default), or `asc` by when it was recorded, to follow."),
        ("user" = Option<String>, Query, min_length = 1, description = "Only the log of the user with this id; `me` for the key's own."),
        ("group" = Option<String>, Query, min_length = 1, description = "Only the log of the group with this id and of its subgroups; for who manages it."),
        ("count" = Option<bool>, Query, description = "`true` to count all matches."),
        Paging,
    ),
    responses(
        (status = 200, description = "One page.", body = super::openapi::ActivityPage),
        (status = 422, description = "The question takes too long; narrow it.", body = ProblemDetails, content_type = "application/problem+json"),
        Reading
    ),
    security(("key" = ["activities:read"])),
)]
pub(super) async fn list_activities(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    OriginalUri(uri): OriginalUri,
) -> Result<Response, Problem> {
    let params = Params::read(&uri, KNOWN)?;
    let scope = scope(&caller, &params)?;
    let page = match params.word("order")?.unwrap_or_default() {
        Order::Desc => newest(&state, &caller, &scope, &params).await?,
        Order::Asc => following(&state, &caller, &scope, &params).await?,
    };
    Ok(page.answer(&uri))
}

async fn newest(state: &AppState, caller: &Caller, scope: &LogScope, params: &Params) -> Result<Page, Problem> {
    let request = ViewRequest {
        q: params.get("q").unwrap_or_default().to_owned(),
        from: params.time("from")?,
        to: params.time("to")?,
        zone: zone(params)?,
        after: params.after()?,
        limit: params.limit(DEFAULT_LIMIT, MOST)?,
        explain: params.flag("count")?,
        ..ViewRequest::default()
    };
    let found = view(state.app(), caller, scope, &request).await.map_err(refusal)?;
    Ok(Page {
        rows: found.rows,
        has_more: found.older.is_some(),
        ended_early: found.is_cut,
        next: found.older,
        through: found.complete_through,
        unreadable: found.unreadable,
        count: found.count,
    })
}

async fn following(state: &AppState, caller: &Caller, scope: &LogScope, params: &Params) -> Result<Page, Problem> {
    let request = FollowRequest {
        q: params.get("q").unwrap_or_default().to_owned(),
        from: params.time("from")?,
        to: params.time("to")?,
        zone: zone(params)?,
        after: params.after()?,
        limit: params.limit(DEFAULT_LIMIT, MOST)?,
        hides_reads: false,
    };
    let found = follow(state.app(), caller, scope, &request).await.map_err(refusal)?;
    Ok(Page {
        rows: found.rows,
        next: Some(found.next),
        has_more: found.has_more,
        ended_early: found.is_cut,
        through: found.complete_through,
        unreadable: Vec::new(),
        count: None,
    })
}

pub(super) fn zone(params: &Params) -> Result<TimeZone, Problem> {
    let name = params.get("tz").unwrap_or("UTC");
    let zone = Zone::named(name).ok_or_else(|| Params::wrong("tz", format!("There is no time zone `{name}`.")))?;
    Ok(zone.zone().clone())
}

/// Everything for who may read everything, their own log for everybody else, unless one user or group is asked for.
pub(super) fn scope(caller: &Caller, params: &Params) -> Result<LogScope, Problem> {
    Ok(match (params.id("user")?, params.id("group")?) {
        (Some(_), Some(_)) => {
            let text = "Give `user` or `group`, not both; within a group, name the user in `q`.";
            return Err(Params::wrong("group", text));
        }
        (Some("me"), None) => LogScope::Me,
        (Some(id), None) => LogScope::User(id.to_owned()),
        (None, Some(id)) => LogScope::Group(id.to_owned()),
        (None, None) if caller.reads_everything() => LogScope::Everything,
        (None, None) => LogScope::Me,
    })
}

struct Page {
    rows: Rows,
    next: Option<String>,
    has_more: bool,
    ended_early: bool,
    through: CompleteThrough,
    unreadable: Vec<Range<u64>>,
    count: Option<Count>,
}

impl Page {
    fn answer(self, uri: &Uri) -> Response {
        let mut body = Vec::with_capacity(64 + self.rows.len() * 512);
        body.extend_from_slice(b"{\"data\":[");
        for (place, row) in self.rows.iter().enumerate() {
            if place > 0 {
                body.push(b',');
            }
            json::write_json(row, &mut body);
        }
        let page = json!({ "next": self.next, "has_more": self.has_more, "ended_early": self.ended_early });
        let through = json!({ "size": self.through.size, "at": self.through.at });
        body.extend_from_slice(format!("],\"page\":{page},\"complete_through\":{through}").as_bytes());
        if !self.unreadable.is_empty() {
            let range = |seqs: &Range<u64>| json!({ "from": seqs.start, "to": seqs.end - 1 });
            let unreadable: Vec<_> = self.unreadable.iter().map(range).collect();
            body.extend_from_slice(format!(",\"unreadable\":{}", json!(unreadable)).as_bytes());
        }
        if let Some(count) = self.count {
            let count = json!({ "n": count.n, "exact": count.exact });
            body.extend_from_slice(format!(",\"count\":{count}").as_bytes());
        }
        body.push(b'}');
        let mut response = body.into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(link) = self
            .next
            .and_then(|next| HeaderValue::try_from(next_link(uri, &next)).ok())
        {
            headers.insert(header::LINK, link);
        }
        response
    }
}
