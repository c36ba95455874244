//! Streams of events (SSE) that stay open: how one begins, what keeps it open and what ends it. What it says is its
//! [`Source`]'s. Owns that none outlives its reader's being allowed to read by more than a second, that nobody holds
//! more than their share, and that a reader who does not read is waited for rather than written for.

use std::convert::Infallible;
use std::future::Future;
use std::time::Duration;

use app::{Caller, Permit};
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use futures::stream;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, sleep_until};

use super::RequestContext;
use super::allowed::Allowed;
use crate::AppState;

/// How often something is sent, so that proxies keep the connection and the dead are noticed.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Seconds until whoever was refused a stream may ask for one again.
pub(crate) const RETRY_AFTER: u64 = 30;

const OPENED: &str = "retry: 2000\n: open\n\n";
const ENDED: &str = "event: ended\ndata: {\"reason\":\"not signed in any more\"}\n\n";

/// What a stream says.
pub(crate) trait Source: Send + 'static {
    /// How long one stream lasts.
    const LIFE: Duration;
    /// Done as soon as there may be something to say. Is given up and begun again.
    fn wait(&mut self) -> impl Future<Output = ()> + Send;
    /// What there is to say, to this caller. It is not given up unless the reader goes.
    fn say(&mut self, caller: &Caller) -> impl Future<Output = News> + Send;
    /// Whether this caller, whose log-in was looked at again, may still be told.
    fn may_hear(&mut self, caller: &Caller) -> impl Future<Output = bool> + Send;
    /// What is said after a while without anything.
    fn still_there(&self) -> Bytes {
        Bytes::from_static(b":\n\n")
    }
    /// What is said last when its time is over, if anything.
    fn farewell(&self) -> Option<Bytes> {
        None
    }
}

/// What a source says.
pub(crate) enum News {
    /// Nothing, this time.
    Nothing,
    /// These events.
    Events(Bytes),
    /// These events, and nothing more.
    Last(Bytes),
}

/// One event: its name, the id to go on from, and its data as JSON, which stands on one line.
pub(crate) fn event(name: &str, id: &str, data: &impl serde::Serialize) -> Bytes {
    let data = serde_json::to_string(data).unwrap_or_default();
    match id {
        "" => format!("event: {name}\ndata: {data}\n\n"),
        id => format!("id: {id}\nevent: {name}\ndata: {data}\n\n"),
    }
    .into()
}

/// Where a stream broke off, as a client that opens it again says by itself.
pub(crate) fn last_event_id(headers: &HeaderMap) -> Option<&str> {
    headers.get("last-event-id")?.to_str().ok()
}

/// Why there is no stream.
pub(crate) enum NoStream {
    /// Nobody is signed in.
    Nobody,
    /// This person, or all together, have as many open as there may be.
    TooMany,
}

/// The stream of this source, for the caller of this request.
pub(crate) fn stream_of<S: Source>(
    state: &AppState,
    (context, headers): (&RequestContext, &HeaderMap),
    caller: Caller,
    source: S,
) -> Result<Response, NoStream> {
    let allowed = Allowed::new(state, context, headers, &caller).ok_or(NoStream::Nobody)?;
    let permit = state
        .streams()
        .take(caller.person.id.clone())
        .map_err(|_| NoStream::TooMany)?;
    let mut heartbeat = interval_at(Instant::now() + HEARTBEAT, HEARTBEAT);
    heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let open = Open {
        state: state.clone(),
        allowed,
        caller,
        source,
        heartbeat,
        until: Instant::now() + S::LIFE,
        at: At::Opening,
        _permit: permit,
    };
    let frames = stream::unfold(Box::new(open), |mut open| async move {
        let frame = open.next().await?;
        Some((Ok::<_, Infallible>(frame), open))
    });
    let mut response = Response::new(Body::from_stream(frames));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    // Proxies that hold answers back until they are whole are asked not to.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

struct Open<S> {
    state: AppState,
    allowed: Allowed,
    caller: Caller,
    source: S,
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

/// What a stream woke up for.
enum Woken {
    Draining,
    IsDue,
    HasNews,
    IsIdle,
    IsOver,
}

impl<S: Source> Open<S> {
    /// The next events; `None` when the stream is over.
    async fn next(&mut self) -> Option<Bytes> {
        match self.at {
            At::Opening => {
                self.at = At::Open;
                return Some(Bytes::from_static(OPENED.as_bytes()));
            }
            At::Ended => return None,
            At::Open => {}
        }
        loop {
            match self.woken().await {
                Woken::Draining => return None,
                Woken::IsDue => {
                    if !self.is_allowed().await {
                        self.at = At::Ended;
                        return Some(Bytes::from_static(ENDED.as_bytes()));
                    }
                }
                Woken::HasNews => match self.source.say(&self.caller).await {
                    News::Nothing => {}
                    News::Events(events) => {
                        self.heartbeat.reset();
                        return Some(events);
                    }
                    News::Last(events) => {
                        self.at = At::Ended;
                        return Some(events);
                    }
                },
                Woken::IsIdle => return Some(self.source.still_there()),
                Woken::IsOver => {
                    self.at = At::Ended;
                    return self.source.farewell();
                }
            }
        }
    }

    /// Waits for the first thing to happen; of several at once, that somebody may not go on comes before any news.
    async fn woken(&mut self) -> Woken {
        tokio::select! {
            biased;
            () = self.state.draining().cancelled() => Woken::Draining,
            () = self.allowed.due() => Woken::IsDue,
            () = sleep_until(self.until) => Woken::IsOver,
            () = self.source.wait() => Woken::HasNews,
            _ = self.heartbeat.tick() => Woken::IsIdle,
        }
    }

    async fn is_allowed(&mut self) -> bool {
        match self.allowed.look(&self.caller).await {
            Some(caller) => {
                self.caller = caller;
                self.source.may_hear(&self.caller).await
            }
            None => false,
        }
    }
}
