//! An index as it is shown to what merges lists: its lists as they are, and in the place of its columns a single one that says
//! where each document belongs in the whole. Owns those files, and no list.

use std::io;
use std::path::Path;
use std::sync::Arc;

use tantivy::columnar::ColumnarWriter;
use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    DirectoryLock, FileHandle, Lock, MmapDirectory, TerminatingWrite, WatchCallback, WatchHandle, WritePtr,
};
use tantivy::index::SegmentComponent;
use tantivy::store::StoreWriter;
use tantivy::{Directory, Index, Segment};

use super::halting::Halting;
use super::schema::RECORDED;
use super::write::settings;
use crate::error::{Result, VolumeError};
use crate::query::Deadline;

/// The column that says where documents belong. It is one that the schema has, so that it can be sorted by.
pub(super) const PLACE: &str = RECORDED;

/// A directory of files that are never changed, and those that stand in front of them.
#[derive(Clone, Debug)]
struct View {
    behind: MmapDirectory,
    front: Halting,
}

/// Shows the index of one segment in `path`, whose documents belong at these places, ascending. Files are made in `front`.
pub(super) fn show(
    path: &Path,
    front: &Path,
    places: impl ExactSizeIterator<Item = u32>,
    halt: &Deadline,
) -> Result<Segment> {
    std::fs::create_dir_all(front).map_err(VolumeError::io(front))?;
    let failed = || VolumeError::index::<tantivy::TantivyError>(front);
    let opened = |path: &Path| MmapDirectory::open(path).map_err(|error| failed()(error.into()));
    let view = View {
        behind: opened(path)?,
        front: Halting {
            inner: opened(front)?,
            halt: halt.clone(),
        },
    };
    let index = Index::open(view).map_err(failed())?;
    let mut segments = index.searchable_segments().map_err(failed())?;
    let (Some(segment), true) = (segments.pop(), segments.is_empty()) else {
        let detail = "its index is not of one segment";
        return Err(VolumeError::damaged(&path.to_string_lossy(), detail));
    };
    let count = u32::try_from(places.len()).unwrap_or(u32::MAX);
    let mut columns = ColumnarWriter::default();
    (0..)
        .zip(places)
        .for_each(|(doc, place)| columns.record_numerical(doc, PLACE, i64::from(place)));
    let open_write = |component| index.directory().open_write(&segment.relative_path(component));
    let mut out = open_write(SegmentComponent::FastFields).map_err(|error| failed()(error.into()))?;
    let written = columns.serialize(count, None, &mut out).and_then(|()| out.terminate());
    written.map_err(VolumeError::io(front))?;
    let out = open_write(SegmentComponent::Store).map_err(|error| failed()(error.into()))?;
    store(out, count).map_err(VolumeError::io(front))?;
    Ok(segment)
}

/// Merging in an order takes a document out of a store for each: so many of one byte, for none is written if all are empty.
fn store(out: WritePtr, count: u32) -> io::Result<()> {
    let settings = settings();
    let mut store = StoreWriter::new(out, settings.docstore_compression, settings.docstore_blocksize, false)?;
    (0..count).try_for_each(|_| store.store_bytes(&[0]))?;
    store.close()
}

impl Directory for View {
    fn get_file_handle(&self, path: &Path) -> std::result::Result<Arc<dyn FileHandle>, OpenReadError> {
        match self.front.exists(path)? {
            true => self.front.get_file_handle(path),
            false => self.behind.get_file_handle(path),
        }
    }

    fn delete(&self, path: &Path) -> std::result::Result<(), DeleteError> {
        self.front.delete(path)
    }

    fn exists(&self, path: &Path) -> std::result::Result<bool, OpenReadError> {
        Ok(self.front.exists(path)? || self.behind.exists(path)?)
    }

    fn open_write(&self, path: &Path) -> std::result::Result<WritePtr, OpenWriteError> {
        self.front.open_write(path)
    }

    fn atomic_read(&self, path: &Path) -> std::result::Result<Vec<u8>, OpenReadError> {
        match self.front.exists(path)? {
            true => self.front.atomic_read(path),
            false => self.behind.atomic_read(path),
        }
    }

    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        self.front.atomic_write(path, data)
    }

    fn sync_directory(&self) -> io::Result<()> {
        self.front.sync_directory()
    }

    fn acquire_lock(&self, lock: &Lock) -> std::result::Result<DirectoryLock, LockError> {
        self.front.acquire_lock(lock)
    }

    fn watch(&self, callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        self.front.watch(callback)
    }
}
