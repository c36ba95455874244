//! Reading a volume back and checking all of it, as is done before what it replaces may go.

use std::path::Path;
use std::sync::mpsc;

use activity::canonical::KeptDigest;
use activity::query::Expr;
use activity::{Activity, Time};
use proof::Hash;

use crate::error::{Result, VolumeError};
use crate::files;
use crate::index::same::check_merged;
use crate::meta::VolumeMeta;
use crate::order::Order;
use crate::query::{Deadline, Query, Room};
use crate::record::digest::RecordDigest;
use crate::record::read::{RecordReader, RecordRow};
use crate::times::TimeMap;
use crate::tree::Levels;
use crate::volume::Volume;

/// Bytes of rows of the index read at once.
const CHUNK_BYTES: usize = 2 << 20;
/// Chunks of them that wait for the record's rows.
const AHEAD: usize = 1;

/// What gives the leaves of rows.
pub trait Leaves {
    /// Told of rows whose leaves are asked for next, so that what they need is fetched at once.
    fn expect(&self, _rows: &[RecordRow]) {}

    /// The leaf of a row, recomputed with the digests that are kept of those whose values are gone; `None` if it cannot be, as
    /// where a person's key is gone.
    fn leaf(&self, row: &Activity, kept: &[KeptDigest]) -> Option<Hash>;
}

impl<F: Fn(&Activity, &[KeptDigest]) -> Option<Hash>> Leaves for F {
    fn leaf(&self, row: &Activity, kept: &[KeptDigest]) -> Option<Hash> {
        self(row, kept)
    }
}

/// Whatever gives leaves.
pub type LeafOf<'a> = &'a dyn Leaves;

/// The first file of the volume in `dir`, by name, that is not the one that was written.
pub fn first_damaged(dir: &Path, meta: &VolumeMeta, halt: &Deadline) -> Result<Option<String>> {
    for name in meta.files.keys() {
        match files::check_sum(dir, meta, name, halt) {
            Ok(()) => {}
            Err(VolumeError::Overdue(overdue)) => return Err(overdue.into()),
            Err(_) => return Ok(Some(name.clone())),
        }
    }
    Ok(None)
}

/// All files of the volume in `dir`, by name, that are not the ones that were written.
pub fn damaged(dir: &Path, meta: &VolumeMeta, halt: &Deadline) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for name in meta.files.keys() {
        match files::check_sum(dir, meta, name, halt) {
            Ok(()) => {}
            Err(VolumeError::Overdue(overdue)) => return Err(overdue.into()),
            Err(_) => found.push(name.clone()),
        }
    }
    Ok(found)
}

/// Reads the volume in `dir` back and checks all of it: meta, sums, gapless numbers, bounds, leaves against tree and root,
/// and every row of the index against the record. How many rows there are whose leaf neither the record carries nor
/// `leaf_of` gives: those cannot be held against the tree.
pub fn verify(dir: &Path, meta: &VolumeMeta, leaf_of: LeafOf<'_>, halt: &Deadline) -> Result<u64> {
    let damaged = |detail: &str| VolumeError::damaged(&meta.id, detail);
    if files::read_meta(dir)? != *meta {
        return Err(damaged("its meta.json is not what the ledger says"));
    }
    files::check_sums(dir, meta, halt)?;
    let levels = Levels::read(&files::tree(dir))?;
    if levels.range().root() != meta.tree_root {
        return Err(damaged("its tree levels do not yield its root"));
    }
    let (mut leaves, mut unknown) = (levels.check(), 0);
    // An index of an older format is not read: it is to be built anew, from the record. Of nothing but leaves there is none.
    let has_index = meta.reads_index() && !meta.is_emptied();
    let mut bounds = Bounds::new(meta);
    let mut record = RecordReader::open(&files::record(dir))?;
    std::thread::scope(|scope| {
        let mut indexed = has_index.then(|| {
            let (into, chunks) = mpsc::sync_channel(AHEAD);
            // Rows are rebuilt from the index beside those of the record, which takes about as long.
            scope.spawn(move || index_rows(dir, meta, halt, &into));
            IndexedRows::new(chunks)
        });
        while let Some(rows) = record.next_rows() {
            halt.check()?;
            let rows = rows?;
            leaf_of.expect(&rows);
            for RecordRow { activity, leaf, kept } in rows {
                bounds.add(&activity)?;
                let leaf = leaf.or_else(|| leaf_of.leaf(&activity, &kept));
                unknown += u64::from(leaf.is_none());
                if !leaves.holds(leaf) {
                    let detail = format!("activity {} or one shortly before it is not in its tree", activity.seq);
                    return Err(damaged(&detail));
                }
                if let Some(indexed) = &mut indexed
                    && indexed.next()?.as_ref() != Some(&activity)
                {
                    return Err(damaged(&format!("activity {} is another in its index", activity.seq)));
                }
            }
        }
        bounds.finish()?;
        Ok(unknown)
    })
}

/// What a volume that was made of whole volumes must be.
pub(crate) struct Merged<'a> {
    pub(crate) parts: &'a [&'a Volume],
    /// The parts' tree levels, joined.
    pub(crate) levels: Levels,
    /// Of the parts' records, as they were copied.
    pub(crate) record: RecordDigest,
}

/// Reads the volume in `dir` back and checks that it is `merged`: every value of its record, and of every document what its
/// rows are rebuilt from. The files of the parts, which were checked row by row when they were made, are whole. Nothing is
/// made a row of that was one before.
pub(crate) fn verify_merged(dir: &Path, meta: &VolumeMeta, merged: Merged<'_>, halt: &Deadline) -> Result<()> {
    let damaged = |detail: &str| VolumeError::damaged(&meta.id, detail);
    if files::read_meta(dir)? != *meta {
        return Err(damaged("its meta.json is not what was written"));
    }
    files::check_sums(dir, meta, halt)?;
    if Levels::read(&files::tree(dir))? != merged.levels || merged.levels.range().root() != meta.tree_root {
        return Err(damaged("its tree levels are not those of its parts"));
    }
    let mut record = RecordReader::open(&files::record(dir))?;
    let mut digest = RecordDigest::default();
    while let Some(batch) = record.next_batch() {
        halt.check()?;
        digest
            .add(&batch?)
            .ok_or_else(|| damaged("a column of its record cannot be read"))?;
    }
    let (rows, columns) = digest.finish();
    if rows != meta.count || (rows, columns) != merged.record.finish() {
        return Err(damaged("its record is not that of its parts"));
    }
    let volume = Volume::open(dir, meta.clone())?;
    check_spans(&volume)?;
    if volume.0.times.bounds() != (meta.min_occurred.0, meta.max_occurred.0) {
        return Err(damaged("its bounds are not those of its activities"));
    }
    let parts: Vec<_> = merged.parts.iter().map(|part| &part.0.index).collect();
    check_merged(&volume.0.index, &parts, &[], halt)
}

/// Checks that the spans of time beside an index are those of its documents.
pub(crate) fn check_spans(volume: &Volume) -> Result<()> {
    if volume.0.times == TimeMap::of(&*volume.0.index.occurred, volume.0.docs()) {
        return Ok(());
    }
    let detail = "its spans of time are not those of its index";
    Err(VolumeError::damaged(&volume.meta().id, detail))
}

/// Sends all rows of the index, as long as somebody takes them.
fn index_rows(dir: &Path, meta: &VolumeMeta, halt: &Deadline, into: &mpsc::SyncSender<Result<Vec<Activity>>>) {
    let open = || {
        let volume = Volume::open(dir, meta.clone())?;
        check_spans(&volume)?;
        let chunk = Room {
            rows: 4096,
            bytes: CHUNK_BYTES,
        };
        volume.scan(Query::new(&Expr::All, halt.clone()), Order::Recorded, chunk)
    };
    match open() {
        Ok(mut scan) => while scan.next().is_some_and(|chunk| into.send(chunk).is_ok()) {},
        // Whoever took them has found something else wrong if this fails.
        Err(error) => drop(into.send(Err(error))),
    }
}

/// All rows of the index, one by one.
struct IndexedRows {
    chunks: mpsc::Receiver<Result<Vec<Activity>>>,
    rows: std::vec::IntoIter<Activity>,
}

impl IndexedRows {
    fn new(chunks: mpsc::Receiver<Result<Vec<Activity>>>) -> Self {
        Self {
            chunks,
            rows: Vec::new().into_iter(),
        }
    }

    fn next(&mut self) -> Result<Option<Activity>> {
        if let Some(row) = self.rows.next() {
            return Ok(Some(row));
        }
        self.rows = self.chunks.recv().unwrap_or_else(|_| Ok(Vec::new()))?.into_iter();
        Ok(self.rows.next())
    }
}

/// What the record says of itself, to hold against the meta.
struct Bounds<'a> {
    meta: &'a VolumeMeta,
    count: u64,
    removed: u64,
    occurred: Option<(Time, Time)>,
    recorded: Option<(Time, Time)>,
    previous: Time,
    in_time_order: bool,
}

impl<'a> Bounds<'a> {
    fn new(meta: &'a VolumeMeta) -> Self {
        Self {
            meta,
            count: 0,
            removed: 0,
            occurred: None,
            recorded: None,
            previous: Time(i64::MIN),
            in_time_order: true,
        }
    }

    fn add(&mut self, activity: &Activity) -> Result<()> {
        let expected = self.meta.first_seq + self.count;
        if activity.seq != expected {
            let detail = format!("activity {} stands where {expected} belongs", activity.seq);
            return Err(VolumeError::damaged(&self.meta.id, detail));
        }
        self.count += 1;
        self.removed += u64::from(activity.is_removed());
        let (at, recorded) = (activity.occurred_at, activity.recorded_at);
        self.in_time_order &= self.previous <= at;
        self.previous = at;
        self.occurred = Some(self.occurred.map_or((at, at), |(min, max)| (min.min(at), max.max(at))));
        self.recorded = Some(
            self.recorded
                .map_or((recorded, recorded), |(first, _)| (first, recorded)),
        );
        Ok(())
    }

    fn finish(self) -> Result<()> {
        let meta = self.meta;
        let sound = (self.count, self.removed) == (meta.count, meta.removed)
            && self.occurred == Some((meta.min_occurred, meta.max_occurred))
            && self.recorded == Some((meta.first_recorded, meta.last_recorded))
            && self.in_time_order == meta.in_time_order;
        if sound {
            Ok(())
        } else {
            Err(VolumeError::damaged(
                &meta.id,
                "its bounds are not those of its activities",
            ))
        }
    }
}
