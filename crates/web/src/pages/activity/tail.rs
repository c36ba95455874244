//! The live tail of an activity view, for its page: new rows as HTML, put together by the server as those of the page
//! are. Owns what it gives up for, and says why: too many rows a second, too many to catch up with, or its time.

use std::collections::VecDeque;
use std::time::Duration;

use activity::query::parse;
use activity::{Activity, Time};
use app::Caller;
use app::activity::{Column, FollowRequest, LogScope, Rows, Tail, ViewError, tail};
use axum::body::Bytes;
use axum::extract::{FromRequestParts, Path};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::response::Response;
use serde_json::json;

use super::days::{Day, days};
use super::display::{self, Display};
use super::links::Links;
use super::row::{ActivityRow, Part};
use super::state::{UrlState, WrongRange};
use super::view::{page_error, sentence};
use crate::AppState;
use crate::shell::stream::{News, Source, event, stream_of};
use crate::shell::tails;
use crate::shell::{
    Href, PageError, Query, ReaderOfAll, RequestContext, Shell, SignedIn, Zone, filters, last_event_id, no_stream,
};

/// Rows handed out at once.
const AT_ONCE: usize = 100;
/// Rows recorded within a second, above which nobody can read along.
const MOST_A_SECOND: usize = 100;
/// Rows to catch up with, above which loading the page anew says more.
const MOST_BEHIND: usize = 1_000;

pub(super) async fn everything(ReaderOfAll(caller): ReaderOfAll, opening: Opening) -> Result<Response, PageError> {
    opening.open(caller, LogScope::Everything).await
}

pub(super) async fn mine(SignedIn(caller): SignedIn, opening: Opening) -> Result<Response, PageError> {
    opening.open(caller, LogScope::Me).await
}

pub(super) async fn user(
    ReaderOfAll(caller): ReaderOfAll,
    Path(id): Path<String>,
    opening: Opening,
) -> Result<Response, PageError> {
    opening.open(caller, LogScope::User(id)).await
}

pub(super) async fn group(
    SignedIn(caller): SignedIn,
    Path(id): Path<String>,
    opening: Opening,
) -> Result<Response, PageError> {
    opening.open(caller, LogScope::Group(id)).await
}

/// A request for a tail: the state of the view that is to go on by itself, and what its stream is made with.
pub(super) struct Opening {
    state: AppState,
    context: RequestContext,
    headers: HeaderMap,
    shell: Shell,
    url: UrlState,
}

impl FromRequestParts<AppState> for Opening {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, PageError> {
        let Query(url) = Query::from_request_parts(parts, state).await?;
        Ok(Self {
            context: RequestContext::from_request_parts(parts, state).await?,
            shell: Shell::from_request_parts(parts, state).await?,
            headers: parts.headers.clone(),
            state: state.clone(),
            url,
        })
    }
}

impl Opening {
    async fn open(self, caller: Caller, scope: LogScope) -> Result<Response, PageError> {
        let Self { state, url, shell, .. } = self;
        let range = url.range(&shell.zone, shell.now);
        let (from, to) = range.map_err(|WrongRange(text)| PageError::bad_request(text))?;
        if to.is_some() {
            return Err(PageError::bad_request(
                "A range that ends has nothing new to wait for. Take its end away to follow it live.",
            ));
        }
        // Where a connection broke off, else where the page ends.
        let after = last_event_id(&self.headers).map_or_else(|| url.after.clone(), str::to_owned);
        let request = FollowRequest {
            q: url.q.clone(),
            from,
            to: None,
            zone: shell.zone.zone().clone(),
            after: Some(after).filter(|after| !after.is_empty()),
            limit: AT_ONCE,
            hides_reads: url.reads != "1",
        };
        let display = Display::load(state.app(), &caller, &scope, &url).await?;
        let expr = parse(&url.q, shell.zone.zone()).unwrap_or_default();
        let tail = tail(state.app(), &caller, scope, request).await.map_err(page_error)?;
        let source = PageTail {
            state: state.clone(),
            links: Links::of(&caller, tail.scope(), Href::from(""), (url.with_after(""), expr)),
            tail,
            display,
            zone: shell.zone,
            recent: VecDeque::new(),
            behind: 0,
        };
        stream_of(&state, (&self.context, &self.headers), caller, source).map_err(|none| no_stream(&none))
    }
}

struct PageTail {
    state: AppState,
    tail: Tail,
    links: Links,
    display: Display,
    zone: Zone,
    /// When the latest rows were recorded, those within a second of the last.
    recent: VecDeque<Time>,
    /// Rows given since it last had caught up.
    behind: usize,
}

/// Rows as the page has them.
#[derive(askama::Template)]
#[template(path = "activity/tail.html")]
struct Fragment<'a> {
    view: Shown<'a>,
    days: Vec<Day>,
}

/// What the row's template needs of a view.
struct Shown<'a> {
    zone: &'a Zone,
    display: &'a Display,
}

impl Shown<'_> {
    fn cell(&self, column: &Column, row: &ActivityRow) -> (&'static str, String) {
        display::cell(*column, &row.activity, self.zone)
    }
}

impl Source for PageTail {
    const LIFE: Duration = Duration::from_secs(600);

    async fn wait(&mut self) {
        self.tail.wait().await;
    }

    async fn say(&mut self, caller: &Caller) -> News {
        let page = match self.tail.next(self.state.app(), caller).await {
            Ok(page) => page,
            Err(ViewError::Forbidden | ViewError::NoSuchGroup) => return tails::rights_ended(),
            Err(error) => return stopped("error", &sentence(&error)),
        };
        if page.rows.is_empty() {
            return News::Nothing;
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
            Ok(html) => News::Events(event("rows", self.tail.cursor(), &json!({ "n": n, "html": html }))),
            Err(_) => stopped("error", "New activities could not be shown. Load the page anew."),
        }
    }

    async fn may_hear(&mut self, caller: &Caller) -> bool {
        tails::may_hear(&self.state, caller, &self.tail).await
    }

    /// Where to go on from, without an event.
    fn still_there(&self) -> Bytes {
        tails::still_there(&self.tail)
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
            view: Shown {
                zone: &self.zone,
                display: &self.display,
            },
            days: days(rows, (&self.zone, self.state.app().now()), &self.links),
        };
        askama::Template::render(&fragment)
    }
}

fn stopped(reason: &str, text: &str) -> News {
    News::Last(event("stopped", "", &json!({ "reason": reason, "text": text })))
}
