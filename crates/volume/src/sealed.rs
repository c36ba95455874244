//! The last files of a volume that is being made: the times beside its index, its tree levels, its meta. Owns what is said of a
//! volume as a whole.

use std::path::Path;

use activity::Time;

use crate::error::{Result, VolumeError};
use crate::files;
use crate::index::open::OpenIndex;
use crate::meta::{Formats, META_FORMAT, VolumeMeta};
use crate::query::Deadline;
use crate::times::TimeMap;
use crate::tree::Levels;

/// The times of some rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bounds {
    pub(crate) occurred: (Time, Time),
    pub(crate) recorded: (Time, Time),
    pub(crate) in_time_order: bool,
}

impl Bounds {
    /// Those of one row.
    pub(crate) fn at(occurred: Time, recorded: Time) -> Self {
        Self {
            occurred: (occurred, occurred),
            recorded: (recorded, recorded),
            in_time_order: true,
        }
    }

    /// Adds those of the rows that follow.
    pub(crate) fn join(&mut self, next: Self) {
        self.in_time_order &= next.in_time_order && self.occurred.1 <= next.occurred.0;
        self.occurred.0 = self.occurred.0.min(next.occurred.0);
        self.occurred.1 = self.occurred.1.max(next.occurred.1);
        self.recorded.1 = next.recorded.1;
    }
}

/// What a volume holds whose record and index are written.
pub(crate) struct Contents<'a> {
    pub(crate) levels: &'a Levels,
    /// Of its rows; `None` without one.
    pub(crate) bounds: Option<Bounds>,
    /// How many of them lost all their values.
    pub(crate) removed: u64,
}

impl Contents<'_> {
    /// Writes what is left to be written in `dir`. It is durable once that is synced.
    pub(crate) fn seal(self, dir: &Path, id: &str, halt: &Deadline) -> Result<VolumeMeta> {
        let range = self.levels.range();
        let count = range.end() - range.begin();
        let bounds = match self.bounds {
            Some(bounds) if count < u64::from(u32::MAX) => bounds,
            _ => return Err(VolumeError::Unfit(format!("{count} activities do not make a volume"))),
        };
        if self.removed < count {
            index_times(&files::index(dir))?;
        }
        let tree = files::tree(dir);
        std::fs::write(&tree, self.levels.to_bytes()).map_err(VolumeError::io(&tree))?;
        let meta = VolumeMeta {
            format: META_FORMAT,
            id: id.to_owned(),
            first_seq: range.begin(),
            count,
            removed: self.removed,
            min_occurred: bounds.occurred.0,
            max_occurred: bounds.occurred.1,
            in_time_order: bounds.in_time_order,
            first_recorded: bounds.recorded.0,
            last_recorded: bounds.recorded.1,
            tree_root: range.root(),
            formats: Formats::NEWEST,
            files: files::sums(dir, halt)?,
        };
        files::write_meta(dir, &meta)?;
        Ok(meta)
    }
}

/// Writes beside the index in `path` when what is in it happened.
fn index_times(path: &Path) -> Result<()> {
    let index = OpenIndex::open(path)?;
    TimeMap::of(&*index.occurred, index.docs).write(path)
}
