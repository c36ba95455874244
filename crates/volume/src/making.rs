//! A volume while it is being made: its record row by row or part by part, and beside it what its index and tree are made of.

use std::path::Path;

use activity::query::Expr;
use activity::{Activity, Seq, Time};

use crate::error::{Result, VolumeError};
use crate::files;
use crate::index::build::IndexBuilder;
use crate::indexed::Indexed;
use crate::meta::{RECORD, VolumeMeta};
use crate::order::Order;
use crate::query::{Deadline, Query, Room};
use crate::record::digest::RecordDigest;
use crate::record::read::RecordReader;
use crate::record::write::{Kept, RecordWriter};
use crate::rewrite::{Alteration, Leaf, Part};
use crate::sealed::{Bounds, Contents};
use crate::tree::Levels;
use crate::verify::LeafOf;
use crate::volume::Volume;

/// Rows of an index read at once.
const CHUNK: Room = Room {
    rows: 4096,
    bytes: 2 << 20,
};

/// A volume being made.
pub(crate) struct Making<'a> {
    record: RecordWriter,
    /// None where it is made beside.
    index: Option<IndexBuilder>,
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

/// One that is made, and what it was made of.
pub(crate) struct Made {
    pub(crate) meta: VolumeMeta,
    pub(crate) levels: Levels,
    /// Of what was copied from other records.
    pub(crate) record: RecordDigest,
}

impl<'a> Making<'a> {
    /// Begins one in `dir`; without `index`, that is made beside.
    pub(crate) fn begin(
        dir: &Path,
        first: Seq,
        index: Option<IndexBuilder>,
        (leaf_of, halt): (LeafOf<'a>, &'a Deadline),
    ) -> Result<Self> {
        Ok(Self {
            record: RecordWriter::create(&files::record(dir))?,
            index,
            levels: Levels::new(first),
            bounds: None,
            bare: Some(Vec::new()),
            removed: 0,
            copied: RecordDigest::default(),
            leaf_of,
            halt,
        })
    }

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

    /// Adds a part.
    pub(crate) fn add<A: AsRef<Activity>>(&mut self, part: Part<'_, A>) -> Result<()> {
        match part {
            Part::Rows(rows, leaves) => self.add_rows(rows, leaves, None),
            Part::Indexed(rows, leaves, index) => self.add_rows(rows, leaves, Some(index)),
            Part::Volume(volume) => self.add_volume(volume),
            Part::Index(volume) => self.add_index(volume),
            Part::Record { dir, meta, alter } => self.add_record(dir, meta, alter),
        }
    }

    fn add_rows<A: AsRef<Activity>>(&mut self, rows: &[A], leaves: &[Leaf], index: Option<&Indexed>) -> Result<()> {
        if let Some(index) = index {
            if index.seqs() != (self.end()..self.end() + rows.len() as u64) {
                return Err(VolumeError::Unfit("an index is of other activities".to_owned()));
            }
            self.join_index(index)?;
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
        self.join_index(volume)?;
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

    fn join_index(&mut self, of: &Indexed) -> Result<()> {
        self.index_bare()?;
        match &mut self.index {
            Some(index) => index.join(of.0.index.index.clone()),
            None => Ok(()),
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
        self.add_to_index(row)
    }

    fn add_to_index(&mut self, row: &Activity) -> Result<()> {
        match &mut self.index {
            Some(index) => index.add(row),
            None => Ok(()),
        }
    }

    /// Adds to the index what waited for a row with values.
    fn index_bare(&mut self) -> Result<()> {
        for (seq, recorded_at) in self.bare.take().unwrap_or_default() {
            self.add_to_index(&Activity::removed(seq, recorded_at))?;
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

    /// Writes what is left to be written.
    pub(crate) fn finish(self, dir: &Path, id: &str) -> Result<Made> {
        self.record.finish()?;
        let count = self.levels.range().end() - self.levels.range().begin();
        if let Some(index) = self.index.filter(|_| self.removed < count) {
            index.finish(&files::index(dir))?;
        }
        let contents = Contents {
            levels: &self.levels,
            bounds: self.bounds,
            removed: self.removed,
        };
        let meta = contents.seal(dir, id, self.halt)?;
        Ok(Made {
            meta,
            levels: self.levels,
            record: self.copied,
        })
    }
}

fn without_leaf(meta: &VolumeMeta, seq: Seq) -> VolumeError {
    VolumeError::damaged(&meta.id, format!("activity {seq} has no leaf hash"))
}
