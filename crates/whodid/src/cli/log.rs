//! The flags of `whodid log`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{DataDir, Import};

#[derive(Debug, Subcommand)]
pub(crate) enum LogCommand {
    /// Print what matches a query, newest first; works beside a running server
    ///
    /// Everybody whose activities are printed sees under Settings → Privacy that they were read.
    Search(Search),
    /// Write everything that matches a query to a file; works beside a running server
    ///
    /// Everybody whose activities are written sees under Settings → Privacy that they were.
    Export(Export),
    /// Read in a log of another system; repeating it adds nothing
    ///
    /// Lines that are no activities are counted by reason. A line that cannot be read is reported with its number; the
    /// others are recorded all the same, and the exit code is 3.
    Import(Import),
    /// Go on without activities that cannot be read any more; says which ones, and closes their gaps with --yes
    ///
    /// Nothing is deleted: what is left of them stays where it is. Answers are not called incomplete because of them any
    /// more, and the log says that the gap was closed.
    CloseGaps(CloseGaps),
    /// Print the newest signed checkpoint of the log; works beside a running server
    ///
    /// Keep it where nobody here can change it: nothing in front of it can be changed, removed or put in later without that
    /// showing. With --keys the public keys that sign checkpoints are printed instead.
    Checkpoint(CheckpointOf),
    /// Print the proof that an activity stands in the log, in the form of C2SP tlog-proof; works beside a running server
    Proof(ProofOf),
    /// Sign checkpoints with a new key from now on, and for 30 days with the one before as well
    NewKey(DataDir),
    /// Go on with a log that is older, or another, than the checkpoint kept outside the data or a witness says
    ///
    /// The log records that it was. Only for when the newer data are lost for good.
    AcceptRollback(AcceptRollback),
}

#[derive(Debug, Args)]
pub(crate) struct CheckpointOf {
    #[command(flatten)]
    pub(crate) data: DataDir,
    /// Print the public keys instead, the newest last
    #[arg(long)]
    pub(crate) keys: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ProofOf {
    #[command(flatten)]
    pub(crate) data: DataDir,
    /// Number of the activity
    pub(crate) id: u64,
}

#[derive(Debug, Args)]
pub(crate) struct AcceptRollback {
    #[command(flatten)]
    pub(crate) data: DataDir,
    /// Go on with it
    #[arg(long)]
    pub(crate) yes: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Search {
    #[command(flatten)]
    pub(crate) data: DataDir,
    /// What to search for, such as `outcome:failure user:sam@example.com at:-7d` [default: everything]
    pub(crate) query: Vec<String>,
    /// How rows are printed
    #[arg(long, value_enum, default_value_t = SearchFormat::Table)]
    pub(crate) format: SearchFormat,
    /// Most rows to print; 0 for all
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub(crate) limit: u64,
    /// Zone of dates in the query and of printed times: an IANA name such as Europe/Berlin, UTC, or EST (always UTC-05:00)
    #[arg(long, default_value = "UTC")]
    pub(crate) zone: String,
}

/// How rows are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SearchFormat {
    /// Columns for people.
    Table,
    /// An object to a line, as the API answers.
    Jsonl,
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    #[command(flatten)]
    pub(crate) data: DataDir,
    /// What to export [default: everything]
    pub(crate) query: Vec<String>,
    /// The form of the file
    #[arg(long, value_enum)]
    pub(crate) format: ExportFormat,
    /// The file to write; `-` for the standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Columns by name, with commas between them; JSON Lines always has every field [default: all]
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    pub(crate) columns: Vec<String>,
    /// Begin a CSV with a byte order mark, by which spreadsheets know that it is UTF-8
    ///
    /// Not by default here, where the file mostly goes to another program; the web manager adds it.
    #[arg(long)]
    pub(crate) byte_order_mark: bool,
    /// Zone of dates in the query and of times in a CSV or a workbook: an IANA name, UTC, or EST (always UTC-05:00)
    #[arg(long, default_value = "UTC")]
    pub(crate) zone: String,
}

/// The form of an exported file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportFormat {
    /// Comma-separated values, safe to open in a spreadsheet.
    Csv,
    /// JSON Lines, every field.
    Jsonl,
    /// Apache Parquet, with typed columns named as in the records of the log.
    Parquet,
    /// A workbook of Excel, with real dates.
    Xlsx,
}

impl From<ExportFormat> for app::exports::Format {
    fn from(format: ExportFormat) -> Self {
        match format {
            ExportFormat::Csv => Self::Csv,
            ExportFormat::Jsonl => Self::Jsonl,
            ExportFormat::Parquet => Self::Parquet,
            ExportFormat::Xlsx => Self::Xlsx,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct CloseGaps {
    #[command(flatten)]
    pub(crate) data: DataDir,
    /// Close them
    #[arg(long)]
    pub(crate) yes: bool,
}
