//! What can be wrong with settings, in words that say where and what to do.

use std::fmt;
use std::path::PathBuf;

/// Where a setting was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A line of the settings file.
    File(PathBuf, usize),
    /// An environment variable.
    Variable(String),
    /// A flag.
    Flag(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path, line) => write!(f, "{} line {line}", path.display()),
            Self::Variable(name) => write!(f, "the variable {name}"),
            Self::Flag(name) => write!(f, "the flag {name}"),
        }
    }
}

/// What can be wrong with settings.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the settings file {}: {source}", path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    /// The file is no TOML. Only the place is told: the line may hold a password.
    #[error("{} is not valid TOML at line {line}, column {column}: {why}", path.display())]
    Syntax {
        path: PathBuf,
        line: usize,
        column: usize,
        why: String,
    },
    /// There is no such setting.
    #[error("unknown setting `{key}` in {origin}; {hint}")]
    Unknown { key: String, origin: Origin, hint: String },
    /// The value is none this setting takes.
    #[error("`{key}` in {origin}: {why}")]
    Value { key: String, origin: Origin, why: String },
    /// `--set` without a value.
    #[error("`--set {0}` has no value; write `--set KEY=VALUE`, such as `--set web.listen=127.0.0.1:8080`")]
    NoValue(String),
    /// Nobody said where the data is.
    #[error(
        "where is the data? Give `--data-dir DIR`, set WHODID_DATA_DIR, or write `data_dir` into the file of `--config`"
    )]
    NoDataDir,
    /// Every address is listened on, and nothing says which of them people use.
    #[error(
        "{0} is every address of this machine, so nobody can tell which one links in mails should lead to; set \
         `public_url`, such as `--set public_url=https://whodid.example.com`, or listen on one address"
    )]
    NoPublicUrl(std::net::SocketAddr),
    /// The settings do not go together.
    #[error("the settings do not go together: {0}")]
    Whole(String),
}
