//! The index of a volume in which some documents are others: all the rest is merged as it is, lists and columns, and stays where
//! it was. Nothing is left of a document that is replaced.

use std::path::{Path, PathBuf};

use activity::Activity;
use tantivy::columnar::{ColumnType, ColumnarReader, MergeRowOrder, RowAddr, ShuffleMergeOrder, merge_columnar};
use tantivy::directory::{ManagedDirectory, MmapDirectory, OwnedBytes, TerminatingWrite};
use tantivy::fastfield::{AliveBitSet, write_alive_bitset};
use tantivy::index::{Order, SegmentComponent};
use tantivy::indexer::merge_filtered_segments;
use tantivy::{BitSet, Directory, Index, IndexSettings, IndexSortByField, Segment};

use super::build::{SEGMENT_BYTES, SEGMENT_ROWS};
use super::column::Column;
use super::halting::Halting;
use super::open::OpenIndex;
use super::schema::{DETAILS, OCCURRED, RECORDED};
use super::view::{self, PLACE};
use super::write::{IndexWriter, empty_store, settings};
use crate::bitmap::SOME;
use crate::error::{Result, VolumeError};
use crate::files;
use crate::query::Deadline;

/// Documents that take the place of others.
pub(crate) struct Replacements {
    parts_dir: PathBuf,
    halt: Deadline,
    made: Vec<Fresh>,
    open: Option<(IndexWriter, Vec<u32>)>,
}

/// An index of one segment, and the documents of the whole that its own are, ascending.
struct Fresh {
    path: PathBuf,
    docs: Vec<u32>,
}

impl Replacements {
    /// What is made on the way is kept in `parts_dir`, which is gone with [`Replacements::finish`].
    pub(crate) fn new(parts_dir: PathBuf, halt: Deadline) -> Self {
        Self {
            parts_dir,
            halt,
            made: Vec::new(),
            open: None,
        }
    }

    /// Has the document `doc` be this row. Documents ascend up to each [`Replacements::end`].
    pub(crate) fn add(&mut self, doc: u32, activity: &Activity) -> Result<()> {
        let path = || self.parts_dir.join(self.made.len().to_string());
        let (writer, docs) = match &mut self.open {
            Some(open) => open,
            none => none.insert((IndexWriter::create(&path())?, Vec::new())),
        };
        writer.add(activity)?;
        docs.push(doc);
        if writer.rows() >= SEGMENT_ROWS || writer.bytes() >= SEGMENT_BYTES {
            self.end()?;
        }
        Ok(())
    }

    /// Ends a run of ascending documents.
    pub(crate) fn end(&mut self) -> Result<()> {
        self.halt.check()?;
        if let Some((writer, docs)) = self.open.take() {
            let path = self.parts_dir.join(self.made.len().to_string());
            writer.finish()?;
            self.made.push(Fresh { path, docs });
        }
        Ok(())
    }

    /// The documents that are replaced, ascending.
    pub(crate) fn docs(&self) -> Vec<u32> {
        let mut docs: Vec<u32> = self.made.iter().flat_map(|made| &made.docs).copied().collect();
        docs.sort_unstable();
        docs
    }

    /// Makes the index in `path` of what is left of `old` and of these, each at its place.
    pub(crate) fn finish(mut self, old: &OpenIndex, path: &Path) -> Result<()> {
        self.end()?;
        let joint = Joint {
            old,
            made: &self.made,
            parts_dir: &self.parts_dir,
            halt: &self.halt,
        };
        joint.make(path)?;
        files::remove_dir(&self.parts_dir)
    }
}

/// What an index is made of.
#[derive(Clone, Copy)]
struct Joint<'a> {
    old: &'a OpenIndex,
    made: &'a [Fresh],
    parts_dir: &'a Path,
    halt: &'a Deadline,
}

impl Joint<'_> {
    fn make(self, path: &Path) -> Result<()> {
        std::fs::create_dir_all(path).map_err(VolumeError::io(path))?;
        let alive = self.alive().map_err(VolumeError::io(path))?;
        let columns = self.parts_dir.join("columns");
        let (lists, merged) = std::thread::scope(|scope| {
            let merged = scope.spawn(|| self.merge_columns(&alive, &columns));
            (self.merge_lists(&alive, path), merged.join())
        });
        let index = lists?;
        merged.map_err(|_| VolumeError::damaged(&path.to_string_lossy(), "merging its columns broke off"))??;
        let failed = || VolumeError::index::<tantivy::TantivyError>(path);
        for segment in index.searchable_segments().map_err(failed())? {
            let made = columns.join(COLUMNS);
            let name = path.join(segment.relative_path(SegmentComponent::FastFields));
            std::fs::rename(&made, &name).map_err(VolumeError::io(&made))?;
        }
        empty_store(&index, path)?;
        // It is sorted by what it does not have; later it is merged as any other is.
        let mut meta = index.load_metas().map_err(failed())?;
        meta.index_settings = settings();
        let json = serde_json::to_vec_pretty(&meta).map_err(|error| VolumeError::io(path)(error.into()))?;
        let written = index.directory().atomic_write(Path::new("meta.json"), &json);
        written.map_err(VolumeError::io(path))
    }

    /// The documents of the old index that stay.
    fn alive(self) -> std::io::Result<AliveBitSet> {
        let mut alive = BitSet::with_max_value_and_full(self.old.docs);
        for doc in self.made.iter().flat_map(|made| &made.docs) {
            alive.remove(*doc);
        }
        let mut bytes = Vec::new();
        write_alive_bitset(&alive, &mut bytes)?;
        Ok(AliveBitSet::open(OwnedBytes::new(bytes)))
    }

    /// All but the columns.
    fn merge_lists(self, alive: &AliveBitSet, path: &Path) -> Result<Index> {
        let view = |at: usize| self.parts_dir.join(format!("view{at}"));
        let mut segments: Vec<Segment> = vec![view::show(&self.old.path, &view(0), 0..self.old.docs, self.halt)?];
        for (at, made) in (1..).zip(self.made) {
            segments.push(view::show(&made.path, &view(at), made.docs.iter().copied(), self.halt)?);
        }
        let mut alive = vec![Some(alive.clone())];
        alive.resize(segments.len(), None);
        let into = Halting {
            inner: MmapDirectory::open(path).map_err(VolumeError::index(path))?,
            halt: self.halt.clone(),
        };
        let by_place = IndexSettings {
            sort_by_field: Some(IndexSortByField {
                field: PLACE.to_owned(),
                order: Order::Asc,
            }),
            ..settings()
        };
        merge_filtered_segments(&segments, by_place, alive, into).map_err(|error| match self.halt.check() {
            // A file that took no more comes out as any error of a file.
            Err(overdue) => overdue.into(),
            Ok(()) => VolumeError::index(path)(error),
        })
    }

    /// The columns, as a file of the directory `into`.
    fn merge_columns(self, alive: &AliveBitSet, into: &Path) -> Result<()> {
        let first = (0..self.old.docs).map(|row_id| RowAddr { segment_ord: 0, row_id });
        let (mut order, mut columns) = (first.collect::<Vec<_>>(), vec![columns_of(&self.old.path)?]);
        for (segment_ord, made) in (1..).zip(self.made) {
            columns.push(columns_of(&made.path)?);
            for (row_id, doc) in (0..).zip(&made.docs) {
                if let Some(place) = order.get_mut(*doc as usize) {
                    *place = RowAddr { segment_ord, row_id };
                }
            }
        }
        let mut alive = vec![Some(alive.bitset().clone())];
        alive.resize(columns.len(), None);
        let order = MergeRowOrder::Shuffled(ShuffleMergeOrder {
            new_row_id_to_old_row_id: order,
            alive_bitsets: alive,
        });
        let failed = || VolumeError::index::<tantivy::TantivyError>(into);
        std::fs::create_dir_all(into).map_err(VolumeError::io(into))?;
        let directory = Halting {
            inner: MmapDirectory::open(into).map_err(|error| failed()(error.into()))?,
            halt: self.halt.clone(),
        };
        // Files of an index end with a sum, which this writes.
        let directory = ManagedDirectory::wrap(Box::new(directory)).map_err(failed())?;
        let out = directory.open_write(Path::new(COLUMNS));
        let mut out = out.map_err(|error| failed()(error.into()))?;
        let columns: Vec<&ColumnarReader> = columns.iter().collect();
        merge_columnar(&columns, &required(), order, &mut out)
            .and_then(|()| out.terminate())
            .map_err(VolumeError::io(into))
    }
}

const COLUMNS: &str = "columns.fast";

/// The columns that every index has.
fn required() -> Vec<(String, ColumnType)> {
    let texts = Column::ALL.map(|column| (column.name(), ColumnType::Str));
    let others = [
        (OCCURRED, ColumnType::I64),
        (RECORDED, ColumnType::I64),
        (DETAILS, ColumnType::Bytes),
    ];
    let all = texts.into_iter().chain(others);
    all.map(|(name, kind)| (name.to_owned(), kind)).collect()
}

/// The columns of the index of one segment in `path`.
fn columns_of(path: &Path) -> Result<ColumnarReader> {
    let failed = || VolumeError::index::<tantivy::TantivyError>(path);
    let directory = MmapDirectory::open(path).map_err(|error| failed()(error.into()))?;
    let index = Index::open(directory).map_err(failed())?;
    let segment = index.searchable_segments().map_err(failed())?.pop();
    let segment = segment.ok_or_else(|| VolumeError::damaged(&path.to_string_lossy(), "its index has no segment"))?;
    let file = segment.open_read(SegmentComponent::FastFields);
    let file = file.map_err(|error| failed()(error.into()))?;
    ColumnarReader::open(file).map_err(VolumeError::io(path))
}

/// Documents whose words have to be listed anew, ascending: with these, which are replaced, the only ones may go that list the words
/// of a value. One is enough for each value that is left.
pub(crate) fn mentions(old: &OpenIndex, replaced: &[u32]) -> Vec<u32> {
    let mut again = Vec::new();
    for column in Column::ALL.into_iter().filter(|column| column.letter().is_some()) {
        let open = old.column(column);
        let (mut lost, mut left) = (BitSet::with_max_value(open.terms() as u32), 0_usize);
        let mut ords = [0; SOME];
        for docs in replaced.chunks(SOME) {
            let ords = &mut ords[..docs.len()];
            open.ords().get_vals(docs, ords);
            left += ords.iter().filter(|ord| lost.insert(**ord as u32)).count();
        }
        let mut replaced = replaced.iter().copied().peekable();
        for first in (0..old.docs).step_by(SOME) {
            if left == 0 {
                break;
            }
            let ords = &mut ords[..(old.docs - first).min(SOME as u32) as usize];
            open.ords().get_range(u64::from(first), ords);
            for (doc, ord) in (first..).zip(ords) {
                let goes = replaced.next_if_eq(&doc).is_some();
                if !goes && lost.contains(*ord as u32) {
                    lost.remove(*ord as u32);
                    left -= 1;
                    again.push(doc);
                }
            }
        }
    }
    again.sort_unstable();
    again.dedup();
    again
}
