//! Where a store is. Owns the text forms; opens nothing.

use std::fmt;
use std::path::{Path, PathBuf};

/// Where a store is.
#[derive(Clone, PartialEq, Eq)]
pub enum StoreUrl {
    /// A data directory: SQLite in `DIR/whodid.db`, made if absent.
    Directory(PathBuf),
    /// A PostgreSQL database, as a `postgres://` address.
    Postgres(String),
}

impl StoreUrl {
    /// The data directory at `path`.
    pub fn directory(path: impl AsRef<Path>) -> Self {
        Self::Directory(path.as_ref().to_owned())
    }

    /// A `postgres://…` address, or else the path of a data directory.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            Self::Postgres(text.to_owned())
        } else {
            Self::directory(text)
        }
    }
}

/// The place without its password.
impl fmt::Display for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Directory(path) => write!(f, "{}", path.display()),
            Self::Postgres(address) => f.write_str(address.rsplit('@').next().unwrap_or("postgres")),
        }
    }
}

impl fmt::Debug for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
