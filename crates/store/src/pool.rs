//! Opening a store and handing out its transactions. Owns the connections, their settings and the directory's lock.

#[cfg(feature = "testing")]
mod beside;
mod copy;
mod listen;
mod version;

use std::fmt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::any::AnyPoolOptions;
use sqlx::{AnyConnection, AnyPool, Connection as _, Executor as _, Row as _};
use tokio::sync::{OnceCell, watch};

use crate::error::{ACQUIRE_SECONDS, end_in};
use crate::lock::DirectoryLock;
use crate::wal::Wal;
pub use listen::Listener;

use crate::{Dialect, Read, StoreError, StoreUrl, Tx, migrate};

const READERS: u32 = 8;
/// One at a time writes, whichever process it is in; the others have begun already when it is their turn.
const POSTGRES_WRITERS: u32 = 4;
const DATABASE: &str = "whodid.db";

/// The database of one installation. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    /// `None` in a store opened for reading only.
    writer: Option<AnyPool>,
    readers: AnyPool,
    /// Where it is, and, in a store opened for reading, the connection that writes who read.
    url: String,
    traces: OnceCell<AnyPool>,
    dialect: Dialect,
    wal: Option<Arc<Wal>>,
    failed: watch::Sender<Option<String>>,
    refused: Arc<AtomicBool>,
    commits: Arc<AtomicU64>,
    lock: Mutex<Option<DirectoryLock>>,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("dialect", &self.inner.dialect)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Opens a store for this process alone (a data directory) or together with others (PostgreSQL), making it and
    /// bringing its schema up to date as needed.
    ///
    /// # Errors
    /// [`StoreError::InUse`] at once if another process owns the data directory.
    pub async fn open(place: &StoreUrl) -> Result<Self, StoreError> {
        let lock = match place {
            StoreUrl::Directory(directory) => {
                std::fs::create_dir_all(directory).map_err(|source| StoreError::File {
                    path: directory.clone(),
                    source,
                })?;
                Some(DirectoryLock::take(directory)?)
            }
            StoreUrl::Postgres(_) => None,
        };
        let (url, dialect) = connect_url(place, "rwc");
        let writers = if dialect == Dialect::Sqlite {
            1
        } else {
            POSTGRES_WRITERS
        };
        let writer = connect(&url, dialect, true, writers).await?;
        version::check(&writer, dialect).await?;
        migrate::apply(&writer, dialect).await?;
        if let (StoreUrl::Directory(directory), Dialect::Sqlite) = (place, dialect) {
            sync_directory(directory)?;
        }
        let readers = connect(&url, dialect, false, READERS).await?;
        Ok(Self::of(place, Some(writer), readers, lock))
    }

    /// Opens an existing store for reading, also while another process writes it.
    ///
    /// # Errors
    /// [`StoreError::Absent`] if there is none, [`StoreError::Schema`] if it was made by another version.
    pub async fn open_reader(place: &StoreUrl) -> Result<Self, StoreError> {
        if let StoreUrl::Directory(directory) = place
            && !directory.join(DATABASE).exists()
        {
            return Err(StoreError::Absent(directory.clone()));
        }
        let (url, dialect) = connect_url(place, "rw");
        let readers = connect(&url, dialect, false, READERS).await?;
        version::check(&readers, dialect).await?;
        migrate::check(&readers, dialect).await?;
        Ok(Self::of(place, None, readers, None))
    }

    fn of(place: &StoreUrl, writer: Option<AnyPool>, readers: AnyPool, lock: Option<DirectoryLock>) -> Self {
        let (url, dialect) = connect_url(place, "rw");
        let wal = match place {
            StoreUrl::Directory(directory) => Some(Arc::new(Wal::of(&directory.join(DATABASE)))),
            StoreUrl::Postgres(_) => None,
        };
        let (failed, _) = watch::channel(None);
        Self {
            inner: Arc::new(Inner {
                writer,
                readers,
                url,
                traces: OnceCell::new(),
                dialect,
                wal,
                failed,
                refused: Arc::default(),
                commits: Arc::default(),
                lock: Mutex::new(lock),
            }),
        }
    }

    /// Begins a write transaction. There is one at a time: what can be done before it, should be.
    ///
    /// # Errors
    /// If no connection becomes free, or the store has failed.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        self.begin_on(self.inner.writer.as_ref().ok_or(StoreError::ReadOnly)?)
            .await
    }

    /// Begins a write transaction for what reading leaves behind: [`crate::disclosures`] alone. A store opened for
    /// reading has it too, beside the process that owns the data; the database itself keeps the two apart.
    ///
    /// # Errors
    /// If the database cannot be written from here, or no connection becomes free.
    pub async fn begin_trace(&self) -> Result<Tx, StoreError> {
        if let Some(writer) = &self.inner.writer {
            return self.begin_on(writer).await;
        }
        let connect = || connect(&self.inner.url, self.inner.dialect, true, 1);
        self.begin_on(self.inner.traces.get_or_try_init(connect).await?).await
    }

    async fn begin_on(&self, writer: &AnyPool) -> Result<Tx, StoreError> {
        if let Some(cause) = &*self.inner.failed.borrow() {
            return Err(StoreError::Failed(cause.clone()));
        }
        // Until it is committed it is not known that the database takes it.
        self.inner.refused.store(true, Ordering::Relaxed);
        let dialect = self.inner.dialect;
        let inner = Read::begin(writer, dialect, dialect.begin_write()).await?;
        Ok(Tx {
            inner,
            failed: self.inner.failed.clone(),
            refused: Arc::clone(&self.inner.refused),
            commits: Arc::clone(&self.inner.commits),
            on_commit: Vec::new(),
            wal: self.inner.wal.clone(),
            pool: writer.clone(),
            tells: false,
        })
    }

    /// Begins a read snapshot.
    ///
    /// # Errors
    /// If no connection becomes free.
    pub async fn read(&self) -> Result<Read, StoreError> {
        let dialect = self.inner.dialect;
        Read::begin(&self.inner.readers, dialect, dialect.begin_read()).await
    }

    /// To read from by a single statement that needs no snapshot.
    ///
    /// # Errors
    /// If no connection becomes free.
    pub async fn glance(&self) -> Result<Read, StoreError> {
        Read::glance(&self.inner.readers, self.inner.dialect).await
    }

    /// Whether commits are on the disk before they are acknowledged, as they are unless this says otherwise. Without it a
    /// power cut loses the last of them: that is for what is thrown away anyway, such as a demo.
    ///
    /// # Errors
    /// If the connection that writes does not become free.
    pub async fn sync_commits(&self, wanted: bool) -> Result<(), StoreError> {
        let writer = self.inner.writer.as_ref().ok_or(StoreError::ReadOnly)?;
        if let Some(statement) = self.inner.dialect.sync_commits(wanted) {
            writer.acquire().await?.execute(statement).await?;
        }
        Ok(())
    }

    /// Gives back the space of deleted rows; to be called after many went.
    ///
    /// # Errors
    /// [`StoreError::Unknown`] if the file could not be written through: the whole store then refuses to write.
    pub async fn tidy(&self) -> Result<(), StoreError> {
        let writer = self.inner.writer.as_ref().ok_or(StoreError::ReadOnly)?;
        let mut conn = writer.acquire().await?;
        for statement in self.inner.dialect.tidy() {
            // All rows are fetched: incremental_vacuum frees a page at each step.
            if let Err(error) = conn.fetch_all(*statement).await {
                return Err(end_in(&self.inner.failed, StoreError::of_commit(error)));
            }
        }
        Ok(())
    }

    /// Sees to it that no file of the database holds what was deleted or written over; false if somebody still reads an
    /// older state: then it is to be called again. With `vacuum`, also nothing of before deleting overwrote what it deleted.
    ///
    /// # Errors
    /// [`StoreError::Unknown`] if the file could not be written through: the whole store then refuses to write.
    pub async fn scrub(&self, vacuum: bool) -> Result<bool, StoreError> {
        let (dialect, writer) = (self.inner.dialect, self.inner.writer.as_ref());
        let mut conn = writer.ok_or(StoreError::ReadOnly)?.acquire().await?;
        let failed = |error| end_in(&self.inner.failed, StoreError::of_commit(error));
        let vacuum = dialect.vacuum().filter(|_| vacuum);
        for statement in vacuum.into_iter().chain(dialect.tidy().first().copied()) {
            conn.fetch_all(statement).await.map_err(failed)?;
        }
        let Some([before, empty, after]) = dialect.empty_wal() else {
            return Ok(true);
        };
        conn.fetch_all(before).await.map_err(failed)?;
        let emptied = conn.fetch_one(empty).await;
        conn.fetch_all(after).await.map_err(failed)?;
        let busy: i64 = emptied.map_err(failed)?.try_get(0)?;
        Ok(busy == 0)
    }

    /// Whether the database takes writes: it does if the last transaction was committed. If not, one is tried.
    pub async fn can_write(&self) -> bool {
        if !self.inner.refused.load(Ordering::Relaxed) {
            return true;
        }
        let Ok(mut tx) = self.begin().await else {
            return false;
        };
        // The row as it is: what is tried is whether a page can be written.
        let done = tx.conn().execute("UPDATE log_head SET generation = generation").await;
        done.is_ok() && tx.commit().await.is_ok()
    }

    /// What is wrong with the pages of the database, each read and checked; nothing where the database checks itself.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn quick_check(&self) -> Result<Vec<String>, StoreError> {
        copy::faults(&mut self.glance().await?, self.inner.dialect.quick_check()).await
    }

    /// The name of the database behind it.
    #[must_use]
    pub fn database(&self) -> &'static str {
        self.inner.dialect.name()
    }

    /// Whether whatever is written goes through this store: nobody else writes a data directory.
    #[must_use]
    pub fn is_alone(&self) -> bool {
        !self.is_reader() && self.inner.dialect == Dialect::Sqlite
    }

    /// How many transactions have ended in a commit that was tried, where whatever is written goes through this store: as
    /// long as the number is the same, so is everything that was read after it, but for traces of reading. `None` where
    /// others write too.
    #[must_use]
    pub fn commits(&self) -> Option<u64> {
        self.is_alone().then(|| self.inner.commits.load(Ordering::Acquire))
    }

    /// Whether the store was opened for reading only.
    #[must_use]
    pub fn is_reader(&self) -> bool {
        self.inner.writer.is_none()
    }

    /// Becomes `Some` when a commit ended in an unknown state; the process must then stop.
    #[must_use]
    pub fn failed(&self) -> watch::Receiver<Option<String>> {
        self.inner.failed.subscribe()
    }

    /// Marks the store as failed: nothing is written any more.
    pub fn fail(&self, cause: &str) {
        self.inner
            .failed
            .send_if_modified(|failed| failed.is_none() && failed.replace(cause.to_owned()).is_none());
    }

    /// Closes all connections, waiting for what is under way, and gives the data directory free.
    pub async fn close(&self) {
        self.inner.readers.close().await;
        if let Some(writer) = &self.inner.writer {
            if let (Some(wal), Ok(conn)) = (&self.inner.wal, writer.acquire().await) {
                wal.copy(conn, &self.inner.failed).await;
            }
            writer.close().await;
        }
        if let Some(traces) = self.inner.traces.get() {
            traces.close().await;
        }
        self.inner.lock.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

fn connect_url(place: &StoreUrl, mode: &str) -> (String, Dialect) {
    match place {
        StoreUrl::Directory(directory) => {
            let path = directory.join(DATABASE);
            (format!("sqlite://{}?mode={mode}", encode_path(&path)), Dialect::Sqlite)
        }
        StoreUrl::Postgres(address) => (address.clone(), Dialect::Postgres),
    }
}

/// The path with everything but plain characters percent-encoded, as the driver decodes it.
fn encode_path(path: &Path) -> String {
    let mut out = String::new();
    for byte in path.to_string_lossy().bytes() {
        if byte.is_ascii_alphanumeric() || b"/._-".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

async fn connect(url: &str, dialect: Dialect, writer: bool, connections: u32) -> Result<AnyPool, StoreError> {
    sqlx::any::install_default_drivers();
    // Directly at first: a pool tries again and again what cannot succeed, and then says only that it took too long.
    let mut first = AnyConnection::connect(url).await?;
    for statement in dialect.on_connect(writer) {
        first.execute(*statement).await?;
    }
    first.close().await?;
    let pool = AnyPoolOptions::new()
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(Duration::from_secs(ACQUIRE_SECONDS))
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(dialect == Dialect::Postgres)
        .after_connect(move |conn, _| {
            Box::pin(async move {
                for statement in dialect.on_connect(writer) {
                    conn.execute(*statement).await?;
                }
                Ok(())
            })
        })
        .connect(url)
        .await?;
    Ok(pool)
}

/// A new database file survives a power cut only once its directory entry does.
fn sync_directory(directory: &Path) -> Result<(), StoreError> {
    std::fs::File::open(directory)
        .and_then(|directory| directory.sync_all())
        .map_err(|source| StoreError::File {
            path: directory.to_owned(),
            source,
        })
}
