//! What a copy of the log is made of: a copied database, and the files of the volumes that it says are live. Owns that a
//! copy can be held against its tree, and that whoever puts an older one back is told who was erased since; who copies, and
//! where to, is others' affair.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use store::Store;
use store::log::volume as table;

use crate::reader::volumes;
use crate::shared::Shared;
use crate::{Log, LogError, LogSettings, SystemClock, SystemRng, Tasks, Verified};

pub use volume::FileSum;

/// A live volume, as files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VolumeFiles {
    /// Its id, which is the name of its directory below that of all volumes.
    pub id: String,
    /// How many activities are in it.
    pub count: u64,
    /// Its files but `meta.json`, by their names below its directory with `/` between folders, as far as they are known.
    pub files: BTreeMap<String, FileSum>,
    /// Whether all of them are: of a volume of an early format, only the record is.
    pub knows_all: bool,
}

/// The live volumes of this database, oldest first.
///
/// # Errors
/// If the store cannot be read, or says of a volume what nothing can be made of.
pub async fn live_volumes(store: &Store) -> Result<Vec<VolumeFiles>, LogError> {
    let rows = table::list(&mut store.glance().await?).await?;
    let files = |row| {
        let meta = volumes::meta(row)?;
        Ok(VolumeFiles {
            knows_all: meta.knows_all(),
            id: meta.id,
            count: meta.count,
            files: meta.files,
        })
    };
    rows.iter().map(files).collect()
}

/// Holds a copied database against the trees of the copied volumes in `volumes_dir`, and its hot activities against both:
/// that they belong together. The files of the volumes are not read but for their trees, and nothing is written.
///
/// # Errors
/// If the store cannot be read. What is wrong is in the result.
pub async fn check_copy(store: Store, volumes_dir: &Path) -> Result<Verified, LogError> {
    let settings = LogSettings::new(volumes_dir);
    let shared = Shared::new(store, settings, Arc::new(SystemClock), Arc::new(SystemRng));
    Log::of(shared, Tasks::default()).ledger().verify_trees().await
}

/// Whether the log of this store and these volumes begins with the `size` activities that have this root. Where damage keeps
/// that from being told, it is not held against the log. Nothing is written.
///
/// # Errors
/// If the store cannot be read.
pub async fn begins_with(store: Store, volumes_dir: &Path, size: u64, root: &proof::Hash) -> Result<bool, LogError> {
    let settings = LogSettings::new(volumes_dir);
    let shared = Shared::new(store, settings, Arc::new(SystemClock), Arc::new(SystemRng));
    let found = async {
        let tree = Log::of(shared, Tasks::default()).tree().await?;
        match size > tree.size() {
            true => Ok(None),
            false => tree.root_at(size).await.map(Some),
        }
    };
    match found.await {
        Ok(found) => Ok(found.as_ref() == Some(root)),
        Err(LogError::Volume(_) | LogError::Damaged(_)) => Ok(true),
        Err(error) => Err(error),
    }
}

impl Log {
    /// Keeps from now on in this file, outside the data, that somebody was erased, with whatever the log says of that already.
    ///
    /// # Errors
    /// [`LogError::Tombstones`] if the file cannot be read or written; if the store cannot be read.
    pub async fn keep_tombstones_in(&self, file: PathBuf) -> Result<(), LogError> {
        self.ledger().keep_tombstones_in(file).await
    }
}
