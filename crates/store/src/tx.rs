//! The handles that the tables are read and written through. Owns when a transaction begins and ends, that a connection
//! whose transaction ended in an error is not used again, and that what was given to read from cannot write; owns no SQL
//! of any table.

#[cfg(test)]
mod tests;

use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, AnyPool, Executor as _};
use tokio::sync::watch;

use crate::error::end_in;
use crate::settle;
use crate::wal::Wal;
use crate::{Dialect, StoreError};

/// How long a commit may take before a server is asked what became of it. One in a file is waited for.
const COMMITTING: Duration = Duration::from_secs(60);

type Hook = Box<dyn FnOnce() + Send>;

/// How long a broken connection may take to close before it is let go.
const CLOSING: Duration = Duration::from_secs(5);

/// To read the tables from: a snapshot, every statement on which sees the same state, or ([`crate::Store::glance`]) no
/// transaction at all. Dropping it ends it. What writes asks for a [`Tx`], which is read from in the same way:
///
/// ```
/// # use activity::Time;
/// # use store::{StoreError, Tx, log::activity_type};
/// async fn note(tx: &mut Tx) -> Result<(), StoreError> {
///     activity_type::ensure(tx, "user.login", Time(0)).await?;
///     activity_type::list(tx).await.map(drop)
/// }
/// ```
///
/// ```compile_fail,E0308
/// # use activity::Time;
/// # use store::{Read, StoreError, log::activity_type};
/// async fn note(read: &mut Read) -> Result<(), StoreError> {
///     activity_type::ensure(read, "user.login", Time(0)).await
/// }
/// ```
//
// A transaction is begun, committed and rolled back by statements of our own, so that what the driver believes cannot
// differ from what the database did. SQLite ends a transaction by itself after some errors (a full disk, a failed
// write); the driver would count it as open for ever.
pub struct Read {
    /// `None` once it has ended.
    conn: Option<PoolConnection<Any>>,
    dialect: Dialect,
    /// Whether a transaction is open on it, or may be.
    begun: bool,
}

impl Read {
    /// Takes a connection, in no transaction.
    pub(crate) async fn glance(pool: &AnyPool, dialect: Dialect) -> Result<Self, StoreError> {
        Ok(Self {
            conn: Some(pool.acquire().await?),
            dialect,
            begun: false,
        })
    }

    /// Takes a connection and begins with this statement.
    pub(crate) async fn begin(pool: &AnyPool, dialect: Dialect, statement: &'static str) -> Result<Self, StoreError> {
        let mut read = Self::glance(pool, dialect).await?;
        // From here on dropping it, also in the middle of the statement, ends whatever was begun.
        read.begun = true;
        read.conn().execute(statement).await?;
        Ok(read)
    }

    /// The connection, for the functions of the tables.
    pub(crate) fn conn(&mut self) -> &mut AnyConnection {
        self.conn.as_mut().expect("it is used only until it has ended")
    }

    /// Which database this is.
    pub(crate) fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The number by which it is known, where the database numbers what writes, and if it wrote.
    async fn id(&mut self) -> Result<Option<String>, sqlx::Error> {
        let Some(select) = self.dialect.transaction_id() else {
            return Ok(None);
        };
        sqlx::query_scalar(select).fetch_one(self.conn()).await
    }

    async fn commit(mut self, statement: &'static str) -> Result<PoolConnection<Any>, sqlx::Error> {
        let can_ask = self.dialect.transaction_status().is_some();
        let commit = self.conn().execute(statement);
        let done = match can_ask {
            false => commit.await,
            true => match tokio::time::timeout(COMMITTING, commit).await {
                Ok(done) => done,
                Err(_) => Err(std::io::Error::from(std::io::ErrorKind::TimedOut).into()),
            },
        };
        let conn = self.conn.take().expect("it is used only until it has ended");
        match done {
            Ok(_) => Ok(conn),
            Err(error) => {
                close(conn).await;
                Err(error)
            }
        }
    }

    /// Ends it: whatever the database answers, nothing of it is kept.
    async fn rollback(mut self) {
        if let Some(conn) = self.conn.take() {
            roll_back(conn).await;
        }
    }
}

async fn roll_back(mut conn: PoolConnection<Any>) {
    if conn.execute("ROLLBACK").await.is_err() {
        close(conn).await;
    }
}

/// Closes a connection, which ends whatever is open on it; the pool makes another.
pub(crate) async fn close(conn: PoolConnection<Any>) {
    let _ = tokio::time::timeout(CLOSING, conn.close()).await;
}

impl Drop for Read {
    fn drop(&mut self) {
        if !self.begun {
            return;
        }
        let Some(conn) = self.conn.take() else { return };
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn(roll_back(conn))),
            // The process ends; so does the connection, and its transaction with it.
            Err(_) => drop(conn.detach()),
        }
    }
}

/// A write transaction. Dropping it rolls it back.
pub struct Tx {
    pub(crate) inner: Read,
    pub(crate) failed: watch::Sender<Option<String>>,
    /// Whether the last transaction of all was not committed.
    pub(crate) refused: Arc<AtomicBool>,
    /// Commits that were tried, of all transactions.
    pub(crate) commits: Arc<AtomicU64>,
    pub(crate) on_commit: Vec<Hook>,
    pub(crate) wal: Option<Arc<Wal>>,
    /// To ask for what became of it.
    pub(crate) pool: AnyPool,
    /// Whether other processes are to hear of it.
    pub(crate) tells: bool,
}

/// What may be written may be read.
impl Deref for Tx {
    type Target = Read;

    fn deref(&self) -> &Read {
        &self.inner
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Read {
        &mut self.inner
    }
}

impl Tx {
    /// Runs `then` once the commit is durable, and never otherwise.
    pub fn on_commit(&mut self, then: impl FnOnce() + Send + 'static) {
        self.on_commit.push(Box::new(then));
    }

    /// Commits: on `Ok` everything written is durable and visible.
    ///
    /// # Errors
    /// [`StoreError::Unknown`] if it is unknown whether the commit was kept; the whole store then refuses to write.
    pub async fn commit(self) -> Result<(), StoreError> {
        // A task of its own: whoever asked may give up, but what follows a commit must follow it all the same, and
        // an unknown state must not go unnoticed.
        match tokio::spawn(self.finish()).await {
            Ok(result) => result,
            Err(error) => Err(StoreError::Unknown(error.to_string())),
        }
    }

    async fn finish(mut self) -> Result<(), StoreError> {
        let dialect = self.inner.dialect;
        // PostgreSQL answers to the COMMIT of a transaction in which a statement failed as if all were well. This is refused.
        let id = self.inner.id().await?;
        let done = self.inner.commit(dialect.commit(self.tells)).await;
        // Before anybody hears of it: what they ask then is read anew.
        self.commits.fetch_add(1, Ordering::Release);
        let done = match done {
            Ok(conn) => Ok(Some(conn)),
            Err(error) => match (StoreError::of_commit(error), dialect.transaction_status()) {
                (StoreError::Unknown(why), Some(ask)) => settle::settled(&self.pool, ask, id, why).await.map(|()| None),
                (error, _) => Err(error),
            },
        };
        self.refused.store(done.is_err(), Ordering::Relaxed);
        let conn = done.map_err(|error| end_in(&self.failed, error))?;
        for then in self.on_commit {
            then();
        }
        if let (Some(wal), Some(conn)) = (self.wal.filter(|wal| wal.is_due()), conn) {
            wal.copy(conn, &self.failed).await;
        }
        Ok(())
    }

    /// Has other processes told of it: it changes what readers of the log see.
    pub(crate) fn tell(&mut self) {
        self.tells = true;
    }

    /// Rolls back and waits for it.
    pub async fn rollback(self) {
        self.inner.rollback().await;
    }
}
