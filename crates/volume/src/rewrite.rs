//! The one way in which a volume comes to be: rows and volumes in, files out, read back and checked before anything that
//! they replace may go. Sealing, merging and building an index anew are calls of it, as is whatever changes rows.

use std::path::Path;
use std::sync::Arc;

use activity::canonical::KeptDigest;
use activity::query::Expr;
use activity::{Activity, Seq, Time};
use proof::Hash;

use crate::error::{Result, VolumeError};
use crate::files;
use crate::index::build::IndexBuilder;
use crate::indexed::Indexed;
use crate::meta::{RECORD, VolumeMeta};
use crate::order::Order;
use crate::patch;
use crate::query::{Deadline, Query, Room};
use crate::record::digest::RecordDigest;
use crate::record::read::{Glance, RecordReader, RecordRow};
use crate::record::write::{Kept, RecordWriter};
use crate::sealed::{Bounds, Contents};
use crate::tree::Levels;
use crate::verify::{self, LeafOf, Merged};
use crate::volume::Volume;

/// A leaf of the log's tree, and whether its row yields it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leaf {
    /// It is computed from the row.
    Yielded(Hash),
    /// It is computed from the row and digests of values that are gone; the record carries those.
    Erased(Hash, Arc<[KeptDigest]>),
    /// Values of the row are gone; the record carries the leaf.
    Kept(Hash),
}

impl Leaf {
    /// The hash.
    #[must_use]
    pub fn hash(&self) -> &Hash {
        match self {
            Self::Yielded(hash) | Self::Erased(hash, _) | Self::Kept(hash) => hash,
        }
    }

    fn kept(&self) -> Kept<'_> {
        match self {
            Self::Yielded(_) => Kept::NOTHING,
            Self::Erased(_, digests) => Kept { leaf: None, digests },
            Self::Kept(hash) => Kept {
                leaf: Some(hash),
                digests: &[],
            },
        }
    }
}

/// Rows of an index read at once.
const CHUNK: Room = Room {
    rows: 4096,
    bytes: 2 << 20,
};

/// Changes rows of a record.
pub struct Alteration<'a> {
    /// Whether a row may be changed, as far as a glance tells: where this is false, it is not.
    pub may: &'a dyn Fn(&Glance<'_>) -> bool,
    /// Changes a row; whether it did. Where values go, the digests of them or the leaf must be there: set by it if they were
    /// not.
    pub alter: &'a mut dyn FnMut(&mut RecordRow) -> bool,
}

/// What a volume is made of, in order.
pub enum Part<'a, A> {
    /// New rows and their leaves, as many.
    Rows(&'a [A], &'a [Leaf]),
    /// The same, of which there is an index already.
    Indexed(&'a [A], &'a [Leaf], &'a Indexed),
    /// A whole volume as it is: record, index and tree.
    Volume(&'a Volume),
    /// The rows of a volume's index, of which a record is made anew. All of them must yield their leaves.
    Index(&'a Volume),
    /// The rows of a volume's record, changed or not. Its index is made anew; only where the rows are changed, there is no other
    /// part and all of the volume is whole, what is not changed is taken as it is.
    Record {
        /// Its directory.
        dir: &'a Path,
        /// What is known of it.
        meta: &'a VolumeMeta,
        /// What becomes of each row.
        alter: Option<Alteration<'a>>,
    },
}

impl<'a, A: AsRef<Activity>> Part<'a, A> {
    /// The rows of a volume's record as they are.
    pub fn record(dir: &'a Path, meta: &'a VolumeMeta) -> Self {
        Self::Record { dir, meta, alter: None }
    }

    fn first_seq(&self) -> Option<Seq> {
        match self {
            Self::Rows(rows, _) | Self::Indexed(rows, ..) => rows.first().map(|row| row.as_ref().seq),
            Self::Volume(volume) | Self::Index(volume) => Some(volume.meta().first_seq),
            Self::Record { meta, .. } => Some(meta.first_seq),
        }
    }
}

/// Makes the volume `id` of these parts in the new directory `dir`, durably, and reads it back: whole when this returns,
/// and to be removed if it fails. `leaf_of` gives the leaf of a row of a record that does not carry it; with `halt` the
/// work ends early.
pub fn rewrite<'a, A: AsRef<Activity>>(
    dir: &Path,
    id: &str,
    mut parts: Vec<Part<'a, A>>,
    leaf_of: LeafOf<'_>,
    halt: &Deadline,
) -> Result<VolumeMeta> {
    let unfit = |detail: String| VolumeError::Unfit(detail);
    let Some(first) = parts.first().and_then(Part::first_seq) else {
        return Err(unfit("there are no activities".to_owned()));
    };
    std::fs::create_dir(dir).map_err(VolumeError::io(dir))?;
    if let [
        Part::Record {
            dir: of,
            meta,
            alter: Some(change),
        },
    ] = parts.as_mut_slice()
        && let Some(source) = patch::whole(of, meta, halt)?
    {
        return patch::patch((dir, id), &source, change, leaf_of, halt);
    }
    let mut work = Work {
        record: RecordWriter::create(&files::record(dir))?,
        index: IndexBuilder::new(dir.join("index.parts"), halt.clone()),
        levels: Levels::new(first),
        bounds: None,
        bare: Some(Vec::new()),
        removed: 0,
        copied: RecordDigest::default(),
        leaf_of,
        halt,
    };
    let whole = |part: &Part<'a, A>| match part {
        Part::Volume(volume) => Some(*volume),
        _ => None,
    };
    let volumes: Option<Vec<&Volume>> = parts.iter().map(whole).collect();
    for part in parts {
        match part {
            Part::Rows(rows, leaves) => work.add_rows(rows, leaves, None)?,
            Part::Indexed(rows, leaves, index) => work.add_rows(rows, leaves, Some(index))?,
            Part::Volume(volume) => work.add_volume(volume)?,
            Part::Index(volume) => work.add_index(volume)?,
            Part::Record { dir, meta, alter } => work.add_record(dir, meta, alter)?,
        }
    }
    let (levels, record) = (work.levels.clone(), std::mem::take(&mut work.copied));
    let meta = work.finish(dir, id)?;
    match &volumes {
        Some(parts) => {
            let merged = Merged { parts, levels, record };
            verify::verify_merged(dir, &meta, merged, halt)?;
        }
        None => drop(verify::verify(dir, &meta, leaf_of, halt)?),
    }
    Ok(meta)
}

/// A volume being made.
struct Work<'a> {
    record: RecordWriter,
    index: IndexBuilder,
    levels: Levels,
    bounds: Option<Bounds>,
    /// Rows that lost all their values, as long as there is no other: without one no index is made.
    bare: Option<Vec<(Seq, Time)>>,
    /// How many lost them in all.
    removed: u64,
    /// Of what was copied from other records.
    copied: RecordDigest,
    leaf_of: LeafOf<'a>,
    halt: &'a Deadline,
}

impl Work<'_> {
    fn end(&self) -> Seq {
        self.levels.range().end()
    }

    fn follows(&self, seq: Seq) -> Result<()> {
        let end = self.end();
        if seq == end {
            Ok(())
        } else {
            Err(VolumeError::Unfit(format!("activity {seq} stands where {end} belongs")))
        }
    }

    fn add_rows<A: AsRef<Activity>>(&mut self, rows: &[A], leaves: &[Leaf], index: Option<&Indexed>) -> Result<()> {
        if let Some(index) = index {
            if index.seqs() != (self.end()..self.end() + rows.len() as u64) {
                return Err(VolumeError::Unfit("an index is of other activities".to_owned()));
            }
            self.index_bare()?;
            self.index.join(index.0.index.index.clone())?;
        }
        if rows.len() != leaves.len() {
            let detail = format!("{} activities have {} leaves", rows.len(), leaves.len());
            return Err(VolumeError::Unfit(detail));
        }
        for (row, leaf) in rows.iter().zip(leaves) {
            let row = row.as_ref();
            self.follows(row.seq)?;
            self.levels.push(*leaf.hash());
            self.record.add(row, leaf.kept())?;
            if index.is_none() {
                self.index(row)?;
            }
            self.note(row);
        }
        Ok(())
    }

    fn add_volume(&mut self, volume: &Volume) -> Result<()> {
        let (dir, meta) = (volume.dir(), volume.meta());
        self.follows(meta.first_seq)?;
        // Rows whose leaves nothing yields any more are held against nothing but this.
        files::check_sums(dir, meta, self.halt)?;
        self.levels.join(&Levels::read(&files::tree(dir))?)?;
        let mut rows = RecordReader::open(&files::record(dir))?;
        while let Some(batch) = rows.next_batch() {
            self.halt.check()?;
            let batch = batch?;
            let is_record = self.copied.add(&batch).is_some();
            if !is_record {
                return Err(VolumeError::damaged(&meta.id, "a column of its record cannot be read"));
            }
            self.record.add_batch(&batch)?;
        }
        self.index_bare()?;
        self.index.join(volume.0.index.index.clone())?;
        self.removed += meta.removed;
        self.join(Bounds {
            occurred: (meta.min_occurred, meta.max_occurred),
            recorded: (meta.first_recorded, meta.last_recorded),
            in_time_order: meta.in_time_order,
        });
        Ok(())
    }

    fn add_index(&mut self, volume: &Volume) -> Result<()> {
        let meta = volume.meta();
        self.follows(meta.first_seq)?;
        let query = Query::new(&Expr::All, self.halt.clone());
        for rows in volume.scan(query, Order::Recorded, CHUNK)? {
            for row in rows? {
                self.follows(row.seq)?;
                let leaf = self
                    .leaf_of
                    .leaf(&row, &[])
                    .ok_or_else(|| without_leaf(meta, row.seq))?;
                self.levels.push(leaf);
                self.record.add(&row, Kept::NOTHING)?;
                self.index(&row)?;
                self.note(&row);
            }
        }
        Ok(())
    }

    fn add_record(&mut self, dir: &Path, meta: &VolumeMeta, mut alter: Option<Alteration<'_>>) -> Result<()> {
        self.follows(meta.first_seq)?;
        files::check_sum(dir, meta, RECORD, self.halt)?;
        // The kept levels stand for leaves that nothing yields any more; without them every leaf is needed.
        let levels = Levels::read(&files::tree(dir)).ok();
        let levels = levels.filter(|levels| levels.range().root() == meta.tree_root);
        if let Some(levels) = &levels {
            self.levels.join(levels)?;
        }
        let mut record = RecordReader::open(&files::record(dir))?;
        let mut next = meta.first_seq;
        while let Some(rows) = record.next_rows() {
            self.halt.check()?;
            let rows = rows?;
            if levels.is_none() || alter.is_some() {
                self.leaf_of.expect(&rows);
            }
            for mut row in rows {
                if row.activity.seq != next {
                    let detail = format!("activity {} stands where {next} belongs", row.activity.seq);
                    return Err(VolumeError::damaged(&meta.id, detail));
                }
                next += 1;
                if levels.is_none() {
                    let leaf = row.leaf.or_else(|| self.leaf_of.leaf(&row.activity, &row.kept));
                    self.levels
                        .push(leaf.ok_or_else(|| without_leaf(meta, row.activity.seq))?);
                }
                if let Some(change) = &mut alter {
                    (change.alter)(&mut row);
                }
                self.record.add(&row.activity, row.kept())?;
                self.index(&row.activity)?;
                self.note(&row.activity);
            }
        }
        if next == meta.end_seq() {
            Ok(())
        } else {
            let detail = format!("its record ends before activity {next}");
            Err(VolumeError::damaged(&meta.id, detail))
        }
    }

    fn index(&mut self, row: &Activity) -> Result<()> {
        if row.is_removed() {
            self.removed += 1;
            if let Some(bare) = &mut self.bare {
                bare.push((row.seq, row.recorded_at));
                return Ok(());
            }
        } else {
            self.index_bare()?;
        }
        self.index.add(row)
    }

    /// Adds to the index what waited for a row with values.
    fn index_bare(&mut self) -> Result<()> {
        for (seq, recorded_at) in self.bare.take().unwrap_or_default() {
            self.index.add(&Activity::removed(seq, recorded_at))?;
        }
        Ok(())
    }

    fn note(&mut self, row: &Activity) {
        self.join(Bounds::at(row.occurred_at, row.recorded_at));
    }

    fn join(&mut self, next: Bounds) {
        match &mut self.bounds {
            Some(bounds) => bounds.join(next),
            none => *none = Some(next),
        }
    }

    fn finish(self, dir: &Path, id: &str) -> Result<VolumeMeta> {
        self.record.finish()?;
        let count = self.levels.range().end() - self.levels.range().begin();
        if self.removed < count {
            self.index.finish(&files::index(dir))?;
        }
        let contents = Contents {
            levels: &self.levels,
            bounds: self.bounds,
            removed: self.removed,
        };
        contents.seal(dir, id, self.halt)
    }
}

fn without_leaf(meta: &VolumeMeta, seq: Seq) -> VolumeError {
    VolumeError::damaged(&meta.id, format!("activity {seq} has no leaf hash"))
}
