//! The command line: every flag, once. Owns no behaviour.

mod import;
mod log;
mod people;
mod witness;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use import::{Import, ImportCommand, MappingCommand, UndoImport};
pub(crate) use log::{
    AcceptRollback, CheckpointOf, CloseGaps, Export, ExportFormat, LogCommand, ProofOf, Search, SearchFormat,
};
pub(crate) use people::{Erase, HoldCommand, HoldLift, HoldPlace};
pub(crate) use witness::Witness;

/// The user activity log that a team can run itself.
///
/// Exit codes: 0 done; 1 it failed; 2 wrong flags, settings or query; 3 an import was finished, but some lines could
/// not be read.
#[derive(Debug, Parser)]
#[command(name = "whodid", version, propagate_version = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) settings: SettingFlags,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Settings that every command takes. Flags win over WHODID_… variables, those over the file, that over the defaults.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct SettingFlags {
    /// Settings file [default: DATA_DIR/whodid.toml, if there is one]
    #[arg(long, global = true, value_name = "FILE", env = "WHODID_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// One setting, such as `mail.from=whodid@example.com`; may be repeated. In the environment: WHODID_MAIL__FROM
    #[arg(long = "set", global = true, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
    /// How the program's own messages are written
    #[arg(long, global = true, value_enum, value_name = "FORM")]
    pub(crate) log_format: Option<LogFormat>,
}

/// How the program's own messages are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people; coloured on a terminal.
    Human,
    /// An object to a line.
    Json,
}

/// Where the data is.
#[derive(Clone, Debug, Args)]
pub(crate) struct DataDir {
    /// Directory of the data; made if absent
    #[arg(long, visible_alias = "data", value_name = "DIR", env = "WHODID_DATA_DIR")]
    pub(crate) data_dir: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve the pages and the API
    Serve(Serve),
    /// Try it: an empty temporary directory with people and months of activity, removed at the end
    Demo(Demo),
    /// Accounts
    #[command(subcommand)]
    User(UserCommand),
    /// Erase a person: their account, and what the log says of them, while every proof stands
    ///
    /// Waits until nothing of them is left in any file, and prints the signed receipt. Whatever ends it early is gone on with
    /// at the next start.
    Erase(Erase),
    /// Legal holds: as long as somebody is under one, nothing that names them leaves the log
    #[command(subcommand)]
    Hold(HoldCommand),
    /// The activity log
    #[command(subcommand)]
    Log(LogCommand),
    /// What was imported, and undoing it; `whodid log import` imports
    #[command(subcommand)]
    Import(ImportCommand),
    /// How events of other products become activities
    #[command(subcommand)]
    Mapping(MappingCommand),
    /// The key that wraps secrets at rest
    #[command(subcommand)]
    Key(KeyCommand),
    /// Say what is wrong with an installation, and what to do about it
    Doctor(Doctor),
    /// Read the whole log back and hold every file, row and leaf against its tree; works beside a running server
    ///
    /// With FILE, an exported file is held against its signed manifest and the proofs of its rows instead, which needs no
    /// installation: what holds and what does not is said line by line, and the row that does not is named. FILE may also be
    /// the signed receipt of an erasure or of a retention run: it is said what it states, and of which log.
    Verify(Verify),
    /// Build indexes anew from their records, where they cannot be read or are of an older version
    Reindex(Reindex),
    /// Copy the installation into a directory of backups; works beside a running server
    ///
    /// Volumes that are there already are not copied again; whatever is copied is read back. The keys of the installation,
    /// which are kept outside its data, are not in it, nor are files of exports. docs/backup.md says what is where.
    Backup(Backup),
    /// Put an installation back from its backup, into an empty directory
    ///
    /// Files are held against their sums, whoever was erased since is erased again, and the whole log is verified.
    Restore(Restore),
    /// Cosign the checkpoints of others' logs, as a witness that they never take anything back; runs without an installation
    ///
    /// Prints its public key, which the installations name with `witnesses`, and answers C2SP tlog-witness at
    /// /add-checkpoint. It belongs on a machine of somebody else than those who run the logs, behind a proxy that speaks
    /// https.
    Witness(Witness),
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    pub(crate) data: DataDir,
    /// Address and port to listen on [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR")]
    pub(crate) listen: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// How many activities to begin with
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(0..=20_000_000))]
    pub(crate) activities: u64,
    /// Address and port to listen on
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub(crate) listen: String,
    /// The same number makes the same people and activities
    #[arg(long, value_name = "NUMBER", default_value_t = 72)]
    pub(crate) seed: u64,
}

#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// Create an account; the way to the first administrator
    Create(UserCreate),
}

#[derive(Debug, Args)]
pub(crate) struct UserCreate {
    #[command(flatten)]
    pub(crate) data: DataDir,
    /// Manages users and reads every log
    #[arg(long)]
    pub(crate) admin: bool,
    /// Reads every log, changes nothing
    #[arg(long)]
    pub(crate) auditor: bool,
    /// Log-in name
    #[arg(long)]
    pub(crate) username: String,
    /// E-mail address
    #[arg(long)]
    pub(crate) email: String,
    /// Full name, such as "Sam Jones"
    #[arg(long)]
    pub(crate) name: String,
    /// Read the password from the standard input; otherwise a link to set it is printed, valid 7 days
    #[arg(long)]
    pub(crate) password_stdin: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Go on with another key where the one that wrapped the secrets is lost for good
    ///
    /// Takes the key in the key file, or makes one if there is no file. What the lost key wrapped cannot be read any more:
    /// people with an authenticator app log in with a recovery code and set it up again, waiting mails have no text.
    Replace(DataDir),
}

#[derive(Debug, Args)]
pub(crate) struct Doctor {
    #[command(flatten)]
    pub(crate) data: DataDir,
    /// Check the database page by page, and verify the whole log
    #[arg(long)]
    pub(crate) deep: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Verify {
    #[command(flatten)]
    pub(crate) data: DataDir,
    /// An exported file, with its manifest beside it as FILE.manifest, and the proofs of its rows where they belong to it;
    /// without one, the whole log of the installation is read
    pub(crate) file: Option<PathBuf>,
    /// A public key of the log, as `whodid log checkpoint --keys` prints it [default: those in FILE.vkey, else those of the
    /// installation in --data-dir]
    #[arg(long, value_name = "VKEY")]
    pub(crate) key: Vec<String>,
    /// A signed checkpoint of this log, as a file: the log must begin with the one that it was made of
    #[arg(long, value_name = "CHECKPOINT", conflicts_with = "file")]
    pub(crate) against: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Backup {
    #[command(flatten)]
    pub(crate) data: DataDir,
    /// The directory of backups; made if absent
    pub(crate) directory: PathBuf,
    /// Then keep only so many of the newest snapshots
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) keep: Option<u32>,
    /// Then keep only snapshots of so many days, and the newest
    ///
    /// Backups hold what the log says of people who were erased since, and their keys: 30 days are enough for most.
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=36_500))]
    pub(crate) keep_days: Option<u32>,
    /// Say which snapshots there are, and take none
    #[arg(long, conflicts_with_all = ["keep", "keep_days", "check"])]
    pub(crate) list: bool,
    /// Read all of the backup and hold every file against its sum, and take no snapshot
    #[arg(long, conflicts_with_all = ["keep", "keep_days"])]
    pub(crate) check: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Restore {
    #[command(flatten)]
    pub(crate) data: DataDir,
    /// The directory of backups
    pub(crate) directory: PathBuf,
    /// The newest snapshot that was taken not after this, such as 2026-11-28T08:00:00Z [default: the newest of all]
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<String>,
    /// Put only this volume back, into an installation that is there and that nobody has open
    #[arg(long, value_name = "ID", conflicts_with = "until")]
    pub(crate) volume: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Reindex {
    #[command(flatten)]
    pub(crate) data: DataDir,
    /// Every index, not only those that need it
    #[arg(long)]
    pub(crate) all: bool,
}
