//! Building the index of a volume: of rows one by one, of whole indexes, or of both in turn.

use std::path::{Path, PathBuf};

use activity::Activity;
use tantivy::Index;
use tantivy::directory::MmapDirectory;

use super::halting::Halting;
use super::write::IndexWriter;
use crate::error::{Result, VolumeError};
use crate::files;
use crate::query::Deadline;

/// Bytes of free-form texts with which a segment ends: all of them are held in memory until it is written.
pub(super) const SEGMENT_BYTES: usize = 6 << 20;
/// Activities with which it ends.
pub(super) const SEGMENT_ROWS: usize = if cfg!(test) { 10 } else { 1 << 16 };

/// An index being built, in parts of one segment each until its end.
pub(crate) struct IndexBuilder {
    parts_dir: PathBuf,
    halt: Deadline,
    made: usize,
    parts: Vec<Index>,
    open: Option<IndexWriter>,
}

impl IndexBuilder {
    /// Its parts are kept in `parts_dir`, which is gone with [`IndexBuilder::finish`].
    pub(crate) fn new(parts_dir: PathBuf, halt: Deadline) -> Self {
        Self {
            parts_dir,
            halt,
            made: 0,
            parts: Vec::new(),
            open: None,
        }
    }

    /// Adds a row.
    pub(crate) fn add(&mut self, activity: &Activity) -> Result<()> {
        let writer = match &mut self.open {
            Some(writer) => writer,
            none => {
                let writer = IndexWriter::create(&self.parts_dir.join(self.made.to_string()))?;
                self.made += 1;
                none.insert(writer)
            }
        };
        writer.add(activity)?;
        if writer.rows() >= SEGMENT_ROWS || writer.bytes() >= SEGMENT_BYTES {
            self.end_segment()?;
        }
        Ok(())
    }

    /// Adds the index of the volume that follows, as it is.
    pub(crate) fn join(&mut self, index: Index) -> Result<()> {
        self.end_segment()?;
        self.parts.push(index);
        Ok(())
    }

    #[cfg(test)]
    pub(crate) fn join_all(&mut self, indexes: impl IntoIterator<Item = Index>) {
        self.parts.extend(indexes);
    }

    fn end_segment(&mut self) -> Result<()> {
        self.halt.check()?;
        if let Some(writer) = self.open.take() {
            self.parts.push(writer.finish()?);
        }
        Ok(())
    }

    /// Makes the index in `path`, of one segment, in which documents keep their order.
    pub(crate) fn finish(mut self, path: &Path) -> Result<()> {
        if self.open.is_some() {
            self.end_segment()?;
        }
        if self.made == 1 && self.parts.len() == 1 {
            self.parts.clear();
            let only = self.parts_dir.join("0");
            std::fs::rename(&only, path).map_err(VolumeError::io(&only))?;
        } else {
            std::fs::create_dir_all(path).map_err(VolumeError::io(path))?;
            let into = Halting {
                inner: MmapDirectory::open(path).map_err(VolumeError::index(path))?,
                halt: self.halt.clone(),
            };
            if let Err(error) = tantivy::indexer::merge_indices(&self.parts, into) {
                // A file that took no more comes out as any error of a file.
                self.halt.check()?;
                return Err(VolumeError::index(path)(error));
            }
            self.parts.clear();
        }
        files::remove_dir(&self.parts_dir)
    }
}
