//! The one-process guard of a data directory: a lock on the directory itself, which nobody can delete while there is a
//! database in it, and one on a file that says who holds it. The operating system frees both with the process.
//!
//! The database file gets no lock of ours: closing any descriptor of it would drop those that SQLite holds on it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::Path;

use crate::StoreError;

const FILE: &str = "whodid.lock";

/// Held while this process owns the data directory.
#[derive(Debug)]
pub(crate) struct DirectoryLock {
    _directory: File,
    _file: File,
}

impl DirectoryLock {
    /// Takes the directory, or says at once who has it.
    pub(crate) fn take(directory: &Path) -> Result<Self, StoreError> {
        let path = directory.join(FILE);
        let failed = |source| StoreError::File {
            path: path.clone(),
            source,
        };
        let in_use = || StoreError::InUse {
            directory: directory.to_owned(),
            pid: pid(directory),
        };
        let itself = File::open(directory).map_err(failed)?;
        match itself.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(in_use()),
            // Some network file systems lock no directories; the file has to do there.
            Err(TryLockError::Error(error)) => tracing::warn!(%error, "the data directory itself cannot be locked"),
        }
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(in_use()),
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        file.set_len(0).and_then(|()| file.rewind()).map_err(failed)?;
        writeln!(file, "{}", std::process::id()).map_err(failed)?;
        Ok(Self {
            _directory: itself,
            _file: file,
        })
    }
}

/// The process that says it holds the directory. The number is only for messages: what cannot be read is left out.
fn pid(directory: &Path) -> Option<String> {
    let mut text = String::new();
    File::open(directory.join(FILE))
        .and_then(|mut file| file.read_to_string(&mut text))
        .ok()?;
    Some(text.trim().to_owned()).filter(|pid| pid.parse::<u32>().is_ok())
}

/// Who has a data directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// No process.
    Nobody,
    /// A process, with its number where that could be read.
    Process(Option<String>),
}

/// Who has this data directory. The locks are tried, never waited for, and given back at once.
///
/// # Errors
/// If the directory or the lock file cannot be opened or locked.
pub fn owner(directory: &Path) -> io::Result<Owner> {
    for path in [directory.to_owned(), directory.join(FILE)] {
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => return Ok(Owner::Process(pid(directory))),
            Err(TryLockError::Error(error)) if path != directory => return Err(error),
            _ => {}
        }
    }
    Ok(Owner::Nobody)
}
