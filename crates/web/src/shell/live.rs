//! The stream of a live page: it says that something changed, never what; the page then asks for itself again. Owns
//! that no stream outlives its caller's being signed in by more than a second.

use std::convert::Infallible;
use std::time::Duration;

use app::{Permit, Topic, Watch};
use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures::stream;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

use super::{PageError, RequestContext, extract};
use crate::AppState;

/// How often the caller's being signed in is looked at: what an administrator ends, ends here as soon.
const CHECK: Duration = Duration::from_secs(1);
/// How often something is sent, so that proxies keep the connection and the dead are noticed.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How long one stream lasts. The page opens another, whose route checks again what the caller may see.
const LIFE: Duration = Duration::from_secs(300);
/// Seconds until a page that was refused a stream may ask for one again.
const RETRY_AFTER: u64 = 30;

const OPENED: &str = "retry: 2000\n: open\n\n";
const CHANGED: &str = "event: changed\ndata: {}\n\n";
const STILL_THERE: &str = ":\n\n";
const ENDED: &str = "event: ended\ndata: {\"reason\":\"not signed in any more\"}\n\n";

/// The stream for a page that shows these topics, for whoever is signed in.
pub(crate) fn live(state: &AppState, context: &RequestContext, topics: Vec<Topic>) -> Response {
    let Some(caller) = context.known_caller() else {
        let next = "/".to_owned();
        return PageError::SignIn { next }.into_response();
    };
    let Ok(permit) = state.streams().take(caller.person.id.clone()) else {
        let retry_after = RETRY_AFTER;
        return PageError::TooMany { retry_after }.into_response();
    };
    let open = Open {
        state: state.clone(),
        context: context.clone(),
        watch: state.app().live().watch(topics),
        check: every(CHECK),
        heartbeat: every(HEARTBEAT),
        until: Instant::now() + LIFE,
        at: At::Opening,
        _permit: permit,
    };
    let frames = stream::unfold(Box::new(open), |mut open| async move {
        let frame = open.next().await?;
        Some((Ok::<_, Infallible>(Bytes::from_static(frame.as_bytes())), open))
    });
    let mut response = Response::new(Body::from_stream(frames));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    // Proxies that hold answers back until they are whole are asked not to.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

fn every(period: Duration) -> Interval {
    let mut ticks = interval_at(Instant::now() + period, period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

struct Open {
    state: AppState,
    context: RequestContext,
    watch: Watch,
    check: Interval,
    heartbeat: Interval,
    until: Instant,
    at: At,
    _permit: Permit<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Opening,
    Open,
    Ended,
}

impl Open {
    /// The next frame; `None` when the stream is over.
    async fn next(&mut self) -> Option<&'static str> {
        match self.at {
            At::Opening => {
                self.at = At::Open;
                return Some(OPENED);
            }
            At::Ended => return None,
            At::Open => {}
        }
        loop {
            tokio::select! {
                biased;
                () = self.state.draining().cancelled() => return None,
                _ = self.check.tick() => {
                    if !self.is_signed_in().await {
                        self.at = At::Ended;
                        return Some(ENDED);
                    }
                }
                () = self.watch.changed() => return Some(CHANGED),
                _ = self.heartbeat.tick() => return Some(STILL_THERE),
                () = tokio::time::sleep_until(self.until) => return None,
            }
        }
    }

    /// Whether the device that opened this is still signed in. A database that does not answer just now ends nothing.
    async fn is_signed_in(&self) -> bool {
        let Some(token) = self.context.cookies().device() else {
            return false;
        };
        let origin = self.context.origin().clone();
        !matches!(extract::by_device(&self.state, token, origin).await, Ok(None))
    }
}
