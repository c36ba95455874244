//! Where rows come from, hot or sealed, under one set of questions. Owns the total order of rows.

use std::ops::Range;
use std::sync::Arc;

use activity::query::Expr;
use activity::{Activity, Seq, Time};
use volume::{
    Breakdown, Cursor, Filling, Indexed, Order, Query, RecordOnly, Room, RowTally, Tally, Volume, VolumeError,
};

use super::tail::Chunk;
use crate::extent::{Extent, may_match};

/// A row's place in an order: less comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rank(i64, u64);

impl Rank {
    /// The rank of a row, or of a cursor at it.
    pub(crate) fn of(order: Order, cursor: Cursor) -> Self {
        match order {
            // Complement turns the order of integers around, without overflow.
            Order::Newest => Self(!cursor.occurred_at.0, !cursor.seq),
            Order::Oldest => Self(cursor.occurred_at.0, cursor.seq),
            Order::Recorded => Self(0, cursor.seq),
        }
    }

    /// The rank of an activity.
    pub(crate) fn row(order: Order, activity: &Activity) -> Self {
        Self::of(order, cursor(activity))
    }
}

/// The cursor at an activity.
pub(crate) fn cursor(activity: &Activity) -> Cursor {
    Cursor {
        occurred_at: activity.occurred_at,
        seq: activity.seq,
    }
}

/// A stretch of the log that is read as one.
#[derive(Clone, Debug)]
pub(crate) enum Stretch {
    /// A chunk of the hot tail, and which seqs of it are visible.
    Hot(Arc<Chunk>, Range<Seq>),
    /// A volume.
    Sealed(Volume),
    /// A volume without an index: slow.
    Unindexed(RecordOnly),
}

impl Stretch {
    fn times(&self) -> (Time, Time) {
        match self {
            Self::Hot(chunk, _) => chunk.times(),
            Self::Sealed(volume) => volume.meta().times(),
            Self::Unindexed(volume) => volume.meta().times(),
        }
    }

    /// Those that are visible.
    fn seqs(&self) -> Range<Seq> {
        match self {
            Self::Hot(chunk, seqs) => chunk.first_seq().max(seqs.start)..chunk.end_seq().min(seqs.end),
            Self::Sealed(volume) => volume.meta().seqs(),
            Self::Unindexed(volume) => volume.meta().seqs(),
        }
    }

    /// The least rank that a row in here can have.
    pub(crate) fn bound(&self, order: Order) -> Rank {
        let (min, max) = self.times();
        match order {
            Order::Newest => Rank(!max.0, 0),
            Order::Oldest => Rank(min.0, 0),
            Order::Recorded => Rank(0, self.seqs().start),
        }
    }

    /// What answers by an index, if all that it answers for is visible.
    fn indexed(&self) -> Option<&Indexed> {
        match self {
            Self::Sealed(volume) => Some(volume),
            Self::Hot(chunk, _) if self.seqs() == (chunk.first_seq()..chunk.end_seq()) => chunk.index(),
            Self::Hot(..) | Self::Unindexed(_) => None,
        }
    }

    /// Whether any row in here can match, and come after the cursor.
    pub(crate) fn may_match(&self, expr: &Expr, order: Order, after: Option<Cursor>) -> bool {
        let extent = Extent {
            times: self.times(),
            seqs: self.seqs(),
        };
        may_match(&extent, expr, order, after)
    }

    /// The first matches after the cursor, as many as `filling` takes.
    pub(crate) fn search(
        &self,
        query: &mut Query,
        order: Order,
        after: Option<Cursor>,
        mut filling: Filling,
    ) -> Result<Vec<Activity>, VolumeError> {
        if let Some(indexed) = self.indexed() {
            return indexed.search(query, order, after, filling);
        }
        match self {
            Self::Sealed(volume) => volume.search(query, order, after, filling),
            Self::Unindexed(volume) => volume.search(query, order, after, filling),
            Self::Hot(chunk, seqs) => {
                let after = after.map(|after| Rank::of(order, after));
                for at in 0..chunk.len() {
                    if filling.missing() == 0 {
                        break;
                    }
                    let row = chunk.nth(order, at);
                    if seqs.contains(&row.seq)
                        && after.is_none_or(|after| Rank::row(order, row) > after)
                        && query.matches(row)?
                    {
                        filling.push(row.clone());
                    }
                }
                Ok(filling.into_rows())
            }
        }
    }

    /// All matches in order, a chunk at a time.
    pub(crate) fn scan(self, query: Query, order: Order, chunk: Room) -> Result<Rows, VolumeError> {
        if let Some(indexed) = self.indexed() {
            return Ok(Box::new(indexed.scan(query, order, chunk)?));
        }
        match self {
            Self::Sealed(volume) => Ok(Box::new(volume.scan(query, order, chunk)?)),
            Self::Unindexed(volume) => Ok(Box::new(volume.scan(query, order, chunk)?)),
            Self::Hot(of, seqs) => Ok(Box::new(HotRows {
                of,
                seqs,
                query,
                order,
                room: chunk,
                at: 0,
            })),
        }
    }

    /// How many match: up to `cap` exactly, beyond it at least that many.
    pub(crate) fn count(&self, query: &mut Query, cap: u64) -> Result<(u64, bool), VolumeError> {
        if let Some(indexed) = self.indexed() {
            return indexed.count(query, cap).map(|count| (count.n, count.exact));
        }
        match self {
            Self::Sealed(volume) => volume.count(query, cap).map(|count| (count.n, count.exact)),
            Self::Unindexed(volume) => volume.count(query, cap).map(|count| (count.n, count.exact)),
            Self::Hot(chunk, seqs) => {
                let mut n = 0;
                each_match(chunk, seqs, query, |_| n += 1)?;
                Ok((n, true))
            }
        }
    }

    /// Counts what matches.
    pub(crate) fn tally(&self, query: &mut Query, by: &Breakdown) -> Result<Tally, VolumeError> {
        if let Some(indexed) = self.indexed() {
            return indexed.tally(query, by);
        }
        match self {
            Self::Sealed(volume) => volume.tally(query, by),
            Self::Unindexed(volume) => volume.tally(query, by),
            Self::Hot(chunk, seqs) => {
                let mut tally = RowTally::new(by);
                each_match(chunk, seqs, query, |row| tally.add(row))?;
                Ok(tally.finish())
            }
        }
    }
}

fn each_match(
    chunk: &Chunk,
    seqs: &Range<Seq>,
    query: &mut Query,
    mut each: impl FnMut(&Activity),
) -> Result<(), VolumeError> {
    for row in chunk.by_seq() {
        if seqs.contains(&row.seq) && query.matches(row)? {
            each(row);
        }
    }
    Ok(())
}

/// Rows in order, a chunk at a time.
pub(crate) type Rows = Box<dyn Iterator<Item = Result<Vec<Activity>, VolumeError>> + Send>;

/// The matches of a chunk of the hot tail. Shares the chunk; only the rows of one step are copied.
struct HotRows {
    of: Arc<Chunk>,
    seqs: Range<Seq>,
    query: Query,
    order: Order,
    room: Room,
    at: usize,
}

impl HotRows {
    fn read(&mut self) -> Result<Vec<Activity>, VolumeError> {
        self.query.check()?;
        let mut filling = Filling::new(self.room);
        while self.at < self.of.len() && filling.missing() > 0 {
            let row = self.of.nth(self.order, self.at);
            self.at += 1;
            if self.seqs.contains(&row.seq) && self.query.matches(row)? {
                filling.push(row.clone());
            }
        }
        Ok(filling.into_rows())
    }
}

impl Iterator for HotRows {
    type Item = Result<Vec<Activity>, VolumeError>;

    fn next(&mut self) -> Option<Self::Item> {
        let rows = self.read();
        match rows {
            Ok(rows) if rows.is_empty() => None,
            Ok(rows) => Some(Ok(rows)),
            Err(error) => {
                self.at = self.of.len();
                Some(Err(error))
            }
        }
    }
}
