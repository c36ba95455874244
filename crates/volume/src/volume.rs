//! An open volume.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use activity::{Activity, Seq};
use proof::CompactRange;

use crate::error::{Result, VolumeError};
use crate::eval::{self, Node};
use crate::files;
use crate::index::open::OpenIndex;
use crate::meta::{INDEX_FORMAT, VolumeMeta};
use crate::query::Query;
use crate::rows::Decoded;
use crate::tree::Levels;

/// Decoded values an open volume keeps for its pages, in bytes.
const DECODED_BYTES: usize = 1 << 20;

/// An open volume. Cheap to clone; answers from any thread.
#[derive(Clone)]
pub struct Volume(pub(crate) Arc<Opened>);

pub(crate) struct Opened {
    dir: PathBuf,
    pub(crate) meta: VolumeMeta,
    pub(crate) index: OpenIndex,
    decoded: Mutex<Decoded>,
}

impl fmt::Debug for Volume {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Volume").field(&self.0.meta.id).finish()
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
        let index = OpenIndex::open(&files::index(dir))?;
        if u64::from(index.docs) != meta.count {
            let detail = format!("its index holds {} of {} activities", index.docs, meta.count);
            return Err(VolumeError::damaged(&meta.id, detail));
        }
        Ok(Self(Arc::new(Opened {
            dir: dir.to_owned(),
            meta,
            index,
            decoded: Mutex::new(Decoded::new(DECODED_BYTES)),
        })))
    }

    /// Where its files are.
    pub(crate) fn dir(&self) -> &Path {
        &self.0.dir
    }

    /// What is known of it.
    #[must_use]
    pub fn meta(&self) -> &VolumeMeta {
        &self.0.meta
    }

    /// The activity with this sequence number, if it is in this volume.
    pub fn get(&self, seq: Seq) -> Result<Option<Activity>> {
        let doc = seq
            .checked_sub(self.0.meta.first_seq)
            .filter(|doc| *doc < self.0.meta.count);
        let Some(doc) = doc.and_then(|doc| u32::try_from(doc).ok()) else {
            return Ok(None);
        };
        Ok(self.0.rows(&[doc])?.pop())
    }
}

/// The subtrees of the log that cover the volume `meta` in `dir`, from its `tree`: joined in order over all volumes from
/// the first, they are the log's frontier.
pub fn tree_range(dir: &Path, meta: &VolumeMeta) -> Result<CompactRange> {
    let levels = Levels::read(&files::tree(dir))?;
    if levels.range().begin() != meta.first_seq || levels.range().end() != meta.end_seq() {
        return Err(VolumeError::damaged(&meta.id, "its tree levels are another volume's"));
    }
    if levels.range().root() != meta.tree_root {
        return Err(VolumeError::damaged(&meta.id, "its tree levels do not yield its root"));
    }
    Ok(levels.range().clone())
}

impl Opened {
    pub(crate) fn docs(&self) -> u32 {
        self.index.docs
    }

    pub(crate) fn compile(&self, query: &Query) -> Result<Node> {
        eval::compile(&self.index, self.meta.first_seq, query).map_err(self.index.io())
    }

    /// The rows of a few documents, in their order.
    pub(crate) fn rows(&self, docs: &[u32]) -> Result<Vec<Activity>> {
        // Decoded values are only ever added whole, so they are sound whatever panicked meanwhile.
        let mut decoded = self.decoded.lock().unwrap_or_else(PoisonError::into_inner);
        decoded.rows(&self.index, self.meta.first_seq, docs)
    }
}
