//! Reading the body of a batch: decompressed, counted while it comes, and never held beyond the memory set aside.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_compression::tokio::bufread::{GzipDecoder, ZstdDecoder};
use async_compression::zstd::DParameter;
use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use bytes::BytesMut;
use futures::{StreamExt as _, TryStreamExt as _};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::io::StreamReader;

use crate::budget::{Budget, STEP};
use crate::layers::TooSlow;
use crate::problem::Problem;

/// A body that grows beyond this takes its whole part at once, from what is set aside for large ones: many that hold a
/// part each and wait for more of the same would keep each other from ever being read.
const LARGE: usize = 1024 * 1024;
/// How long a body waits for memory that other bodies hold.
const PATIENCE: Duration = Duration::from_secs(2);
/// Past the first megabyte a body may not be larger than this many times what was sent.
const RATIO: u64 = 250;
/// A zstd frame may not ask for a window beyond 2^24 bytes; levels up to 19 ask for less.
const ZSTD_WINDOW_LOG: u32 = 24;

/// A body, and its share of the memory set aside.
pub(super) struct Held {
    pub(super) bytes: Vec<u8>,
    pub(super) share: Share,
}

/// A part of the memory set aside, given back when dropped: as late as nothing of the body is held any more, in
/// whatever form.
pub(super) struct Share {
    _permits: Option<OwnedSemaphorePermit>,
}

/// Reads a body of at most `limit` bytes after decompression.
pub(super) async fn read(headers: &HeaderMap, body: Body, limit: usize, budget: &Budget) -> Result<Held, Problem> {
    let encoding = Encoding::of(headers)?;
    let sink = Sink {
        bytes: Vec::new(),
        limit,
        whole: limit,
        budget,
        permits: None,
        is_large: false,
    };
    if let Encoding::Identity = encoding {
        return plain(headers, body, sink).await;
    }
    let sent = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&sent);
    let counted = body
        .into_data_stream()
        .inspect_ok(move |frame| _ = counter.fetch_add(frame.len() as u64, Ordering::Relaxed))
        .map_err(io::Error::other);
    let source = StreamReader::new(counted);
    match encoding {
        Encoding::Gzip => {
            let mut decoder = GzipDecoder::new(source);
            decoder.multiple_members(true);
            inflate(decoder, sink, &sent).await
        }
        Encoding::Zstd | Encoding::Identity => {
            let window = [DParameter::window_log_max(ZSTD_WINDOW_LOG)];
            let mut decoder = ZstdDecoder::with_params(source, &window);
            decoder.multiple_members(true);
            inflate(decoder, sink, &sent).await
        }
    }
}

async fn plain(headers: &HeaderMap, body: Body, mut sink: Sink<'_>) -> Result<Held, Problem> {
    let length = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok());
    let known = length.and_then(|length| length.parse::<usize>().ok()).unwrap_or(0);
    if known > sink.limit {
        return Err(over(sink.limit));
    }
    if known > 0 {
        sink.whole = known;
    }
    sink.bytes.reserve(known.min(STEP));
    let mut frames = body.into_data_stream();
    while let Some(frame) = frames.next().await {
        let frame = frame.map_err(|error| cut_off(&error))?;
        sink.push(&frame).await?;
    }
    Ok(sink.done())
}

async fn inflate(decoder: impl AsyncRead, mut sink: Sink<'_>, sent: &AtomicU64) -> Result<Held, Problem> {
    let mut decoder = std::pin::pin!(decoder);
    let mut chunk = BytesMut::with_capacity(STEP);
    loop {
        chunk.clear();
        let read = decoder.read_buf(&mut chunk).await.map_err(|error| damaged(&error))?;
        if read == 0 {
            return Ok(sink.done());
        }
        sink.push(&chunk).await?;
        let (so_far, sent) = (sink.bytes.len() as u64, sent.load(Ordering::Relaxed));
        if so_far > 1024 * 1024 && so_far > sent.saturating_mul(RATIO) {
            return Err(Problem::too_large(format!(
                "The body grows to more than {RATIO} times what was sent. Send less in one request, or less compressed."
            )));
        }
    }
}

/// Where a body gathers, with the limit inside.
struct Sink<'a> {
    bytes: Vec<u8>,
    limit: usize,
    /// What it may come to, as far as is known.
    whole: usize,
    budget: &'a Budget,
    permits: Option<OwnedSemaphorePermit>,
    /// Whether they are of those for large bodies.
    is_large: bool,
}

impl Sink<'_> {
    async fn push(&mut self, more: &[u8]) -> Result<(), Problem> {
        let length = self.bytes.len() + more.len();
        if length > self.limit {
            return Err(over(self.limit));
        }
        if length > LARGE && !self.is_large {
            // Only then what it held so far is free for another.
            self.permits = Some(self.take(&self.budget.large, self.whole / STEP).await?);
            self.is_large = true;
            // At once, as its part is: one that doubles again and again leaves as much behind for the allocator.
            self.bytes.reserve_exact(self.whole.saturating_sub(self.bytes.len()));
        } else if !self.is_large {
            let held = self.permits.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
            let missing = (length / STEP).min(self.budget.most).saturating_sub(held);
            if missing > 0 {
                let more = self.take(&self.budget.small, missing).await?;
                match &mut self.permits {
                    Some(held) => held.merge(more),
                    none => *none = Some(more),
                }
            }
        }
        self.bytes.extend_from_slice(more);
        Ok(())
    }

    async fn take(&self, from: &Arc<Semaphore>, steps: usize) -> Result<OwnedSemaphorePermit, Problem> {
        let count = u32::try_from(steps.min(self.budget.most)).unwrap_or(u32::MAX);
        let share = Arc::clone(from).acquire_many_owned(count);
        match tokio::time::timeout(PATIENCE, share).await {
            Ok(Ok(share)) => Ok(share),
            _ => Err(busy()),
        }
    }

    fn done(mut self) -> Held {
        // Only what the body turned out to need is kept.
        let needed = self.bytes.len() / STEP;
        if let Some(permits) = &mut self.permits {
            let spare = permits.num_permits().saturating_sub(needed);
            drop(permits.split(spare));
        }
        Held {
            bytes: self.bytes,
            share: Share { _permits: self.permits },
        }
    }
}

#[derive(Clone, Copy)]
enum Encoding {
    Identity,
    Gzip,
    Zstd,
}

impl Encoding {
    fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        let mut lines = headers.get_all(header::CONTENT_ENCODING).iter();
        let Some(first) = lines.next() else {
            return Ok(Self::Identity);
        };
        let text = first.to_str().unwrap_or("?").trim().to_ascii_lowercase();
        match (text.as_str(), lines.next()) {
            ("gzip" | "x-gzip", None) => Ok(Self::Gzip),
            ("zstd", None) => Ok(Self::Zstd),
            ("identity" | "", None) => Ok(Self::Identity),
            _ => {
                let detail =
                    format!("The content encoding `{text}` is not taken: send one of `gzip`, `zstd`, or none.");
                let title = "Unknown content encoding";
                Err(Problem::new(
                    StatusCode::UNSUPPORTED_MEDIA_TYPE,
                    "unsupported_encoding",
                    title,
                    detail,
                ))
            }
        }
    }
}

fn over(limit: usize) -> Problem {
    Problem::too_large(format!(
        "A request may carry at most {limit} bytes after decompression. Split what you send into several requests."
    ))
}

fn busy() -> Problem {
    let detail = "Too many large requests are under way. Repeat this one in a second; nothing of it was recorded.";
    Problem::busy(detail, 1)
}

fn slow() -> Problem {
    let detail = "The body did not arrive in time. Nothing was recorded; repeat the request.";
    Problem::new(
        StatusCode::REQUEST_TIMEOUT,
        "body_too_slow",
        "The body came too slowly",
        detail,
    )
}

fn is_slow(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(cause) = next {
        if cause.is::<TooSlow>() {
            return true;
        }
        // An io::Error hides what it was made of from `source`.
        let inner = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = inner
            .map(|inner| inner as &(dyn std::error::Error + 'static))
            .or_else(|| cause.source());
    }
    false
}

fn cut_off(error: &axum::Error) -> Problem {
    if is_slow(error) {
        slow()
    } else {
        Problem::bad_request("The body ended before it was complete.")
    }
}

fn damaged(error: &io::Error) -> Problem {
    if is_slow(error) {
        return slow();
    }
    Problem::bad_request(format!(
        "The body cannot be decompressed as its `Content-Encoding` says: {error}."
    ))
}
