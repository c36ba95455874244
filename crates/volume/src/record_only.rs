//! A volume of which only the record is read, because its index is of an older format or cannot be read: every question is
//! answered as the index would, by looking at every row. Owns nothing of how an index is built anew.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use activity::{Activity, Seq};

use crate::count::Count;
use crate::error::{Result, VolumeError};
use crate::files;
use crate::meta::{RECORD, VolumeMeta};
use crate::order::{Cursor, Order};
use crate::query::{Deadline, Filling, Query, Room, Step};
use crate::record::read::RecordReader;
use crate::tally::{Breakdown, RowTally, Tally};

/// Rows that lie no further apart are read together with what lies between them.
const NEAR: u64 = 1_024;

/// A volume without its index. Cheap to clone; answers from any thread.
#[derive(Clone)]
pub struct RecordOnly(Arc<Known>);

struct Known {
    record: PathBuf,
    meta: VolumeMeta,
}

impl fmt::Debug for RecordOnly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RecordOnly").field(&self.0.meta.id).finish()
    }
}

impl RecordOnly {
    /// Opens the record of the volume `meta` in `dir`, which must be the one that was written.
    pub fn open(dir: &Path, meta: VolumeMeta) -> Result<Self> {
        files::check_sum(dir, &meta, RECORD, &Deadline::none())?;
        let record = files::record(dir);
        drop(RecordReader::open(&record)?);
        Ok(Self(Arc::new(Known { record, meta })))
    }

    /// What is known of it.
    #[must_use]
    pub fn meta(&self) -> &VolumeMeta {
        &self.0.meta
    }

    /// The activity with this sequence number, if it is in this volume.
    pub fn get(&self, seq: Seq) -> Result<Option<Activity>> {
        if !self.meta().holds(seq) {
            return Ok(None);
        }
        Ok(self
            .read(seq..seq + 1)?
            .next()
            .transpose()?
            .and_then(|mut rows| rows.pop()))
    }

    /// The first matches after the cursor, in `order`: as many as `filling` takes.
    pub fn search(
        &self,
        query: &mut Query,
        order: Order,
        after: Option<Cursor>,
        mut filling: Filling,
    ) -> Result<Vec<Activity>> {
        let mut found: Vec<Activity> = Vec::new();
        let mut unsorted = 0;
        for rows in self.all()? {
            for row in rows? {
                let follows = after.is_none_or(|after| after.precedes(Cursor::after(&row), order));
                if !follows || !query.matches(&row)? {
                    continue;
                }
                if order == Order::Recorded {
                    filling.push(row);
                    if filling.missing() == 0 {
                        return Ok(filling.into_rows());
                    }
                    continue;
                }
                found.push(row);
                unsorted += 1;
                // No more is held than twice what is given.
                if unsorted > filling.missing() {
                    found = first(found, order, &filling);
                    unsorted = 0;
                }
            }
        }
        for row in first(found, order, &filling) {
            filling.push(row);
        }
        Ok(filling.into_rows())
    }

    /// How many match: up to `cap` exactly, beyond it at least that many.
    pub fn count(&self, query: &mut Query, cap: u64) -> Result<Count> {
        let mut n = 0;
        for rows in self.all()? {
            for row in rows? {
                n += u64::from(query.matches(&row)?);
            }
            if n > cap {
                return Ok(Count { n, exact: false });
            }
        }
        Ok(Count { n, exact: true })
    }

    /// Counts what matches.
    pub fn tally(&self, query: &mut Query, by: &Breakdown) -> Result<Tally> {
        let mut tally = RowTally::new(by);
        for rows in self.all()? {
            for row in rows? {
                if query.matches(&row)? {
                    tally.add(&row);
                }
            }
        }
        Ok(tally.finish())
    }

    /// All matches in `order`, at most so many rows and about so many bytes at a time. In an order other than the record's,
    /// eight bytes a match are held.
    pub fn scan(&self, mut query: Query, order: Order, chunk: Room) -> Result<RecordScan> {
        let left = if order == Order::Recorded {
            Left::AsTheyCome(Box::new(self.all()?))
        } else {
            let mut found = Vec::new();
            for rows in self.all()? {
                for row in rows? {
                    if query.matches(&row)? {
                        found.push(Cursor::after(&row));
                    }
                }
            }
            found.sort_unstable();
            if order == Order::Newest {
                found.reverse();
            }
            let seqs = found.into_iter().map(|row| row.seq).collect();
            Left::Known(seqs, Step::new(chunk.bytes, chunk.rows.max(1)))
        };
        Ok(RecordScan {
            volume: self.clone(),
            query,
            chunk,
            left,
            failed: false,
        })
    }

    /// These rows, in this order. What lies near each other is read at once.
    fn rows(&self, seqs: &[Seq]) -> Result<Vec<Activity>> {
        let mut sorted = seqs.to_vec();
        sorted.sort_unstable();
        let mut found = HashMap::with_capacity(seqs.len());
        for near in sorted.chunk_by(|a, b| b - a <= NEAR) {
            let (Some(first), Some(last)) = (near.first(), near.last()) else {
                continue;
            };
            for rows in self.read(*first..last + 1)? {
                let wanted = rows?.into_iter().filter(|row| near.binary_search(&row.seq).is_ok());
                found.extend(wanted.map(|row| (row.seq, row)));
            }
        }
        Ok(seqs.iter().filter_map(|seq| found.remove(seq)).collect())
    }

    fn all(&self) -> Result<impl Iterator<Item = Result<Vec<Activity>>> + use<>> {
        self.read(self.meta().first_seq..self.meta().end_seq())
    }

    fn read(&self, seqs: Range<Seq>) -> Result<impl Iterator<Item = Result<Vec<Activity>>> + use<>> {
        let first = self.meta().first_seq;
        let rows = seqs.start - first..seqs.end - first;
        let (known, mut next) = (Arc::clone(&self.0), seqs.start);
        let mut record = RecordReader::open_at(&known.record, &rows)?;
        let read = move || {
            let rows = match record.next_rows() {
                Some(rows) => rows,
                None if next < seqs.end => Err(VolumeError::damaged(&known.meta.id, "its record ends early")),
                None => return None,
            };
            let rows = rows.and_then(|rows| {
                let rows: Vec<Activity> = rows.into_iter().map(|row| row.activity).collect();
                if rows.iter().map(|row| row.seq).eq(next..next + rows.len() as u64) {
                    Ok(rows)
                } else {
                    let detail = format!("its record does not go on with activity {next}");
                    Err(VolumeError::damaged(&known.meta.id, detail))
                }
            });
            match &rows {
                Ok(rows) => next += rows.len() as u64,
                Err(_) => next = seqs.end,
            }
            Some(rows)
        };
        Ok(std::iter::from_fn(read).fuse())
    }
}

/// Those of the rows that an answer begins with, in order.
fn first(mut rows: Vec<Activity>, order: Order, filling: &Filling) -> Vec<Activity> {
    rows.sort_unstable_by_key(Cursor::after);
    if order == Order::Newest {
        rows.reverse();
    }
    let mut fitting = filling.another();
    for row in rows {
        if fitting.missing() == 0 {
            break;
        }
        fitting.push(row);
    }
    fitting.into_rows()
}

type Reading = Box<dyn Iterator<Item = Result<Vec<Activity>>> + Send>;

/// All matches in order, a chunk at a time. Ends after an error.
pub struct RecordScan {
    volume: RecordOnly,
    query: Query,
    chunk: Room,
    left: Left,
    failed: bool,
}

/// What is still to be read.
enum Left {
    /// The rows as they come; which of them match is not known.
    AsTheyCome(Reading),
    /// These matches, in this order.
    Known(VecDeque<Seq>, Step),
}

impl RecordScan {
    fn fill(&mut self) -> Result<Vec<Activity>> {
        self.query.check()?;
        match &mut self.left {
            Left::AsTheyCome(rows) => {
                let mut filling = Filling::new(self.chunk);
                while filling.missing() > 0
                    && let Some(rows) = rows.next()
                {
                    for row in rows? {
                        if self.query.matches(&row)? {
                            filling.push(row);
                        }
                    }
                }
                Ok(filling.into_rows())
            }
            Left::Known(seqs, step) => {
                let wanted: Vec<Seq> = seqs.drain(..step.rows().min(seqs.len())).collect();
                let rows = self.volume.rows(&wanted)?;
                step.held(&rows);
                Ok(rows)
            }
        }
    }
}

impl Iterator for RecordScan {
    type Item = Result<Vec<Activity>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let rows = self.fill();
        match rows {
            Ok(rows) if rows.is_empty() => None,
            Ok(rows) => Some(Ok(rows)),
            Err(error) => {
                self.failed = true;
                Some(Err(error))
            }
        }
    }
}
