//! Where rows come from, hot or sealed, under one set of questions. Owns the total order of rows.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use activity::query::Expr;
use activity::{Activity, Seq};
use volume::{Cursor, Facet, Order, Volume, VolumeError};

use crate::tail::Chunk;

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
pub(crate) enum Source {
    /// A chunk of the hot tail, and which seqs of it are visible.
    Hot(Arc<Chunk>, Range<Seq>),
    /// A volume.
    Sealed(Volume),
}

impl Source {
    /// The least rank that a row in here can have.
    pub(crate) fn bound(&self, order: Order) -> Rank {
        let (min, max, first) = match self {
            Self::Hot(chunk, _) => {
                let (min, max) = chunk.times();
                (min, max, chunk.first_seq())
            }
            Self::Sealed(volume) => {
                let meta = volume.meta();
                (meta.min_occurred, meta.max_occurred, meta.first_seq)
            }
        };
        match order {
            Order::Newest => Rank(!max.0, 0),
            Order::Oldest => Rank(min.0, 0),
            Order::Recorded => Rank(0, first),
        }
    }

    /// Whether any row in here can match, and come after the cursor.
    pub(crate) fn may_match(&self, expr: &Expr, order: Order, after: Option<Cursor>) -> bool {
        let ((min, max), first, end) = match self {
            Self::Hot(chunk, seqs) => (
                chunk.times(),
                chunk.first_seq().max(seqs.start),
                chunk.end_seq().min(seqs.end),
            ),
            Self::Sealed(volume) => {
                let meta = volume.meta();
                ((meta.min_occurred, meta.max_occurred), meta.first_seq, meta.end_seq())
            }
        };
        let (from, to) = expr.time_bounds();
        let (least, most) = expr.seq_bounds();
        let in_time = from.is_none_or(|from| max >= from) && to.is_none_or(|to| min < to);
        let in_seq = least.is_none_or(|least| end > least) && most.is_none_or(|most| first <= most);
        let follows = after.is_none_or(|after| match order {
            Order::Newest => min <= after.occurred_at,
            Order::Oldest => max >= after.occurred_at,
            Order::Recorded => end > after.seq.saturating_add(1),
        });
        first < end && in_time && in_seq && follows
    }

    /// The first `limit` matches after the cursor.
    pub(crate) fn search(
        &self,
        expr: &Expr,
        order: Order,
        after: Option<Cursor>,
        limit: usize,
    ) -> Result<Vec<Activity>, VolumeError> {
        match self {
            Self::Sealed(volume) => volume.search(expr, order, after, limit),
            Self::Hot(chunk, seqs) => {
                let after = after.map(|after| Rank::of(order, after));
                let wanted = |row: &&Activity| {
                    seqs.contains(&row.seq)
                        && after.is_none_or(|after| Rank::row(order, row) > after)
                        && expr.matches(row)
                };
                let by_time = (0..chunk.len()).map(|i| chunk.nth_by_time(i));
                Ok(match order {
                    Order::Recorded => chunk.by_seq().filter(wanted).take(limit).cloned().collect(),
                    Order::Oldest => by_time.filter(wanted).take(limit).cloned().collect(),
                    Order::Newest => by_time.rev().filter(wanted).take(limit).cloned().collect(),
                })
            }
        }
    }

    /// All matches in order, a chunk at a time.
    pub(crate) fn scan(&self, expr: &Expr, order: Order, chunk: usize) -> Result<Rows, VolumeError> {
        match self {
            Self::Sealed(volume) => Ok(Box::new(volume.scan(expr, order, chunk)?)),
            Self::Hot(..) => Ok(Box::new(std::iter::once(self.search(expr, order, None, usize::MAX)))),
        }
    }

    /// How many match: up to `cap` exactly, beyond it at least that many.
    pub(crate) fn count(&self, expr: &Expr, cap: u64) -> Result<(u64, bool), VolumeError> {
        match self {
            Self::Sealed(volume) => volume.count(expr, cap).map(|count| (count.n, count.exact)),
            Self::Hot(..) => Ok((self.hot_matches(expr).count() as u64, true)),
        }
    }

    /// Adds how many match for each value of the facet.
    pub(crate) fn count_by(
        &self,
        expr: &Expr,
        facet: Facet,
        into: &mut BTreeMap<String, u64>,
    ) -> Result<(), VolumeError> {
        match self {
            Self::Sealed(volume) => {
                for (value, count) in volume.count_by(expr, facet)? {
                    *into.entry(value).or_default() += count;
                }
            }
            Self::Hot(..) => {
                for value in self.hot_matches(expr).filter_map(|row| facet.of(row)) {
                    *into.entry(value).or_default() += 1;
                }
            }
        }
        Ok(())
    }

    fn hot_matches<'a>(&'a self, expr: &'a Expr) -> impl Iterator<Item = &'a Activity> {
        let (chunk, seqs) = match self {
            Self::Hot(chunk, seqs) => (Some(chunk), seqs.clone()),
            Self::Sealed(_) => (None, 0..0),
        };
        let rows = chunk.into_iter().flat_map(|chunk| chunk.by_seq());
        rows.filter(move |row| seqs.contains(&row.seq) && expr.matches(row))
    }
}

/// Rows in order, a chunk at a time.
pub(crate) type Rows = Box<dyn Iterator<Item = Result<Vec<Activity>, VolumeError>> + Send>;
