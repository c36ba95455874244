//! What an export is, as pages and programs see it.

use activity::{Person, Time};

use crate::Unavailable;
use crate::activity::{CompleteThrough, ViewError};
use crate::error::unavailable;

/// The form of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values, RFC 4180, UTF-8.
    Csv,
    /// One JSON object a line.
    Jsonl,
}

impl Format {
    /// The end of a file's name, without the dot.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
        }
    }

    /// The media type it is sent as.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Jsonl => "application/x-ndjson",
        }
    }
}

/// What sort of export it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The administrator's CSV of one user: four columns, kept until replaced.
    UserCsv,
    /// What a view showed, streamed to the reader and not kept.
    View(Format),
}

/// How far an export is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Waiting for its turn.
    Queued,
    /// Being written.
    Running,
    /// Complete.
    Done,
    /// Given up; the reason is with it.
    Failed,
}

/// How much is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Rows written.
    pub rows: u64,
    /// Rows expected when it began; more may have matched since.
    pub expected: u64,
    /// Bytes written; 0 until it has ended.
    pub bytes: u64,
}

impl Progress {
    /// Whole percent, at most 99 until it is done.
    #[must_use]
    pub fn percent(&self) -> u8 {
        match self.rows.saturating_mul(100).checked_div(self.expected) {
            Some(percent) => u8::try_from(percent.min(99)).unwrap_or(99),
            None => 0,
        }
    }
}

/// One export.
#[derive(Clone, Debug)]
pub struct Export {
    /// Its id, `exp_…`.
    pub id: String,
    /// What sort it is.
    pub kind: Kind,
    /// How far it is.
    pub state: State,
    /// Whose log, if it is one person's.
    pub subject: Option<Person>,
    /// Who asked for it.
    pub requested_by: Person,
    /// The query in canonical form, with its range.
    pub query: String,
    /// The zone of its times, as the reader chose it.
    pub zone: String,
    /// How much is written.
    pub progress: Progress,
    /// SHA-256 of the file in hexadecimal, once it is done.
    pub sha256: Option<String>,
    /// Up to where it is complete.
    pub complete_through: Option<CompleteThrough>,
    /// When it was asked for.
    pub created_at: Time,
    /// When it was done or given up.
    pub finished_at: Option<Time>,
    /// Why it was given up.
    pub error: Option<String>,
    /// Whether the file is kept here for download.
    pub is_kept: bool,
}

/// Why there is no export.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The view itself cannot be shown.
    #[error(transparent)]
    View(ViewError),
    /// There is no such user.
    #[error("there is no such user")]
    NoSuchUser,
    /// A column that does not exist.
    #[error(transparent)]
    Column(#[from] super::UnknownColumn),
    /// The kept file is gone from the disk.
    #[error("the file is no longer there; generate it again")]
    Missing,
    /// There is no such time zone.
    #[error("there is no time zone `{0}`; use UTC, EST or a name such as America/New_York")]
    NoSuchZone(String),
    /// The caller may not export this.
    #[error("you may not export this log")]
    Forbidden,
    /// As many files are on their way as may be at once.
    #[error("{}", if *.yours {
        "as many files are on their way to you as may be at once; wait until one of them is there, or break it off"
    } else {
        "as many files are on their way as may be at once; try again in a minute"
    })]
    TooMany {
        /// Whether all of them go to the same account.
        yours: bool,
    },
    /// A part this needs does not answer.
    #[error(transparent)]
    Unavailable(Unavailable),
}

unavailable!(ExportError);

impl From<ViewError> for ExportError {
    fn from(error: ViewError) -> Self {
        match error {
            ViewError::Unavailable(cause) => Self::Unavailable(cause),
            other => Self::View(other),
        }
    }
}
