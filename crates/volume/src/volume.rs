//! An open volume.

use std::fmt;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use proof::CompactRange;

use crate::error::{Result, VolumeError};
use crate::files;
use crate::index::open::OpenIndex;
use crate::indexed::Indexed;
use crate::meta::{INDEX_FORMAT, VolumeMeta};
use crate::times::TimeMap;
use crate::tree::Levels;

/// An open volume. Cheap to clone; answers from any thread.
#[derive(Clone)]
pub struct Volume {
    indexed: Indexed,
    known: Arc<Known>,
}

struct Known {
    dir: PathBuf,
    meta: VolumeMeta,
}

impl fmt::Debug for Volume {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Volume").field(&self.meta().id).finish()
    }
}

/// What answers questions.
impl Deref for Volume {
    type Target = Indexed;

    fn deref(&self) -> &Indexed {
        &self.indexed
    }
}

impl Volume {
    /// Opens the volume `meta` in `dir`, whose index must be of a format that this build reads.
    pub fn open(dir: &Path, meta: VolumeMeta) -> Result<Self> {
        if !meta.reads_index() {
            let detail = format!(
                "its index has format {}, this build reads {INDEX_FORMAT}: it has to be built anew",
                meta.formats.index
            );
            return Err(VolumeError::damaged(&meta.id, detail));
        }
        files::check_sizes(dir, &meta)?;
        let path = files::index(dir);
        let index = OpenIndex::open(&path)?;
        if u64::from(index.docs) != meta.count {
            let detail = format!("its index holds {} of {} activities", index.docs, meta.count);
            return Err(VolumeError::damaged(&meta.id, detail));
        }
        let times = TimeMap::open(&path, index.docs)?;
        Ok(Self {
            indexed: Indexed::new(meta.first_seq, index, times),
            known: Arc::new(Known {
                dir: dir.to_owned(),
                meta,
            }),
        })
    }

    /// Where its files are.
    pub(crate) fn dir(&self) -> &Path {
        &self.known.dir
    }

    /// What is known of it.
    #[must_use]
    pub fn meta(&self) -> &VolumeMeta {
        &self.known.meta
    }
}

/// The subtrees of the log that cover the volume `meta` in `dir`, from its `tree`: joined in order over all volumes from
/// the first, they are the log's frontier.
pub fn tree_range(dir: &Path, meta: &VolumeMeta) -> Result<CompactRange> {
    Ok(levels(dir, meta)?.range().clone())
}

/// The tree levels of the volume `meta` in `dir`, which must be that volume's.
pub(crate) fn levels(dir: &Path, meta: &VolumeMeta) -> Result<Levels> {
    let levels = Levels::read(&files::tree(dir))?;
    if levels.range().begin() != meta.first_seq || levels.range().end() != meta.end_seq() {
        return Err(VolumeError::damaged(&meta.id, "its tree levels are another volume's"));
    }
    if levels.range().root() != meta.tree_root {
        return Err(VolumeError::damaged(&meta.id, "its tree levels do not yield its root"));
    }
    Ok(levels)
}
