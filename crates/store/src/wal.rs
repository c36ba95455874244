//! When the write-ahead log of SQLite is to be copied into the database. SQLite would do it by itself after a commit, and
//! keep to itself if that fails; so it is told not to, and whoever commits asks here.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::pool::PoolConnection;
use sqlx::{Any, Executor as _};
use tokio::sync::watch;

use crate::StoreError;
use crate::error::end_in;
use crate::tx::close;

/// Frames, of a page each, that may wait: as many as SQLite lets wait.
const FRAMES: u32 = 1_000;

/// Where the number of frames stands in the index of the log, and where the number of those that were copied does; both
/// in the machine's byte order (SQLite's "WAL-index format").
const WRITTEN: u64 = 16;
const COPIED: u64 = 96;

/// What is known of the write-ahead log of one database.
#[derive(Debug)]
pub(crate) struct Wal {
    index: PathBuf,
    /// How many frames there were when they were last copied as far as readers allowed.
    tried: AtomicU32,
}

impl Wal {
    /// Of the database in this file.
    pub(crate) fn of(database: &std::path::Path) -> Self {
        let mut index = database.as_os_str().to_owned();
        index.push("-shm");
        Self {
            index: index.into(),
            tried: AtomicU32::new(0),
        }
    }

    /// Whether so much waits that it should be copied. A reader that holds an old state lets only a part be copied: then it
    /// is tried again when as much has been added.
    pub(crate) fn is_due(&self) -> bool {
        let Some((written, copied)) = self.frames() else {
            return false;
        };
        let tried = self.tried.load(Ordering::Relaxed);
        let since = if tried > written { copied } else { copied.max(tried) };
        let due = written.saturating_sub(since) >= FRAMES;
        if due {
            self.tried.store(written, Ordering::Relaxed);
        }
        due
    }

    /// Copies what was committed into the database, as far as readers allow, waiting for nobody. If that fails, nothing is
    /// lost: it all stands in the log. But a write that once failed to reach the disk may pretend to have reached it when
    /// it is tried again, so the store then refuses to go on, and the next start copies all of it anew.
    pub(crate) async fn copy(&self, mut conn: PoolConnection<Any>, failed: &watch::Sender<Option<String>>) {
        let Err(error) = conn.fetch_all("PRAGMA wal_checkpoint(PASSIVE)").await else {
            return;
        };
        match StoreError::of_commit(error) {
            error @ StoreError::Unknown(_) => {
                drop(end_in(failed, error));
                close(conn).await;
            }
            error => tracing::warn!(%error, "the write-ahead log could not be copied yet"),
        }
    }

    fn frames(&self) -> Option<(u32, u32)> {
        let index = File::open(&self.index).ok()?;
        let number = |at| {
            let mut bytes = [0; 4];
            index.read_exact_at(&mut bytes, at).ok()?;
            Some(u32::from_ne_bytes(bytes))
        };
        Some((number(WRITTEN)?, number(COPIED)?))
    }
}
