//! A stretch of the log of which somebody is being erased: answered in two parts, until it is rewritten. What does not name
//! them is answered as ever; what does is read row by row, and matched and given only as it will be. So nothing is found by
//! what goes, and rows, counts and facets agree.

use std::sync::Arc;

use activity::{Activity, Seq};
use volume::{Breakdown, Cursor, Filling, Order, Query, Rank, Room, RowTally, Tally, VolumeError};

use super::stretch::{Rows, Stretch};
use crate::erasing::Erasing;

/// Rows that are read at once.
const ROOM: Room = Room {
    rows: 256,
    bytes: 512 << 10,
};

/// The rows of a stretch that name somebody who is being erased.
#[derive(Clone, Debug)]
pub(crate) struct Hidden {
    pub(crate) of: Arc<Stretch>,
    pub(crate) erasing: Arc<Erasing>,
}

impl Hidden {
    /// The two parts of a stretch; itself where nobody is being erased from it.
    pub(crate) fn split(stretch: Stretch, erasing: &Arc<Erasing>) -> [Option<Stretch>; 2] {
        if erasing.is_empty() || stretch.seqs().start >= erasing.end() {
            return [Some(stretch), None];
        }
        let hidden = Self {
            of: Arc::new(stretch),
            erasing: Arc::clone(erasing),
        };
        [Some(Stretch::Others(hidden.clone())), Some(Stretch::Hidden(hidden))]
    }

    /// The same question, of rows that name none of them.
    pub(crate) fn others(&self, query: &Query) -> Query {
        query.another(&query.expr().clone().and(self.erasing.others().clone()))
    }

    /// The first matches after the cursor, as many as `filling` takes.
    pub(crate) fn search(
        &self,
        query: &mut Query,
        order: Order,
        mut after: Option<Cursor>,
        mut filling: Filling,
    ) -> Result<Vec<Activity>, VolumeError> {
        let mut named = query.another(self.erasing.named());
        while filling.missing() > 0 {
            let some = Filling::new(ROOM).before(filling.until());
            let rows = self.of.search(&mut named, order, after, some)?;
            let Some(last) = rows.last().map(Cursor::after) else {
                break;
            };
            after = Some(last);
            for mut row in rows {
                self.erasing.hide(&mut row);
                let is_wanted = filling.until().is_none_or(|until| Rank::row(order, &row) < until);
                if filling.missing() > 0 && is_wanted && query.matches(&row)? {
                    filling.push(row);
                }
            }
        }
        Ok(filling.into_rows())
    }

    /// All matches in order, some at a time; where none of some match, they are empty.
    pub(crate) fn scan(&self, mut query: Query, order: Order, chunk: Room) -> Result<Rows, VolumeError> {
        let (named, erasing) = (query.another(self.erasing.named()), Arc::clone(&self.erasing));
        let rows = self.of.scan(named, order, chunk)?;
        Ok(Box::new(rows.map(move |rows| {
            let mut matching = Vec::new();
            for mut row in rows? {
                erasing.hide(&mut row);
                if query.matches(&row)? {
                    matching.push(row);
                }
            }
            Ok(matching)
        })))
    }

    /// How many match.
    pub(crate) fn count(&self, query: &Query) -> Result<u64, VolumeError> {
        let mut n = 0;
        for rows in self.scan(query.another(query.expr()), Order::Recorded, ROOM)? {
            n += rows?.len() as u64;
        }
        Ok(n)
    }

    /// Counts what matches.
    pub(crate) fn tally(&self, query: &Query, by: &Breakdown) -> Result<Tally, VolumeError> {
        let mut tally = RowTally::new(by);
        for rows in self.scan(query.another(query.expr()), Order::Recorded, ROOM)? {
            rows?.iter().for_each(|row| tally.add(row));
        }
        Ok(tally.finish())
    }

    /// The seqs of the stretch.
    pub(crate) fn seqs(&self) -> std::ops::Range<Seq> {
        self.of.seqs()
    }
}
