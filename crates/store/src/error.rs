//! What can go wrong between Whodid and its database. Owns the line between "this request failed" and "the state is
//! unknown, stop".

use std::error::Error;
use std::path::PathBuf;

use thiserror::Error;
use tokio::sync::watch;

/// How long a request waits for a connection, in seconds.
pub(crate) const ACQUIRE_SECONDS: u64 = 30;

/// What can go wrong between Whodid and its database.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Whether a commit was kept is unknown; nothing may be acknowledged any more and the process must stop.
    #[error("the database did not say whether a commit was kept ({0}); stopping, so that a restart can find out")]
    Unknown(String),
    /// An earlier commit ended in [`StoreError::Unknown`]; nothing of this one was kept.
    #[error("the database failed earlier ({0}); nothing is written until a restart")]
    Failed(String),
    /// The connection was lost at a commit, of which the database says that nothing was kept.
    #[error("the connection to the database was lost ({0}); nothing was kept, try again")]
    Lost(String),
    /// The disk is full; the transaction was rolled back.
    #[error("the disk with the database is full; free some space and try again")]
    Full,
    /// No connection became free in time.
    #[error("the database is too busy: no connection became free within {0} seconds")]
    Busy(u64),
    /// Another process owns the data directory.
    #[error("the data directory {} is in use by another whodid process{}; stop it first, or choose another directory",
        directory.display(), pid.as_ref().map(|pid| format!(" (process {pid})")).unwrap_or_default())]
    InUse {
        /// The data directory.
        directory: PathBuf,
        /// The process that holds it, where it could be read.
        pid: Option<String>,
    },
    /// There is no store to read.
    #[error("there is no Whodid data in {0}; start `whodid serve` on it first, or check the path")]
    Absent(PathBuf),
    /// A file of the data directory could not be used.
    #[error("cannot use {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The schema is not one this program knows.
    #[error("{0}")]
    Schema(String),
    /// The PostgreSQL server is one that cannot be used.
    #[error("{0}")]
    Server(String),
    /// The SQLite library is one that can corrupt a database.
    #[error("SQLite {0} is linked, but 3.51.3 or later is needed (earlier ones can corrupt a WAL database)")]
    OldSqlite(String),
    /// The store was opened for reading only.
    #[error("this store was opened for reading only")]
    ReadOnly,
    /// The database is not a file of ours that could be copied.
    #[error("this database is a server's; copy it by that server's own means")]
    NoCopy,
    /// A column holds a value that has no meaning here.
    #[error("the database holds what this program never writes: {0}")]
    Unreadable(String),
    /// Any other failure of a statement; only this request is affected.
    #[error("the database refused: {0}")]
    Sql(#[source] Box<dyn Error + Send + Sync>),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::PoolTimedOut => Self::Busy(ACQUIRE_SECONDS),
            error if sqlite_code(&error) == Some(SQLITE_FULL) => Self::Full,
            error => match sqlstate(&error).as_deref() {
                Some(DISK_FULL) => Self::Full,
                Some(LOCK_NOT_AVAILABLE) => Self::Busy(ACQUIRE_SECONDS),
                _ => Self::Sql(error.into()),
            },
        }
    }
}

impl StoreError {
    /// Whether the process must stop.
    #[must_use]
    pub fn is_fatal(&self) -> bool {
        matches!(self, Self::Unknown(_) | Self::Failed(_))
    }

    /// Whether what was asked for may have been kept all the same. After any other error it was not.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown(_))
    }

    /// What an error of COMMIT itself means. Only a refusal that is known to roll back is harmless: anything else
    /// may have been kept or lost (a failed fsync reports success when it is tried again), so it must not be retried.
    pub(crate) fn of_commit(error: sqlx::Error) -> Self {
        match sqlite_code(&error) {
            Some(SQLITE_FULL) => Self::Full,
            Some(SQLITE_BUSY | SQLITE_CONSTRAINT) => Self::Sql(error.into()),
            _ if is_postgres_refusal(&error) => Self::Sql(error.into()),
            _ => Self::Unknown(error.to_string()),
        }
    }
}

/// Marks the store as failed if the error says so, and hands it on.
pub(crate) fn end_in(failed: &watch::Sender<Option<String>>, error: StoreError) -> StoreError {
    if let StoreError::Unknown(text) = &error {
        tracing::error!(error = %text, "a commit ended in an unknown state");
        failed.send_if_modified(|failed| failed.is_none() && failed.replace(text.clone()).is_none());
    }
    error
}

const SQLITE_BUSY: u32 = 5;
const SQLITE_FULL: u32 = 13;
const SQLITE_CONSTRAINT: u32 = 19;

/// The primary result code, where the error is SQLite's (whose codes are decimal numbers below 10,000).
fn sqlite_code(error: &sqlx::Error) -> Option<u32> {
    let sqlx::Error::Database(error) = error else {
        return None;
    };
    let code = error.code()?;
    if code.len() > 4 {
        return None;
    }
    code.parse::<u32>().ok().map(|code| code & 0xff)
}

const DISK_FULL: &str = "53100";
const LOCK_NOT_AVAILABLE: &str = "55P03";

/// The code of an error of PostgreSQL, which has five characters.
fn sqlstate(error: &sqlx::Error) -> Option<String> {
    let sqlx::Error::Database(error) = error else {
        return None;
    };
    error.code().filter(|code| code.len() == 5).map(Into::into)
}

/// Whether PostgreSQL answered the COMMIT with a serialization failure, a deadlock or a broken constraint: those
/// roll back.
fn is_postgres_refusal(error: &sqlx::Error) -> bool {
    sqlstate(error).is_some_and(|code| code.starts_with("40") || code.starts_with("23"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_without_an_answer_is_fatal() {
        let broken = || std::io::Error::other("input/output error");
        assert!(StoreError::of_commit(sqlx::Error::Io(broken())).is_fatal());
        assert!(StoreError::of_commit(sqlx::Error::WorkerCrashed).is_fatal());
        assert!(
            !StoreError::from(sqlx::Error::Io(broken())).is_fatal(),
            "a statement is not a commit"
        );
    }
}
