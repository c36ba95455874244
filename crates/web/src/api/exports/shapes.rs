//! Exports as JSON.

use activity::{Person, Time};
use app::exports;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The form of a file.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum ExportFormat {
    /// Comma-separated values, safe to open in a spreadsheet.
    Csv,
    /// JSON Lines, every field.
    Jsonl,
    /// Apache Parquet, with typed columns named as in the records of the log.
    Parquet,
    /// A workbook of Excel, split over sheets of 1,048,576 rows; cells are cut at 32,767 characters.
    Xlsx,
}

/// How far an export is.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum ExportState {
    /// Waiting for its turn.
    Queued,
    /// Being written.
    Running,
    /// Complete.
    Done,
    /// Given up; `error` says why.
    Failed,
    /// Called off by somebody.
    Cancelled,
}

/// How far an export is, and whether there is still anything to be had of it.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum ExportStage {
    /// Waiting or being written.
    Unfinished,
    /// Its file is there.
    Ready,
    /// Its file is not there any more.
    Gone,
    /// Given up.
    Failed,
    /// Called off.
    Cancelled,
}

impl From<ExportStage> for exports::Stage {
    fn from(stage: ExportStage) -> Self {
        match stage {
            ExportStage::Unfinished => Self::Unfinished,
            ExportStage::Ready => Self::Kept,
            ExportStage::Gone => Self::Gone,
            ExportStage::Failed => Self::Failed,
            ExportStage::Cancelled => Self::Cancelled,
        }
    }
}

/// What became of a file.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum ExportGone {
    /// Its time was over.
    Expired,
    /// Somebody deleted it.
    Deleted,
    /// A newer one took its place.
    Replaced,
}

/// What to export, and how.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewExport {
    /// The form of the file.
    pub(super) format: ExportFormat,
    /// Query, such as `outcome:failure`; everything without one.
    #[serde(default)]
    pub(super) q: String,
    /// Only what happened at or after this.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(super) from: Option<Time>,
    /// Only what happened before this.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(super) to: Option<Time>,
    /// Only the log of the user with this id; `me` for the key's own.
    #[serde(default)]
    pub(super) user: Option<String>,
    /// Only the log of the group with this id and of its subgroups; for who manages it.
    #[serde(default)]
    pub(super) group: Option<String>,
    /// Columns by name, in order; all of them without any. JSON Lines always has every field.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub(super) columns: Vec<String>,
    /// Zone of times in a CSV or a workbook, and of dates in `q`: `UTC`, `EST`, or an IANA name.
    #[serde(default = "utc")]
    pub(super) zone: String,
    /// Whether a CSV begins with a byte order mark, by which spreadsheets know that it is UTF-8.
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub(super) byte_order_mark: bool,
}

fn utc() -> String {
    "UTC".to_owned()
}

fn yes() -> bool {
    true
}

impl From<ExportFormat> for exports::Format {
    fn from(format: ExportFormat) -> Self {
        match format {
            ExportFormat::Csv => Self::Csv,
            ExportFormat::Jsonl => Self::Jsonl,
            ExportFormat::Parquet => Self::Parquet,
            ExportFormat::Xlsx => Self::Xlsx,
        }
    }
}

impl From<exports::Format> for ExportFormat {
    fn from(format: exports::Format) -> Self {
        match format {
            exports::Format::Csv => Self::Csv,
            exports::Format::Jsonl => Self::Jsonl,
            exports::Format::Parquet => Self::Parquet,
            exports::Format::Xlsx => Self::Xlsx,
        }
    }
}

/// Who asked for an export.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ExportRequester {
    /// `usr_…`
    id: String,
    /// Full name.
    name: String,
    /// Log-in name.
    username: String,
}

/// Up to where a file is complete.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ExportThrough {
    /// Number of activities in the log at that moment.
    size: u64,
    /// The moment.
    #[schema(value_type = String, format = DateTime)]
    at: Time,
}

/// One export.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Export {
    /// `exp_…`
    id: String,
    /// The form of the file.
    format: ExportFormat,
    /// How far it is.
    state: ExportState,
    /// Id of the user whose log it is, if it is one's.
    user: Option<String>,
    /// Id of the group whose log it is, if it is one's.
    group: Option<String>,
    /// The query in canonical form, with its range.
    query: String,
    /// Names of its columns, in order; empty for all.
    columns: Vec<String>,
    /// The zone of its times.
    zone: String,
    /// Rows written.
    rows: u64,
    /// Rows expected while it is being made; 0 where that is not known.
    expected_rows: u64,
    /// Bytes written; those of a workbook come at its end.
    bytes: u64,
    /// How many exports are before it while it waits.
    before: u64,
    /// SHA-256 of the file in hexadecimal, once it is done.
    sha256: Option<String>,
    /// Up to where the file is complete.
    complete_through: Option<ExportThrough>,
    /// Who asked for it.
    requested_by: ExportRequester,
    /// When it was asked for.
    #[schema(value_type = String, format = DateTime)]
    created_at: Time,
    /// When it was done, given up or called off.
    #[schema(value_type = Option<String>, format = DateTime)]
    finished_at: Option<Time>,
    /// Why it was given up.
    error: Option<String>,
    /// Whether the file can be downloaded.
    available: bool,
    /// Whether a signed manifest can be downloaded with it.
    manifest: bool,
    /// Whether proofs of its rows can be downloaded with it.
    row_proofs: bool,
    /// Until when the file is kept; null if until a newer one takes its place.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Time>,
    /// What became of the file.
    gone: Option<ExportGone>,
}

impl From<Person> for ExportRequester {
    fn from(person: Person) -> Self {
        Self {
            id: person.id,
            name: person.name,
            username: person.username,
        }
    }
}

impl From<exports::Export> for Export {
    fn from(export: exports::Export) -> Self {
        Self {
            id: export.id,
            format: export.format.into(),
            state: match export.state {
                exports::State::Queued => ExportState::Queued,
                exports::State::Running => ExportState::Running,
                exports::State::Done => ExportState::Done,
                exports::State::Failed => ExportState::Failed,
                exports::State::Cancelled => ExportState::Cancelled,
            },
            user: export.subject.map(|subject| subject.id),
            group: export.group.map(|group| group.id),
            query: export.query,
            columns: export.columns,
            zone: export.zone,
            rows: export.progress.rows,
            expected_rows: export.progress.expected,
            bytes: export.progress.bytes,
            before: export.before,
            sha256: export.sha256,
            complete_through: export.complete_through.map(|through| ExportThrough {
                size: through.size,
                at: through.at,
            }),
            requested_by: export.requested_by.into(),
            created_at: export.created_at,
            finished_at: export.finished_at,
            error: export.error,
            available: export.is_kept,
            manifest: export.has_manifest,
            row_proofs: export.has_proofs,
            expires_at: export.expires_at,
            gone: export.gone.map(|gone| match gone {
                exports::Gone::Expired => ExportGone::Expired,
                exports::Gone::Deleted => ExportGone::Deleted,
                exports::Gone::Replaced => ExportGone::Replaced,
            }),
        }
    }
}
