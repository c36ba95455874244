//! What an export is, as pages and programs see it.

use activity::{Named, Person, Time};

use super::{Asked, WrongColumn};
use crate::activity::{CompleteThrough, ViewError};
use crate::error::unavailable;
use crate::{ChangeError, Unavailable};

/// The form of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Comma-separated values, RFC 4180, UTF-8.
    Csv,
    /// One JSON object a line.
    Jsonl,
    /// Apache Parquet, with typed columns.
    Parquet,
    /// A workbook of Excel.
    Xlsx,
}

impl Format {
    /// Every form.
    pub const ALL: [Self; 4] = [Self::Csv, Self::Jsonl, Self::Parquet, Self::Xlsx];

    /// The end of a file's name, without the dot; also what it is asked for by.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
            Self::Parquet => "parquet",
            Self::Xlsx => "xlsx",
        }
    }

    /// The form that is asked for so.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.extension() == name)
    }

    /// What people call it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::Jsonl => "JSON Lines",
            Self::Parquet => "Parquet",
            Self::Xlsx => "XLSX",
        }
    }

    /// The media type it is sent as.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Jsonl => "application/x-ndjson",
            Self::Parquet => "application/vnd.apache.parquet",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

/// What sort of export it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The administrator's CSV of one user: four columns, kept until replaced.
    UserCsv,
    /// What a view shows, kept for a time.
    View,
    /// What a view showed, sent by an earlier version as it was made and not kept.
    Sent,
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
    /// Called off by somebody.
    Cancelled,
}

impl State {
    /// Whether it has ended, well or not.
    #[must_use]
    pub fn is_finished(self) -> bool {
        !matches!(self, Self::Queued | Self::Running)
    }
}

/// What became of a file that was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gone {
    /// Its time was over.
    Expired,
    /// Somebody deleted it.
    Deleted,
    /// A newer one took its place.
    Replaced,
}

/// How much is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Rows written.
    pub rows: u64,
    /// Rows expected when it began; more may have matched since.
    pub expected: u64,
    /// Bytes written; those of a workbook come at its end.
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
    /// The form of the file.
    pub format: Format,
    /// How far it is.
    pub state: State,
    /// Whose log, if it is one person's.
    pub subject: Option<Person>,
    /// The group whose log it is, if it is one's.
    pub group: Option<Named>,
    /// Who asked for it.
    pub requested_by: Person,
    /// The query in canonical form, with its range.
    pub query: String,
    /// What was asked for, as it was typed; `None` for all of a person's log.
    pub asked: Option<Asked>,
    /// Names of its columns, in order; empty for all.
    pub columns: Vec<String>,
    /// Whether a CSV begins with a byte order mark.
    pub has_mark: bool,
    /// The zone of its times, as the reader chose it.
    pub zone: String,
    /// How much is written.
    pub progress: Progress,
    /// How many wait or are being made that were asked for before it, while it waits.
    pub before: u64,
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
    /// Whether a signed manifest is kept beside it.
    pub has_manifest: bool,
    /// Whether proofs of its rows are kept beside it.
    pub has_proofs: bool,
    /// Until when; `None` if until another one takes its place.
    pub expires_at: Option<Time>,
    /// What became of the file.
    pub gone: Option<Gone>,
    /// When.
    pub gone_at: Option<Time>,
}

impl Export {
    /// The beginning of the digest: enough to tell files apart by eye.
    #[must_use]
    pub fn short_sha256(&self) -> Option<&str> {
        let sha256 = self.sha256.as_deref()?;
        Some(sha256.get(..8).unwrap_or(sha256))
    }
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
    /// A column that does not exist, or is named twice.
    #[error(transparent)]
    Column(#[from] WrongColumn),
    /// Columns for a file that always has every field.
    #[error("a file of JSON Lines always has every field: choose no columns, or another form")]
    ColumnsOfJson,
    /// The `Idempotency-Key` was used before for something else.
    #[error("this Idempotency-Key was used before for a different request; send a new key with a new request")]
    KeyReused,
    /// It has ended, so there is nothing to call off.
    #[error("this export has ended already; delete its file if it is not to be kept")]
    Ended,
    /// The files that are kept take up as much as they may.
    #[error("exports take up as much room as they may; delete some that nobody needs")]
    NoRoom,
    /// The kept file is gone from the disk.
    #[error("the file is no longer there; generate it again")]
    Missing,
    /// The file has no manifest, or no proofs of its rows.
    #[error("there is none beside this file: manifests and row proofs are made with a file, by the server")]
    NothingBeside,
    /// There is no such time zone.
    #[error("there is no time zone `{0}`; use UTC, EST or a name such as America/New_York")]
    NoSuchZone(String),
    /// The caller may not export this.
    #[error("you may not export this log")]
    Forbidden,
    /// As many files are on their way as may be at once.
    #[error("{}", if *.yours {
        "as many of your exports are being made as may be at once; wait until one of them is there, or cancel it"
    } else {
        "as many exports are being made as may be at once; try again in a minute"
    })]
    TooMany {
        /// Whether all of them go to the same account.
        yours: bool,
    },
    /// A part this needs does not answer.
    #[error(transparent)]
    Unavailable(Unavailable),
}

unavailable!(ExportError, except engine::LogError);

/// A part of the log that cannot be read is named.
impl From<engine::LogError> for ExportError {
    fn from(error: engine::LogError) -> Self {
        ViewError::from(error).into()
    }
}

impl From<ChangeError> for ExportError {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Forbidden => Self::Forbidden,
            ChangeError::KeyReused => Self::KeyReused,
            ChangeError::Unavailable(cause) => Self::Unavailable(cause),
            other => Self::Unavailable(Unavailable::new(other)),
        }
    }
}

impl From<ViewError> for ExportError {
    fn from(error: ViewError) -> Self {
        match error {
            ViewError::Unavailable(cause) => Self::Unavailable(cause),
            other => Self::View(other),
        }
    }
}
