//! All matches of a query as a stream, in constant memory. Owns the ordered merge of stretches that overlap in time.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use activity::Activity;
use activity::query::Expr;
use futures::Stream;
use tokio::sync::mpsc;
use volume::{Deadline, Filling, Order, Query, Room};

use crate::reader::stretch::{Rank, Rows, Stretch};
use crate::reader::view::View;
use crate::tasks::blocking;
use crate::{LogError, Through};

/// What a chunk holds.
const CHUNK: Room = Room {
    rows: 2048,
    bytes: 512 << 10,
};
/// Chunks read ahead of whoever takes them.
const AHEAD: usize = 1;

/// All matches in order, a chunk at a time. Dropping it stops the reading.
#[derive(Debug)]
pub struct Scan {
    through: Through,
    chunks: mpsc::Receiver<Result<Vec<Activity>, LogError>>,
    deadline: Deadline,
}

/// A scan may take as long as somebody takes its chunks, and no longer, also where nothing matches for long.
impl Drop for Scan {
    fn drop(&mut self) {
        self.deadline.give_up();
    }
}

impl Scan {
    /// How far the stream will be complete.
    #[must_use]
    pub fn complete_through(&self) -> Through {
        self.through
    }

    #[cfg(test)]
    pub(crate) fn deadline(&self) -> Deadline {
        self.deadline.clone()
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

impl Scan {
    /// Begins to read this view.
    pub(crate) fn begin(view: Arc<View>, expr: Expr, order: Order) -> Result<Self, LogError> {
        // A file is whole or it is not made: nobody looks at it again for what is missing.
        if let Some(hole) = view.holes_of(&expr, order, None).next() {
            return Err(LogError::Unreadable(hole.clone()));
        }
        let through = view.through;
        let (into, chunks) = mpsc::channel(AHEAD);
        let deadline = Deadline::none();
        let query = (expr, deadline.clone());
        tokio::spawn(async move {
            let end = into.clone();
            let run = blocking(move || {
                let mut merge = Merge::new(&view, query, order);
                drop(view);
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
        Ok(Self {
            through,
            chunks,
            deadline,
        })
    }
}

/// Merges stretches into one order, opening each only when its rows may be next.
struct Merge {
    query: (Expr, Deadline),
    order: Order,
    /// Not opened yet; the next one to open is the last.
    pending: Vec<Stretch>,
    open: Vec<Opened>,
    failed: bool,
}

struct Opened {
    rows: Rows,
    buffer: VecDeque<Activity>,
}

impl Merge {
    fn new(view: &View, query: (Expr, Deadline), order: Order) -> Self {
        let mut pending: Vec<Stretch> = view
            .stretches()
            .filter(|stretch| stretch.may_match(&query.0, order, None))
            .collect();
        pending.sort_by_key(|stretch| std::cmp::Reverse(stretch.bound(order)));
        Self {
            query,
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
        let mut out = Filling::new(CHUNK);
        while out.missing() > 0 {
            match self.run(&mut out) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    self.failed = true;
                    return Err(error);
                }
            }
        }
        let out = out.into_rows();
        Ok((!out.is_empty()).then_some(out))
    }

    /// Moves the run of rows that come before anything of any other stretch; `false` at the end.
    fn run(&mut self, out: &mut Filling) -> Result<bool, LogError> {
        let order = self.order;
        self.refill()?;
        let mut heads: Vec<(Rank, usize)> = self.heads();
        while let Some(next) = self.pending.last().map(|stretch| stretch.bound(order))
            && heads.first().is_none_or(|(first, _)| next <= *first)
        {
            if let Some(stretch) = self.pending.pop() {
                let (expr, deadline) = &self.query;
                let rows = stretch.scan(Query::new(expr, deadline.clone()), order, CHUNK)?;
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
        let unopened = self.pending.last().map(|stretch| stretch.bound(order));
        let until = [other, unopened].into_iter().flatten().min();
        let buffer = &mut self.open[first].buffer;
        while out.missing() > 0
            && let Some(row) = buffer.pop_front_if(|row| until.is_none_or(|until| Rank::row(order, row) < until))
        {
            out.push(row);
        }
        Ok(true)
    }

    /// The first row's rank of every open stretch, least first.
    fn heads(&self) -> Vec<(Rank, usize)> {
        let head = |(i, opened): (usize, &Opened)| Some((Rank::row(self.order, opened.buffer.front()?), i));
        let mut heads: Vec<(Rank, usize)> = self.open.iter().enumerate().filter_map(head).collect();
        heads.sort_unstable();
        heads
    }

    /// Fills empty buffers and forgets stretches that are exhausted.
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
