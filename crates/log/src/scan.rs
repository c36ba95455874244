//! All matches of a query as a stream, in constant memory. Owns the ordered merge of sources that overlap in time.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};

use activity::Activity;
use activity::query::Expr;
use futures::Stream;
use tokio::sync::mpsc;
use volume::Order;

use crate::core::Core;
use crate::source::{Rank, Rows, Source};
use crate::view::{View, blocking};
use crate::{LogError, Through};

/// Rows in a chunk.
const CHUNK: usize = 2048;
/// Chunks read ahead of whoever takes them.
const AHEAD: usize = 2;

/// All matches in order, a chunk at a time. Dropping it stops the reading.
#[derive(Debug)]
pub struct Scan {
    through: Through,
    chunks: mpsc::Receiver<Result<Vec<Activity>, LogError>>,
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

impl Core {
    /// Begins a scan of the log as it is now.
    pub(crate) async fn scan(&self, expr: Expr, order: Order) -> Result<Scan, LogError> {
        let view = self.view().await?;
        let through = view.through;
        let (into, chunks) = mpsc::channel(AHEAD);
        tokio::spawn(async move {
            let end = into.clone();
            let run = blocking(move || {
                let mut merge = Merge::new(&view, expr, order);
                while let Some(chunk) = merge.next_chunk().transpose() {
                    if into.blocking_send(chunk).is_err() {
                        break;
                    }
                }
                Ok(())
            });
            if let Err(error) = run.await {
                // Whoever reads has gone if this fails, and with them the need to know.
                drop(end.send(Err(error)).await);
            }
        });
        Ok(Scan { through, chunks })
    }
}

/// Merges sources into one order, opening each only when its rows may be next.
struct Merge {
    expr: Expr,
    order: Order,
    /// Not opened yet; the next one to open is the last.
    pending: Vec<Source>,
    open: Vec<Opened>,
    failed: bool,
}

struct Opened {
    rows: Rows,
    buffer: VecDeque<Activity>,
}

impl Merge {
    fn new(view: &View, expr: Expr, order: Order) -> Self {
        let mut pending: Vec<Source> = view
            .sources()
            .filter(|source| source.may_match(&expr, order, None))
            .collect();
        pending.sort_by_key(|source| std::cmp::Reverse(source.bound(order)));
        Self {
            expr,
            order,
            pending,
            open: Vec::new(),
            failed: false,
        }
    }

    /// The next rows; `None` at the end and after an error.
    fn next_chunk(&mut self) -> Result<Option<Vec<Activity>>, LogError> {
        if self.failed {
            return Ok(None);
        }
        let mut out = Vec::with_capacity(CHUNK);
        while out.len() < CHUNK {
            match self.run(&mut out) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    self.failed = true;
                    return Err(error);
                }
            }
        }
        Ok((!out.is_empty()).then_some(out))
    }

    /// Moves the run of rows that come before anything of any other source; `false` at the end.
    fn run(&mut self, out: &mut Vec<Activity>) -> Result<bool, LogError> {
        let order = self.order;
        self.refill()?;
        let mut heads: Vec<(Rank, usize)> = self.heads();
        while let Some(next) = self.pending.last().map(|source| source.bound(order))
            && heads.first().is_none_or(|(first, _)| next <= *first)
        {
            if let Some(source) = self.pending.pop() {
                let rows = source.scan(&self.expr, order, CHUNK)?;
                self.open.push(Opened {
                    rows,
                    buffer: VecDeque::new(),
                });
                self.refill()?;
                heads = self.heads();
            }
        }
        let Some((_, first)) = heads.first().copied() else {
            return Ok(false);
        };
        let other = heads.get(1).map(|(rank, _)| *rank);
        let unopened = self.pending.last().map(|source| source.bound(order));
        let until = [other, unopened].into_iter().flatten().min();
        let buffer = &mut self.open[first].buffer;
        while out.len() < CHUNK
            && let Some(row) = buffer.front()
            && until.is_none_or(|until| Rank::row(order, row) < until)
        {
            out.extend(buffer.pop_front());
        }
        Ok(true)
    }

    /// The first row's rank of every open source, least first.
    fn heads(&self) -> Vec<(Rank, usize)> {
        let head = |(i, opened): (usize, &Opened)| Some((Rank::row(self.order, opened.buffer.front()?), i));
        let mut heads: Vec<(Rank, usize)> = self.open.iter().enumerate().filter_map(head).collect();
        heads.sort_unstable();
        heads
    }

    /// Fills empty buffers and forgets sources that are exhausted.
    fn refill(&mut self) -> Result<(), LogError> {
        let mut i = 0;
        while i < self.open.len() {
            let opened = &mut self.open[i];
            while opened.buffer.is_empty()
                && let Some(chunk) = opened.rows.next()
            {
                opened.buffer = chunk?.into();
            }
            if opened.buffer.is_empty() {
                self.open.swap_remove(i);
            } else {
                i += 1;
            }
        }
        Ok(())
    }
}
