//! Request bodies that come too slowly.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::BoxError;
use axum::body::{Body, Bytes};
use http_body_util::BodyExt as _;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use tokio::time::{Instant, Sleep};

/// After the time every body gets, it must have come at this many bytes a second on average.
const LEAST_RATE: u64 = 16 * 1024;

/// The body did not arrive in time.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the body did not arrive in time")]
pub(crate) struct TooSlow;

struct Timed {
    inner: Body,
    begun: Instant,
    grace: Duration,
    received: u64,
    timer: Pin<Box<Sleep>>,
}

/// The body with a time limit: `grace`, and as much more as what came already earned at the least rate.
pub(crate) fn timed(inner: Body, grace: Duration) -> Body {
    if inner.is_end_stream() {
        return inner;
    }
    let timer = Box::pin(tokio::time::sleep(grace));
    Timed {
        inner,
        begun: Instant::now(),
        grace,
        received: 0,
        timer,
    }
    .into_body()
}

impl Timed {
    fn into_body(self) -> Body {
        Body::new(self.map_err(|error| error))
    }
}

impl HttpBody for Timed {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.inner).poll_frame(cx) {
            if let Some(Ok(frame)) = &frame {
                self.received += frame.data_ref().map_or(0, |data| data.len() as u64);
            }
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        loop {
            ready!(self.timer.as_mut().poll(cx));
            let earned = Duration::from_secs(self.received / LEAST_RATE);
            let deadline = self.begun + self.grace + earned;
            if deadline <= Instant::now() {
                return Poll::Ready(Some(Err(Box::new(TooSlow))));
            }
            self.timer.as_mut().reset(deadline);
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
