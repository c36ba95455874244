//! All matches of a query as a stream, in constant memory.

use std::pin::Pin;
use std::task::{Context, Poll};

use activity::Activity;
use futures::Stream;
use tokio::sync::mpsc;

use crate::{LogError, Through};

/// All matches in order, a chunk at a time. Dropping it stops the reading.
#[derive(Debug)]
pub struct Scan {
    pub(crate) through: Through,
    pub(crate) chunks: mpsc::Receiver<Result<Vec<Activity>, LogError>>,
}

impl Scan {
    /// How far the stream will be complete.
    #[must_use]
    pub fn complete_through(&self) -> Through {
        self.through
    }

    /// The next chunk; `None` at the end.
    pub async fn next_chunk(&mut self) -> Option<Result<Vec<Activity>, LogError>> {
        self.chunks.recv().await
    }
}

impl Stream for Scan {
    type Item = Result<Vec<Activity>, LogError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.chunks.poll_recv(cx)
    }
}
