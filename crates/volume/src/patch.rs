//! Making a volume of another of which some rows change: what does not is taken as it is, record and index, and only the others
//! are made anew. Read back as merges are, by what was copied; the rows that changed, and all that share a tile of the tree with
//! one, are made from the new record and index and held against each other and the tree.

use std::path::Path;
use std::sync::mpsc;

use activity::Seq;
use arrow_array::RecordBatch;

use crate::error::{Result, VolumeError};
use crate::files;
use crate::index::open::OpenIndex;
use crate::index::replace::{Replacements, mentions};
use crate::index::same::check_merged;
use crate::meta::VolumeMeta;
use crate::query::Deadline;
use crate::record::digest::RecordDigest;
use crate::record::read::{Columns, RecordReader, RecordRow};
use crate::record::write::{RecordWriter, batch_of};
use crate::rewrite::Alteration;
use crate::rows::Decoded;
use crate::sealed::{Bounds, Contents};
use crate::tree::{Levels, TILE};
use crate::verify::{LeafOf, check_spans};
use crate::volume::{Volume, levels};

/// From one changed row of so many on all rows of a batch are made anew: each run of others is copied on its own.
const SPARSE: usize = 16;
/// Batches of the record that are read before they are taken.
const AHEAD: usize = 2;
/// Rows of an index read at once.
const ROWS: usize = 512;
/// Decoded values kept while they are, in bytes.
const DECODED_BYTES: usize = 8 << 20;

/// The volume `meta` in `dir`, if all its files are the ones that were written and this build reads them.
pub(crate) fn whole(dir: &Path, meta: &VolumeMeta, halt: &Deadline) -> Result<Option<Volume>> {
    if !meta.knows_all() || !meta.reads_index() || meta.is_emptied() {
        return Ok(None);
    }
    match files::check_sums(dir, meta, halt) {
        Ok(()) => Ok(Volume::open(dir, meta.clone()).ok()),
        Err(VolumeError::Overdue(overdue)) => Err(overdue.into()),
        Err(_) => Ok(None),
    }
}

/// Makes the volume `id` in the directory `dir` of `source`, whose files are whole, and reads it back.
pub(crate) fn patch(
    (dir, id): (&Path, &str),
    source: &Volume,
    change: &mut Alteration<'_>,
    leaf_of: LeafOf<'_>,
    halt: &Deadline,
) -> Result<VolumeMeta> {
    let meta = source.meta();
    let levels = levels(source.dir(), meta)?;
    let mut copy = Copy {
        source,
        digest: RecordDigest::default(),
        fresh: Replacements::new(dir.join("index.parts"), halt.clone()),
        bounds: None,
        removed: meta.removed,
        end: meta.first_seq,
    };
    copy.add_all(RecordWriter::create(&files::record(dir))?, change, leaf_of, halt)?;
    let Copy {
        digest,
        mut fresh,
        bounds,
        removed,
        ..
    } = copy;
    fresh.end()?;
    let changed = fresh.docs();
    let mut replaced = Vec::new();
    if removed < meta.count {
        mention_again(source, &changed, &mut fresh)?;
        replaced = fresh.docs();
        fresh.finish(&source.0.index, &files::index(dir))?;
    } else {
        files::remove_dir(&dir.join("index.parts"))?;
    }
    let contents = Contents {
        levels: &levels,
        bounds,
        removed,
    };
    let made = contents.seal(dir, id, halt)?;
    let patched = Patched {
        source,
        levels,
        record: digest,
        tiles: tiles(meta.first_seq, &changed),
        replaced,
    };
    files::sync_beside(dir, || patched.verify(dir, &made, leaf_of, halt))?;
    Ok(made)
}

/// Where what is copied goes to be written.
type Out = mpsc::SyncSender<RecordBatch>;

/// Sends what is read, as long as somebody takes it.
fn read(mut rows: RecordReader, into: &mpsc::SyncSender<Result<RecordBatch>>) {
    while let Some(batch) = rows.next_batch() {
        let failed = batch.is_err();
        if into.send(batch).is_err() || failed {
            return;
        }
    }
}

/// Writes what comes, and ends the record once nothing more does.
fn write(mut record: RecordWriter, batches: mpsc::Receiver<RecordBatch>) -> Result<()> {
    for batch in batches {
        record.add_batch(&batch)?;
    }
    record.finish()
}

/// A volume being made.
struct Copy<'a> {
    source: &'a Volume,
    /// Of what was written.
    digest: RecordDigest,
    /// Documents of changed rows.
    fresh: Replacements,
    bounds: Option<Bounds>,
    removed: u64,
    end: Seq,
}

impl Copy<'_> {
    fn add_all(
        &mut self,
        record: RecordWriter,
        change: &mut Alteration<'_>,
        leaf_of: LeafOf<'_>,
        halt: &Deadline,
    ) -> Result<()> {
        let meta = self.source.meta();
        let rows = RecordReader::open(&files::record(self.source.dir()))?;
        // The record is read and written beside what becomes of it: each takes about as long as both others.
        let (copied, written) = std::thread::scope(|scope| {
            let (into, batches) = mpsc::sync_channel(AHEAD);
            scope.spawn(move || read(rows, &into));
            let (out, made) = mpsc::sync_channel(AHEAD);
            let writer = scope.spawn(move || write(record, made));
            let copied = batches.into_iter().try_for_each(|batch| {
                halt.check()?;
                self.add(&batch?, change, leaf_of, &out)
            });
            drop(out);
            (copied, writer.join())
        });
        // Where writing failed, that is why copying ended.
        written.map_err(|_| VolumeError::damaged(&meta.id, "writing its record anew broke off"))??;
        copied?;
        let end = self.end;
        if end == meta.end_seq() {
            return Ok(());
        }
        let detail = format!("its record ends before activity {end}");
        Err(VolumeError::damaged(&meta.id, detail))
    }

    fn add(&mut self, batch: &RecordBatch, change: &mut Alteration<'_>, leaf_of: LeafOf<'_>, out: &Out) -> Result<()> {
        let id = &self.source.meta().id;
        let unreadable = || VolumeError::damaged(id, "a row of its record cannot be read");
        let columns = Columns::of(batch).ok_or_else(unreadable)?;
        let mut may = Vec::new();
        for (at, glance) in columns.glances().enumerate() {
            if glance.seq != self.end {
                let detail = format!("activity {} stands where {} belongs", glance.seq, self.end);
                return Err(VolumeError::damaged(id, detail));
            }
            self.end += 1;
            if (change.may)(&glance) {
                may.push(at);
            }
        }
        let rows = columns.rows(may.iter().copied()).ok_or_else(unreadable)?;
        leaf_of.expect(&rows);
        let mut changed = Vec::new();
        for (at, mut row) in may.into_iter().zip(rows) {
            let was_removed = row.activity.is_removed();
            if (change.alter)(&mut row) {
                self.removed += u64::from(row.activity.is_removed());
                self.removed -= u64::from(was_removed);
                let doc = row.activity.seq - self.source.meta().first_seq;
                self.fresh.add(doc as u32, &row.activity)?;
                changed.push((at, row));
            }
        }
        if changed.len() * SPARSE < batch.num_rows() {
            return self.write_between(batch, changed, out);
        }
        let mut all = columns.rows(0..batch.num_rows()).ok_or_else(unreadable)?;
        for (at, row) in changed {
            all[at] = row;
        }
        self.write_rows(&all, out)
    }

    /// Writes a batch in which a few rows are others.
    fn write_between(&mut self, batch: &RecordBatch, changed: Vec<(usize, RecordRow)>, out: &Out) -> Result<()> {
        let mut next = 0;
        for (at, row) in changed {
            if next < at {
                self.write(batch.slice(next, at - next), out)?;
            }
            self.write_rows(&[row], out)?;
            next = at + 1;
        }
        match batch.num_rows() - next {
            0 => Ok(()),
            rest => self.write(batch.slice(next, rest), out),
        }
    }

    fn write_rows(&mut self, rows: &[RecordRow], out: &Out) -> Result<()> {
        let batch = batch_of(rows).map_err(VolumeError::record(&files::record(self.source.dir())))?;
        self.write(batch, out)
    }

    fn write(&mut self, batch: RecordBatch, out: &Out) -> Result<()> {
        let columns = Columns::of(&batch).filter(|_| self.digest.add(&batch).is_some());
        let id = &self.source.meta().id;
        let columns = columns.ok_or_else(|| VolumeError::damaged(id, "a column of its record cannot be read"))?;
        for (occurred, recorded) in columns.times() {
            let next = Bounds::at(occurred, recorded);
            match &mut self.bounds {
                Some(bounds) => bounds.join(next),
                none => *none = Some(next),
            }
        }
        // Whoever writes has failed if this does, and says so itself.
        let unwritten = |_| VolumeError::damaged(id, "its record cannot be written anew");
        out.send(batch).map_err(unwritten)
    }
}

/// Adds the documents that have to list words in the place of those that changed.
fn mention_again(source: &Volume, changed: &[u32], fresh: &mut Replacements) -> Result<()> {
    let (of, mut decoded) = (&*source.0, Decoded::new(DECODED_BYTES));
    for docs in mentions(&of.index, changed).chunks(ROWS) {
        for (doc, row) in docs.iter().zip(of.rows_by(docs, &mut decoded)?) {
            fresh.add(*doc, &row)?;
        }
    }
    fresh.end()
}

/// The tiles of the log's tree in which these documents are, ascending.
fn tiles(first_seq: Seq, docs: &[u32]) -> Vec<u64> {
    let mut tiles: Vec<u64> = docs.iter().map(|doc| (first_seq + u64::from(*doc)) / TILE).collect();
    tiles.dedup();
    tiles
}

/// What a volume that was made so must be.
struct Patched<'a> {
    source: &'a Volume,
    levels: Levels,
    /// Of its record, as it was written.
    record: RecordDigest,
    /// Whose leaves are computed anew.
    tiles: Vec<u64>,
    /// Documents of its index that are not the source's.
    replaced: Vec<u32>,
}

impl Patched<'_> {
    fn verify(self, dir: &Path, meta: &VolumeMeta, leaf_of: LeafOf<'_>, halt: &Deadline) -> Result<()> {
        let damaged = |detail: &str| VolumeError::damaged(&meta.id, detail);
        if files::read_meta(dir)? != *meta {
            return Err(damaged("its meta.json is not what was written"));
        }
        files::check_sums(dir, meta, halt)?;
        if Levels::read(&files::tree(dir))? != self.levels || self.levels.range().root() != meta.tree_root {
            return Err(damaged("its tree levels are not those of its source"));
        }
        let volume = match meta.is_emptied() {
            true => None,
            false => Some(Volume::open(dir, meta.clone())?),
        };
        std::thread::scope(|scope| {
            let index = volume.as_ref();
            let (source, replaced) = (&self.source.0.index, &self.replaced);
            let index = index.map(|volume| scope.spawn(move || verify_index(volume, source, replaced, halt)));
            self.verify_record(dir, meta, volume.as_ref(), (leaf_of, halt))?;
            let broke_off = |_| damaged("checking its index broke off");
            index.map_or(Ok(()), |index| index.join().map_err(broke_off)?)
        })
    }

    /// Every value of the record by its digest, leaves where rows changed, and the documents of the index that are new.
    fn verify_record(
        &self,
        dir: &Path,
        meta: &VolumeMeta,
        volume: Option<&Volume>,
        (leaf_of, halt): (LeafOf<'_>, &Deadline),
    ) -> Result<()> {
        let damaged = |detail: &str| VolumeError::damaged(&meta.id, detail);
        let mut record = RecordReader::open(&files::record(dir))?;
        let (mut digest, mut leaves) = (RecordDigest::default(), self.levels.check());
        let (mut decoded, mut first) = (Decoded::new(DECODED_BYTES), 0);
        while let Some(batch) = record.next_batch() {
            halt.check()?;
            let batch = batch?;
            let columns = Columns::of(&batch).filter(|_| digest.add(&batch).is_some());
            let columns = columns.ok_or_else(|| damaged("a column of its record cannot be read"))?;
            let docs = first..first + batch.num_rows() as u32;
            first = docs.end;
            let in_tile = |doc: u32| {
                let tile = (meta.first_seq + u64::from(doc)) / TILE;
                self.tiles.binary_search(&tile).is_ok()
            };
            let replaced = &self.replaced[self.replaced.partition_point(|doc| *doc < docs.start)..];
            let replaced = &replaced[..replaced.partition_point(|doc| *doc < docs.end)];
            let wanted = |doc: &u32| in_tile(*doc) || replaced.binary_search(doc).is_ok();
            let at = docs.clone().filter(wanted).map(|doc| (doc - docs.start) as usize);
            let rows = columns
                .rows(at)
                .ok_or_else(|| damaged("a row of its record cannot be read"))?;
            leaf_of.expect(&rows);
            let mut by_index = match volume {
                Some(volume) if !replaced.is_empty() => volume.0.rows_by(replaced, &mut decoded)?,
                _ => Vec::new(),
            }
            .into_iter()
            .peekable();
            let mut rows = rows.into_iter().peekable();
            for doc in docs {
                let seq = meta.first_seq + u64::from(doc);
                let row = rows.next_if(|row| row.activity.seq == seq);
                let leaf = row
                    .as_ref()
                    .filter(|_| in_tile(doc))
                    .and_then(|row| row.leaf.or_else(|| leaf_of.leaf(&row.activity, &row.kept)));
                if !leaves.holds(leaf) {
                    let detail = format!("activity {seq} or one shortly before it is not in its tree");
                    return Err(damaged(&detail));
                }
                if let Some(indexed) = by_index.next_if(|indexed| indexed.seq == seq)
                    && row.is_none_or(|row| row.activity != indexed)
                {
                    return Err(damaged(&format!("activity {seq} is another in its index")));
                }
            }
            if by_index.len() > 0 || rows.len() > 0 {
                return Err(damaged("activities of its record or index stand where others belong"));
            }
        }
        let (rows, columns) = digest.finish();
        if rows != meta.count || (rows, columns) != self.record.clone().finish() {
            return Err(damaged("its record is not what was written"));
        }
        Ok(())
    }
}

/// Times beside the index, and every document of it that is the source's.
fn verify_index(volume: &Volume, source: &OpenIndex, replaced: &[u32], halt: &Deadline) -> Result<()> {
    let meta = volume.meta();
    check_spans(volume)?;
    if volume.0.times.bounds() != (meta.min_occurred.0, meta.max_occurred.0) {
        let detail = "its bounds are not those of its activities";
        return Err(VolumeError::damaged(&meta.id, detail));
    }
    check_merged(&volume.0.index, &[source], replaced, halt)
}
