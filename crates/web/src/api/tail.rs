//! `GET /v1/activities/tail`: everything that matches as it is recorded, as a stream of events (SSE).

use std::time::Duration;

use activity::json;
use app::Caller;
use app::activity::{FollowRequest, Tail, ViewError, tail};
use axum::body::Bytes;
use axum::extract::{OriginalUri, State};
use axum::http::HeaderMap;
use axum::response::Response;

use super::answers::Reading;
use super::list_activities::{scope, zone};
use super::query::{Params, refusal};
use crate::AppState;
use crate::problem::{Problem, ProblemDetails};
use crate::shell::stream::{News, NoStream, RETRY_AFTER, Source, event, stream_of};
use crate::shell::tails;
use crate::shell::{ApiCaller, RequestContext, last_event_id};

const KNOWN: &[&str] = &["q", "from", "tz", "after", "user", "group"];

/// Rows handed out at once.
const AT_ONCE: usize = 500;

/// Gives every activity that matches as it is recorded, as server-sent events.
///
/// Begins with what is recorded from now on, or behind the cursor `after`, as `order=asc` of the list gives one. Each
/// event `activity` holds one activity, and its id is the cursor behind it: a client that reconnects sends the last one
/// as `Last-Event-ID` by itself, and misses nothing, however late it was recorded. The stream ends after an hour, when
/// the key, token or its rights end (event `ended`), or when it cannot go on (event `error`, a problem).
#[utoipa::path(
    get, path = "/v1/activities/tail", tag = "Activities", operation_id = "tailActivities",
    params(
        ("q" = Option<String>, Query, description = "Query, as of the list."),
        ("from" = Option<String>, Query, description = "Only what happened at or after this RFC 3339 time or date."),
        ("tz" = Option<String>, Query, description = "Zone in which dates in `q` are read: `UTC` (default), `EST`, or an IANA name."),
        ("after" = Option<String>, Query, min_length = 1, description = "Cursor to go on from; `Last-Event-ID` comes before it."),
        ("user" = Option<String>, Query, min_length = 1, description = "Only the log of the user with this id; `me` for the key's own."),
        ("group" = Option<String>, Query, min_length = 1, description = "Only what happened in the group with this id and in its subgroups."),
        ("Last-Event-ID" = Option<String>, Header, description = "The id of the last event that arrived."),
    ),
    responses(
        (status = 200, description = "The events.", body = String, content_type = "text/event-stream"),
        (status = 422, description = "The question takes too long; narrow it.", body = ProblemDetails, content_type = "application/problem+json"),
        Reading
    ),
    security(("key" = ["activities:read"])),
)]
pub(super) async fn tail_activities(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    context: RequestContext,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let params = Params::read(&uri, KNOWN)?;
    let scope = scope(&caller, &params)?;
    let asked = params.after()?;
    let last = last_event_id(&headers).filter(|id| !id.is_empty());
    let after = last.map(str::to_owned).or(asked);
    let request = FollowRequest {
        q: params.get("q").unwrap_or_default().to_owned(),
        from: params.time("from")?,
        to: None,
        zone: zone(&params)?,
        after,
        limit: AT_ONCE,
        hides_reads: false,
    };
    let tail = tail(state.app(), &caller, scope, request).await.map_err(refusal)?;
    let source = ProgramTail {
        state: state.clone(),
        tail,
    };
    stream_of(&state, (&context, &headers), caller, source).map_err(|none| match none {
        NoStream::Nobody => Problem::unauthorized(),
        NoStream::TooMany => Problem::busy(
            "This account has as many streams open as it may, or all together have. Close one, or try again later.",
            RETRY_AFTER,
        ),
    })
}

struct ProgramTail {
    state: AppState,
    tail: Tail,
}

impl Source for ProgramTail {
    const LIFE: Duration = Duration::from_secs(3600);

    async fn wait(&mut self) {
        self.tail.wait().await;
    }

    async fn say(&mut self, caller: &Caller) -> News {
        let page = match self.tail.next(self.state.app(), caller).await {
            Ok(page) => page,
            Err(ViewError::Forbidden | ViewError::NoSuchGroup) => return tails::rights_ended(),
            Err(error) => return News::Last(event("error", "", refusal(error).details())),
        };
        if page.rows.is_empty() {
            return News::Nothing;
        }
        let mut events = Vec::with_capacity(page.rows.len() * 512);
        for row in &page.rows {
            // The id of an event is the cursor behind its activity.
            events.extend_from_slice(format!("id: f{}\nevent: activity\ndata: ", row.seq + 1).as_bytes());
            json::write_json(row, &mut events);
            events.extend_from_slice(b"\n\n");
        }
        News::Events(events.into())
    }

    async fn may_hear(&mut self, caller: &Caller) -> bool {
        tails::may_hear(&self.state, caller, &self.tail).await
    }

    /// Where to go on from, without an event.
    fn still_there(&self) -> Bytes {
        tails::still_there(&self.tail)
    }
}
