//! Reading a volume back and checking all of it, as is done before what it replaces may go.

use std::ops::Range;
use std::path::Path;

use activity::canonical::KeptDigest;
use activity::{Activity, Seq};
use proof::Hash;

use crate::error::{Result, VolumeError};
use crate::files;
use crate::index::compare::Comparison;
use crate::index::same::check_merged;
use crate::meta::VolumeMeta;
use crate::query::Deadline;
use crate::record::digest::RecordDigest;
use crate::record::read::{RecordReader, RecordRow};
use crate::sealed::Bounds;
use crate::times::TimeMap;
use crate::tree::{Levels, TILE};
use crate::volume::Volume;

/// From so many activities on two halves are read beside each other.
const ALONE: u64 = if cfg!(test) { 20 } else { 1 << 15 };

/// What gives the leaves of rows.
pub trait Leaves: Sync {
    /// Told of rows whose leaves are asked for next, so that what they need is fetched at once.
    fn expect(&self, _rows: &[RecordRow]) {}

    /// The leaf of a row, recomputed with the digests that are kept of those whose values are gone; `None` if it cannot be, as
    /// where a person's key is gone.
    fn leaf(&self, row: &Activity, kept: &[KeptDigest]) -> Option<Hash>;
}

impl<F: Fn(&Activity, &[KeptDigest]) -> Option<Hash> + Sync> Leaves for F {
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
    // An index of an older format is not read: it is to be built anew, from the record. Of nothing but leaves there is none.
    let has_index = meta.reads_index() && !meta.is_emptied();
    let volume = has_index.then(|| Volume::open(dir, meta.clone())).transpose()?;
    volume.as_ref().map_or(Ok(()), check_spans)?;
    let reading = Reading {
        dir,
        meta,
        levels: &levels,
        volume: volume.as_ref(),
        leaf_of,
        halt,
    };
    let middle = (meta.first_seq + meta.count / 2)
        .next_multiple_of(TILE)
        .min(meta.end_seq());
    let (first, second) = std::thread::scope(|scope| {
        let second = (meta.count >= ALONE).then(|| scope.spawn(|| reading.read(middle..meta.end_seq())));
        let first = reading.read(meta.first_seq..second.as_ref().map_or(meta.end_seq(), |_| middle));
        (first, second.map(std::thread::ScopedJoinHandle::join))
    });
    let mut found = first?;
    if let Some(second) = second {
        found.join(second.map_err(|_| damaged("reading it broke off"))??);
    }
    found.finish(meta)
}

/// A volume being read.
#[derive(Clone, Copy)]
struct Reading<'a> {
    dir: &'a Path,
    meta: &'a VolumeMeta,
    levels: &'a Levels,
    /// With its index, if that is read.
    volume: Option<&'a Volume>,
    leaf_of: LeafOf<'a>,
    halt: &'a Deadline,
}

impl Reading<'_> {
    /// Reads these activities, of which the first begins a tile of the tree or the volume.
    fn read(self, seqs: Range<Seq>) -> Result<Found> {
        let meta = self.meta;
        let doc = |seq: Seq| seq - meta.first_seq;
        let (mut found, mut leaves) = (Found::default(), self.levels.check_from(seqs.start));
        let mut index = self.volume.map(|volume| Comparison::new(&volume.0.index));
        // The last rows are read to the record's end: what stands there too many is found.
        let end = if seqs.end == meta.end_seq() {
            u64::MAX
        } else {
            doc(seqs.end)
        };
        let mut record = RecordReader::open_at(&files::record(self.dir), &(doc(seqs.start)..end))?;
        let mut next = seqs.start;
        while let Some(rows) = record.next_rows() {
            self.halt.check()?;
            let rows = rows?;
            self.leaf_of.expect(&rows);
            let first = next;
            for RecordRow { activity, leaf, kept } in &rows {
                if activity.seq != next {
                    let detail = format!("activity {} stands where {next} belongs", activity.seq);
                    return Err(VolumeError::damaged(&meta.id, detail));
                }
                next += 1;
                found.add(activity);
                let leaf = leaf.or_else(|| self.leaf_of.leaf(activity, kept));
                found.unknown += u64::from(leaf.is_none());
                if !leaves.holds(leaf) {
                    let detail = format!("activity {} or one shortly before it is not in its tree", activity.seq);
                    return Err(VolumeError::damaged(&meta.id, detail));
                }
            }
            if let (Some(index), Some(volume)) = (&mut index, self.volume) {
                let rows: Vec<&Activity> = rows.iter().map(|row| &row.activity).collect();
                let differing = index.differing(doc(first) as u32, &rows)?;
                for (doc, indexed) in differing.iter().zip(volume.0.rows(&differing)?) {
                    let seq = meta.first_seq + u64::from(*doc);
                    if rows.get((seq - first) as usize) != Some(&&indexed) {
                        let detail = format!("activity {seq} is another in its index");
                        return Err(VolumeError::damaged(&meta.id, detail));
                    }
                }
            }
        }
        if next < seqs.end {
            let detail = format!("its record ends before activity {next}");
            return Err(VolumeError::damaged(&meta.id, detail));
        }
        Ok(found)
    }
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

/// What a record says of itself, to hold against the meta.
#[derive(Default)]
struct Found {
    bounds: Option<Bounds>,
    count: u64,
    removed: u64,
    /// Rows whose leaf nothing gives.
    unknown: u64,
}

impl Found {
    fn add(&mut self, activity: &Activity) {
        self.join(Self {
            bounds: Some(Bounds::at(activity.occurred_at, activity.recorded_at)),
            count: 1,
            removed: u64::from(activity.is_removed()),
            unknown: 0,
        });
    }

    /// Adds what is found behind it.
    fn join(&mut self, next: Self) {
        self.count += next.count;
        self.removed += next.removed;
        self.unknown += next.unknown;
        match (&mut self.bounds, next.bounds) {
            (Some(bounds), Some(next)) => bounds.join(next),
            (bounds, next) => *bounds = bounds.or(next),
        }
    }

    fn finish(self, meta: &VolumeMeta) -> Result<u64> {
        let bounds = Bounds {
            occurred: (meta.min_occurred, meta.max_occurred),
            recorded: (meta.first_recorded, meta.last_recorded),
            in_time_order: meta.in_time_order,
        };
        if (self.count, self.removed, self.bounds) == (meta.count, meta.removed, Some(bounds)) {
            return Ok(self.unknown);
        }
        let detail = "its bounds are not those of its activities";
        Err(VolumeError::damaged(&meta.id, detail))
    }
}
