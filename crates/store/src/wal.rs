//! When the write-ahead log of SQLite is to be copied into the database. SQLite would do it by itself after a commit, and
//! keep to itself if that fails; so it is told not to, and whoever commits asks here.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use sqlx::pool::PoolConnection;
use sqlx::{Any, Executor as _};
use tokio::sync::watch;

use crate::StoreError;
use crate::error::end_in;
use crate::tx::close;

/// Frames, of a page each, that may wait: as many as SQLite lets wait.
const FRAMES: u64 = 1_000;

/// The header of the log and of each frame, in bytes, and where in them what is read here stands ("WAL file format").
const HEADER: u64 = 32;
const FRAME_HEADER: u64 = 24;
const PAGE_SIZE: u64 = 8;
const SALT: u64 = 16;
const FRAME_SALT: u64 = 8;

/// What is known of the write-ahead log of one database.
#[derive(Debug)]
pub(crate) struct Wal {
    log: PathBuf,
    /// What was there when it was last copied as far as readers allowed.
    tried: Mutex<Written>,
}

/// What is in the log since it was last begun anew.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Written {
    /// Another one whenever it is begun anew.
    salt: u64,
    frames: u64,
}

impl Wal {
    /// Of the database in this file.
    pub(crate) fn of(database: &Path) -> Self {
        let mut log = database.as_os_str().to_owned();
        log.push("-wal");
        Self {
            log: log.into(),
            tried: Mutex::default(),
        }
    }

    /// Whether so much waits that it should be copied. A reader that holds an old state lets only a part be copied: then it
    /// is tried again when as much has been added.
    pub(crate) fn is_due(&self) -> bool {
        let Ok(written) = self.written() else {
            return false;
        };
        let mut tried = self.tried.lock().unwrap_or_else(PoisonError::into_inner);
        let before = if tried.salt == written.salt { tried.frames } else { 0 };
        let due = written.frames.saturating_sub(before) >= FRAMES;
        if due {
            *tried = written;
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

    /// Looks into the log alone. Guarantee: the locks that keep other processes from taking the database for theirs hold,
    /// because neither the database nor its `-shm` is opened here: to close a file ends every lock that the process has on
    /// it, whoever took it. On the log there are none.
    fn written(&self) -> io::Result<Written> {
        let log = File::open(&self.log)?;
        let page = u64::from(u32::from_be_bytes(bytes(&log, PAGE_SIZE)?));
        let salt: [u8; 8] = bytes(&log, SALT)?;
        let frame = FRAME_HEADER + page;
        // Those since it was begun anew come first, then what is left of before.
        let (mut frames, mut end) = (0, (log.metadata()?.len().saturating_sub(HEADER)) / frame);
        while frames < end {
            let middle = frames + (end - frames) / 2;
            let at: [u8; 8] = bytes(&log, HEADER + middle * frame + FRAME_SALT)?;
            if at == salt { frames = middle + 1 } else { end = middle }
        }
        Ok(Written {
            salt: u64::from_be_bytes(salt),
            frames,
        })
    }
}

fn bytes<const N: usize>(file: &File, at: u64) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    file.read_exact_at(&mut bytes, at)?;
    Ok(bytes)
}
