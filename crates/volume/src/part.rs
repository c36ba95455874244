//! A volume's part of the log's tree, and the rows that its leaves are computed from. Owns nothing of proofs.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use activity::Seq;
use proof::Hash;

use crate::error::{Result, VolumeError};
use crate::files;
use crate::meta::VolumeMeta;
use crate::record::read::{RecordReader, RecordRow};
use crate::tree::Levels;
use crate::volume::levels;

/// What a volume knows of the log's tree.
pub struct TreePart {
    levels: Levels,
    record: PathBuf,
    id: String,
}

impl fmt::Debug for TreePart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TreePart").field(&self.id).finish()
    }
}

impl TreePart {
    /// That of the volume `meta` in `dir`.
    pub fn open(dir: &Path, meta: &VolumeMeta) -> Result<Self> {
        Ok(Self {
            levels: levels(dir, meta)?,
            record: files::record(dir),
            id: meta.id.clone(),
        })
    }

    /// Whose leaves it has.
    #[must_use]
    pub fn seqs(&self) -> Range<Seq> {
        self.levels.range().begin()..self.levels.range().end()
    }

    /// The complete subtree of `height` with this number, if it is kept: those of 256 leaves and more, and leaves at the
    /// edges that fill no such one.
    #[must_use]
    pub fn node(&self, height: u32, index: u64) -> Option<Hash> {
        self.levels.node(height, index)
    }

    /// These rows of the record, which must be the volume's.
    pub fn rows(&self, seqs: &Range<Seq>) -> Result<Vec<RecordRow>> {
        let first = self.seqs().start;
        let unfit = || VolumeError::Unfit(format!("activities {seqs:?} are not in volume {}", self.id));
        let from = seqs.start.checked_sub(first).ok_or_else(unfit)?;
        let to = seqs.end.checked_sub(first).ok_or_else(unfit)?;
        let mut record = RecordReader::open_at(&self.record, &(from..to))?;
        let mut rows = Vec::new();
        while let Some(next) = record.next_rows() {
            rows.extend(next?);
        }
        if rows.iter().map(|row| row.activity.seq).eq(seqs.clone()) {
            Ok(rows)
        } else {
            Err(VolumeError::damaged(&self.id, "its record lacks a row"))
        }
    }
}
