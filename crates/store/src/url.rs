//! Where a store is. Owns the text forms; opens nothing.

use std::fmt;
use std::path::{Path, PathBuf};

use sqlx::postgres::PgConnectOptions;

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
            // Only what is known to be no secret.
            Self::Postgres(address) => match address.parse::<PgConnectOptions>() {
                Ok(of) => write!(
                    f,
                    "the PostgreSQL database {} on {}",
                    of.get_database().unwrap_or("of the user"),
                    of.get_socket()
                        .map_or_else(|| of.get_host().to_owned(), |path| path.display().to_string())
                ),
                Err(_) => f.write_str("a PostgreSQL database whose address cannot be read"),
            },
        }
    }
}

impl fmt::Debug for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
