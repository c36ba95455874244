//! The live tail of an activity view, for its page: new rows as HTML, put together by the server as those of the page
//! are. Owns what it gives up for, and says why: too many rows a second, too many to catch up with, or its time.

use std::collections::VecDeque;
use std::time::Duration;

use activity::query::parse;
use activity::{Activity, Time};
use app::Caller;
use app::activity::{FollowRequest, LogScope, Rows, Tail, ViewError, may_read, tail};
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::json;

use super::links::Links;
use super::one::RowContext;
use super::row::{ActivityRow, Part};
use super::state::{UrlState, WrongRange};
use super::view::{days, page_error, sentence};
use crate::AppState;
use crate::shell::stream::{Said, Source, event, stream_of};
use crate::shell::{
    Href, PageError, Query, ReaderOfAll, RequestContext, Shell, SignedIn, filters, last_event_id, no_stream,
};

/// Rows handed out at once.
const AT_ONCE: usize = 100;
/// Rows recorded within a second, above which nobody can read along.
const MOST_A_SECOND: usize = 100;
/// Rows to catch up with, above which loading the page anew says more.
const MOST_BEHIND: usize = 1_000;

pub(super) async fn everything(
    State(state): State<AppState>,
    ReaderOfAll(caller): ReaderOfAll,
    context: RequestContext,
    shell: Shell,
    headers: HeaderMap,
    Query(url): Query<UrlState>,
) -> Result<Response, PageError> {
    let asked = Asked {
        scope: LogScope::Everything,
        base: "/activity".into(),
        url,
    };
    asked.open(&state, &context, &headers, caller, shell).await
}

pub(super) async fn mine(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    context: RequestContext,
    shell: Shell,
    headers: HeaderMap,
    Query(url): Query<UrlState>,
) -> Result<Response, PageError> {
    let asked = Asked {
        scope: LogScope::Me,
        base: "/settings/activity-logs".into(),
        url,
    };
    asked.open(&state, &context, &headers, caller, shell).await
}

pub(super) async fn user(
    State(state): State<AppState>,
    ReaderOfAll(caller): ReaderOfAll,
    Path(id): Path<String>,
    (context, shell): (RequestContext, Shell),
    headers: HeaderMap,
    Query(url): Query<UrlState>,
) -> Result<Response, PageError> {
    let asked = Asked {
        base: Href::to(&["users", &id, "activity"]),
        scope: LogScope::User(id),
        url,
    };
    asked.open(&state, &context, &headers, caller, shell).await
}

pub(super) async fn group(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<String>,
    (context, shell): (RequestContext, Shell),
    headers: HeaderMap,
    Query(url): Query<UrlState>,
) -> Result<Response, PageError> {
    let asked = Asked {
        base: Href::to(&["groups", &id, "activity"]),
        scope: LogScope::Group(id),
        url,
    };
    asked.open(&state, &context, &headers, caller, shell).await
}

/// Which view is to go on by itself.
struct Asked {
    scope: LogScope,
    base: Href,
    url: UrlState,
}

impl Asked {
    async fn open(
        self,
        state: &AppState,
        context: &RequestContext,
        headers: &HeaderMap,
        caller: Caller,
        shell: Shell,
    ) -> Result<Response, PageError> {
        let Self { scope, base, url } = self;
        let range = url.range(&shell.zone, shell.now);
        let (from, to) = range.map_err(|WrongRange(text)| PageError::bad_request(text))?;
        if to.is_some() {
            return Err(PageError::bad_request(
                "A range that ends has nothing new to wait for. Take its end away to follow it live.",
            ));
        }
        let zone = shell.zone.zone().clone();
        // Where a connection broke off, else where the page ends.
        let after = last_event_id(headers).map_or_else(|| url.after.clone(), str::to_owned);
        let request = FollowRequest {
            q: url.q.clone(),
            from,
            to: None,
            zone: zone.clone(),
            after: Some(after).filter(|after| !after.is_empty()),
            limit: AT_ONCE,
            hides_reads: url.reads != "1",
        };
        let expr = parse(&url.q, &zone).unwrap_or_default();
        let tail = tail(state.app(), &caller, scope, request).await.map_err(page_error)?;
        let source = PageTail {
            state: state.clone(),
            links: Links::of(&caller, tail.scope(), base, (url.with_after(""), expr)),
            tail,
            shell,
            recent: VecDeque::new(),
            behind: 0,
        };
        stream_of(state, (context, headers), caller, source).map_err(|none| no_stream(&none))
    }
}

struct PageTail {
    state: AppState,
    tail: Tail,
    links: Links,
    shell: Shell,
    /// When the latest rows were recorded, those within a second of the last.
    recent: VecDeque<Time>,
    /// Rows given since it last had caught up.
    behind: usize,
}

/// Rows as the page has them.
#[derive(askama::Template)]
#[template(path = "activity/tail.html")]
struct Fragment {
    view: RowContext,
    is_one: bool,
    days: Vec<(String, Vec<ActivityRow>)>,
}

impl Source for PageTail {
    const LIFE: Duration = Duration::from_secs(600);

    async fn wait(&mut self) {
        self.tail.wait().await;
    }

    async fn say(&mut self, caller: &Caller) -> Said {
        let page = match self.tail.next(self.state.app(), caller).await {
            Ok(page) => page,
            Err(ViewError::Forbidden | ViewError::NoSuchGroup) => {
                return Said::Last(event(
                    "ended",
                    "",
                    &json!({ "reason": "may not read this log any more" }),
                ));
            }
            Err(error) => return stopped("error", &sentence(&error)),
        };
        if page.rows.is_empty() {
            return Said::Nothing;
        }
        self.behind = if page.has_more {
            self.behind + page.rows.len()
        } else {
            0
        };
        if self.behind > MOST_BEHIND {
            let text = format!("More than {MOST_BEHIND} activities were recorded meanwhile. Load the page anew.");
            return stopped("behind", &text);
        }
        if self.is_too_fast(&page.rows) {
            let text = format!("Live stopped: more than {MOST_A_SECOND} activities a second. Narrow the search.");
            return stopped("fast", &text);
        }
        let n = page.rows.len();
        match self.html(page.rows) {
            Ok(html) => Said::Events(event("rows", self.tail.cursor(), &json!({ "n": n, "html": html }))),
            Err(_) => stopped("error", "New activities could not be shown. Load the page anew."),
        }
    }

    async fn may_hear(&mut self, caller: &Caller) -> bool {
        // A database that does not answer just now ends nothing.
        may_read(self.state.app(), caller, self.tail.scope())
            .await
            .unwrap_or(true)
    }

    /// Where to go on from, without an event.
    fn still_there(&self) -> Bytes {
        format!("id: {}\n\n", self.tail.cursor()).into()
    }

    fn farewell(&self) -> Option<Bytes> {
        let text = format!("Live stopped by itself after {} minutes.", Self::LIFE.as_secs() / 60);
        Some(event("stopped", "", &json!({ "reason": "time", "text": text })))
    }
}

impl PageTail {
    /// Whether more were recorded within a second than anybody reads along.
    fn is_too_fast(&mut self, rows: &[Activity]) -> bool {
        rows.iter().any(|row| {
            self.recent.push_back(row.recorded_at);
            let since = row.recorded_at.plus(-Time::SECOND);
            while self.recent.front().is_some_and(|at| *at <= since) {
                self.recent.pop_front();
            }
            self.recent.len() > MOST_A_SECOND
        })
    }

    fn html(&self, rows: Rows) -> Result<String, askama::Error> {
        let mut rows = rows.into_vec();
        rows.sort_by_key(|row| std::cmp::Reverse((row.occurred_at, row.seq)));
        let fragment = Fragment {
            is_one: self.links.owner.is_some(),
            view: RowContext {
                zone: self.shell.zone.clone(),
                now: self.state.app().now(),
            },
            days: days(rows, &self.shell.zone, &self.links),
        };
        askama::Template::render(&fragment)
    }
}

fn stopped(reason: &str, text: &str) -> Said {
    Said::Last(event("stopped", "", &json!({ "reason": reason, "text": text })))
}
