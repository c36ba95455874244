//! Where rows come from, hot or sealed, under one set of questions.

use std::ops::Range;
use std::sync::Arc;

use activity::query::Expr;
use activity::{Activity, Seq, Time};
use volume::{
    Breakdown, Count, Cursor, Filling, Indexed, Order, Query, Rank, RecordOnly, Room, RowTally, Tally, Volume,
    VolumeError,
};

use super::hidden::Hidden;
use super::left::Left;
use super::tail::Chunk;
use crate::extent::{Extent, may_match};

/// A stretch of the log that is read as one.
#[derive(Clone, Debug)]
pub(crate) enum Stretch {
    /// A chunk of the hot tail, and which seqs of it are visible.
    Hot(Arc<Chunk>, Range<Seq>),
    /// A volume.
    Sealed(Volume),
    /// A volume without an index: slow.
    Unindexed(RecordOnly),
    /// A stretch of which some activities are removed.
    Left(Left),
    /// Of a stretch of which somebody is being erased, what does not name them.
    Others(Hidden),
    /// And what does.
    Hidden(Hidden),
}

impl Stretch {
    fn times(&self) -> (Time, Time) {
        match self {
            Self::Hot(chunk, _) => chunk.times(),
            Self::Sealed(volume) => volume.meta().times(),
            Self::Unindexed(volume) => volume.meta().times(),
            Self::Left(left) => left.of.times(),
            Self::Others(hidden) | Self::Hidden(hidden) => hidden.of.times(),
        }
    }

    /// Those that are visible.
    pub(super) fn seqs(&self) -> Range<Seq> {
        match self {
            Self::Hot(chunk, seqs) => chunk.first_seq().max(seqs.start)..chunk.end_seq().min(seqs.end),
            Self::Sealed(volume) => volume.meta().seqs(),
            Self::Unindexed(volume) => volume.meta().seqs(),
            Self::Left(left) => left.of.seqs(),
            Self::Others(hidden) | Self::Hidden(hidden) => hidden.seqs(),
        }
    }

    /// The least rank that a row in here can have.
    pub(crate) fn bound(&self, order: Order) -> Rank {
        let (earliest, latest) = self.times();
        Rank::least(order, earliest, latest, self.seqs().start)
    }

    /// What answers: an index wherever all that it answers for is visible.
    fn source(&self) -> Source<'_> {
        match self {
            Self::Sealed(volume) => Source::Index(volume),
            Self::Unindexed(volume) => Source::Record(volume),
            Self::Hot(chunk, visible) => match chunk.index() {
                Some(index) if self.seqs() == index.seqs() => Source::Index(index),
                _ => Source::Rows(chunk, visible),
            },
            Self::Left(left) => Source::Left(left),
            Self::Others(hidden) => Source::Others(hidden),
            Self::Hidden(hidden) => Source::Hidden(hidden),
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
        match self.source() {
            Source::Index(index) => index.search(query, order, after, filling),
            Source::Record(record) => record.search(query, order, after, filling),
            Source::Left(of) => of.of.search(&mut of.left(query), order, after, filling),
            Source::Others(of) => of.of.search(&mut of.others(query), order, after, filling),
            Source::Hidden(of) => of.search(query, order, after, filling),
            Source::Rows(chunk, seqs) => {
                let after = after.map(|after| Rank::of(order, after));
                for at in 0..chunk.len() {
                    let row = chunk.nth(order, at);
                    let is_behind = |until| Rank::row(order, row) >= until;
                    if filling.missing() == 0 || filling.until().is_some_and(is_behind) {
                        break;
                    }
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
    pub(crate) fn scan(&self, query: Query, order: Order, chunk: Room) -> Result<Rows, VolumeError> {
        match self.source() {
            Source::Index(index) => Ok(Box::new(index.scan(query, order, chunk)?)),
            Source::Record(record) => Ok(Box::new(record.scan(query, order, chunk)?)),
            Source::Left(of) => of.of.scan(of.left(&query), order, chunk),
            Source::Others(of) => of.of.scan(of.others(&query), order, chunk),
            Source::Hidden(of) => of.scan(query, order, chunk),
            Source::Rows(of, seqs) => Ok(Box::new(HotRows {
                of: Arc::clone(of),
                seqs: seqs.clone(),
                query,
                order,
                room: chunk,
                at: 0,
            })),
        }
    }

    /// How many match: up to `cap` exactly, beyond it at least that many.
    pub(crate) fn count(&self, query: &mut Query, cap: u64) -> Result<Count, VolumeError> {
        match self.source() {
            Source::Index(index) => index.count(query, cap),
            Source::Record(record) => record.count(query, cap),
            Source::Left(of) => of.of.count(&mut of.left(query), cap),
            Source::Others(of) => of.of.count(&mut of.others(query), cap),
            Source::Hidden(of) => Ok(Count {
                n: of.count(query)?,
                exact: true,
            }),
            Source::Rows(chunk, seqs) => {
                let mut n = 0;
                each_match(chunk, seqs, query, |_| n += 1)?;
                Ok(Count { n, exact: true })
            }
        }
    }

    /// Counts what matches.
    pub(crate) fn tally(&self, query: &mut Query, by: &Breakdown) -> Result<Tally, VolumeError> {
        match self.source() {
            Source::Index(index) => index.tally(query, by),
            Source::Record(record) => record.tally(query, by),
            Source::Left(of) => of.of.tally(&mut of.left(query), by),
            Source::Others(of) => of.of.tally(&mut of.others(query), by),
            Source::Hidden(of) => of.tally(query, by),
            Source::Rows(chunk, seqs) => {
                let mut tally = RowTally::new(by);
                each_match(chunk, seqs, query, |row| tally.add(row))?;
                Ok(tally.finish())
            }
        }
    }
}

/// What answers for a stretch.
enum Source<'a> {
    Index(&'a Indexed),
    Record(&'a RecordOnly),
    /// The rows of a chunk with these seqs, one by one.
    Rows(&'a Arc<Chunk>, &'a Range<Seq>),
    Left(&'a Left),
    Others(&'a Hidden),
    Hidden(&'a Hidden),
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
