//! All matches of a query as a stream, in constant memory. Owns the ordered merge of stretches that overlap in time.

use std::cmp::{Ordering, Reverse};
use std::collections::{BinaryHeap, VecDeque};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use activity::Activity;
use activity::query::Expr;
use futures::Stream;
use tokio::sync::mpsc;
use volume::{Deadline, Filling, Order, Query, Rank, Room};

use crate::reader::stretch::{Rows, Stretch};
use crate::reader::view::View;
use crate::tasks::blocking;
use crate::{LogError, Through};

/// What a chunk holds.
const CHUNK: Room = Room {
    rows: 2048,
    bytes: 512 << 10,
};
/// Chunks read ahead of whoever takes them, so that neither waits for the other at each.
const AHEAD: usize = 4;

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
    /// Stretches with rows, by the first of them.
    open: BinaryHeap<Opened>,
    failed: bool,
}

/// An open stretch that has rows left.
struct Opened {
    /// The first row's.
    rank: Rank,
    buffer: VecDeque<Activity>,
    rows: Rows,
}

impl Merge {
    fn new(view: &View, query: (Expr, Deadline), order: Order) -> Self {
        let mut pending: Vec<Stretch> = view
            .stretches()
            .filter(|stretch| stretch.may_match(&query.0, order, None))
            .collect();
        pending.sort_by_key(|stretch| Reverse(stretch.bound(order)));
        Self {
            query,
            order,
            pending,
            open: BinaryHeap::new(),
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
        while let Some(next) = self.pending.last().map(|stretch| stretch.bound(order))
            && self.open.peek().is_none_or(|first| next <= first.rank)
        {
            if let Some(stretch) = self.pending.pop() {
                let (expr, deadline) = &self.query;
                let rows = stretch.scan(Query::new(expr, deadline.clone()), order, CHUNK)?;
                self.open.extend(Opened::next(rows, order)?);
            }
        }
        let Some(mut first) = self.open.pop() else {
            return Ok(false);
        };
        let other = self.open.peek().map(|other| other.rank);
        let unopened = self.pending.last().map(|stretch| stretch.bound(order));
        let until = [other, unopened].into_iter().flatten().min();
        let is_before = |row: &Activity| until.is_none_or(|until| Rank::row(order, row) < until);
        let is_next = out.is_empty() && first.buffer.back().is_some_and(is_before);
        if is_next && CHUNK.fitting(first.buffer.make_contiguous()) == first.buffer.len() {
            // Nothing comes between: they go on as they were read.
            out.take(first.buffer.into());
            self.open.extend(Opened::next(first.rows, order)?);
            return Ok(true);
        }
        while out.missing() > 0
            && let Some(row) = first.buffer.pop_front_if(|row| is_before(row))
        {
            out.push(row);
        }
        match first.buffer.front() {
            Some(row) => {
                first.rank = Rank::row(order, row);
                self.open.push(first);
            }
            None => self.open.extend(Opened::next(first.rows, order)?),
        }
        Ok(true)
    }
}

impl Opened {
    /// The stretch with its next rows; `None` if it is exhausted.
    fn next(mut rows: Rows, order: Order) -> Result<Option<Self>, LogError> {
        for chunk in rows.by_ref() {
            let buffer: VecDeque<Activity> = chunk?.into();
            if let Some(row) = buffer.front() {
                let rank = Rank::row(order, row);
                return Ok(Some(Self { rank, buffer, rows }));
            }
        }
        Ok(None)
    }
}

/// The greatest is the one whose first row comes first.
impl Ord for Opened {
    fn cmp(&self, other: &Self) -> Ordering {
        other.rank.cmp(&self.rank)
    }
}

impl PartialOrd for Opened {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Opened {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Opened {}
