//! Where a test keeps everything: a directory of its own, and a PostgreSQL database as well where that is chosen.

use std::path::Path;

use tempfile::TempDir;

use crate::postgres::{self, Database};

/// A directory and a database that are there until this is dropped.
#[derive(Debug)]
pub struct Place {
    dir: TempDir,
    database: Option<Database>,
}

impl Place {
    /// On the database that is chosen for this run; `fill` makes the tables of a PostgreSQL database at an address.
    ///
    /// # Panics
    /// If there is no room for it.
    #[must_use]
    pub fn new(fill: fn(&str)) -> Self {
        Self {
            database: postgres::is_chosen().then(|| Database::filled(fill)),
            ..Self::embedded()
        }
    }

    /// On SQLite, whatever is chosen: for what is about the files of the database.
    ///
    /// # Panics
    /// If there is no room for it.
    #[must_use]
    pub fn embedded() -> Self {
        Self {
            dir: tempfile::tempdir().expect("a directory can be made"),
            database: None,
        }
    }

    /// The directory.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Where the database is: an address, or the directory.
    ///
    /// # Panics
    /// If the directory's name is no text.
    #[must_use]
    pub fn database(&self) -> String {
        let directory = || self.path().to_str().expect("the directory has a name").to_owned();
        self.database.as_ref().map_or_else(directory, Database::url)
    }
}
