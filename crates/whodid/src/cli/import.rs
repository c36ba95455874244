//! The flags of imports and mappings.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::DataDir;

#[derive(Debug, Subcommand)]
pub(crate) enum ImportCommand {
    /// Print what was imported, newest first; works beside a running server
    List(DataDir),
    /// Take all that an import recorded out of the log again; without --yes it is said what that takes
    ///
    /// Each of its activities keeps its place and its leaf, so that every root and every proof of the others stands, and the
    /// same files can be imported again. Where some of them name somebody who is under a legal hold, it stays.
    Undo(UndoImport),
}

#[derive(Debug, Args)]
pub(crate) struct UndoImport {
    #[command(flatten)]
    pub(crate) data: DataDir,
    /// The import's number, as `whodid import list` prints it
    pub(crate) id: u64,
    /// Why; the log keeps it
    #[arg(long)]
    pub(crate) reason: String,
    /// Do it; without this it is said what would be removed
    #[arg(long)]
    pub(crate) yes: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Import {
    #[command(flatten)]
    pub(crate) data: DataDir,
    /// What the files are: `auth` for the auth log of a machine, such as auth.log, secure, authlog or `journalctl -o json`
    /// (`openssh` is an older name of it); `jsonl` for an activity to a line, as the API takes them or `log export` wrote
    /// them; or events of another product, by the name of a mapping that `whodid mapping list` knows or by its file
    #[arg(long, value_name = "FORMAT")]
    pub(crate) format: String,
    /// Say what would be recorded and what refused, and write nothing; needs no data directory
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Send it to this running server instead, such as `https://whodid.example.com`, with an API key that may record activities:
    /// the one in --key-file or in the environment variable WHODID_API_KEY
    ///
    /// What is broken off goes on where it was when the same command is given again with the same key. Another key begins
    /// anew, and what it sends again is recorded again, because its ids are its own.
    #[arg(long, value_name = "URL", conflicts_with_all = ["dry_run", "data_dir"])]
    pub(crate) server: Option<String>,
    /// A file that holds the API key, and nothing else
    #[arg(long, value_name = "FILE", requires = "server")]
    pub(crate) key_file: Option<PathBuf>,
    /// The year of the first line, where lines do not write it [default: the latest with which no line is in the future]
    #[arg(long, value_parser = clap::value_parser!(i16).range(1970..=9998))]
    pub(crate) year: Option<i16>,
    /// The zone of times that do not say theirs
    #[arg(long, default_value = "UTC")]
    pub(crate) zone: String,
    /// Tells logs apart whose lines may be the same text, such as two systems' JSON Lines with ids of their own
    #[arg(long, default_value = "", hide_default_value = true, value_name = "NAME")]
    pub(crate) source: String,
    /// The files to read, compressed or not; `-` for the standard input
    ///
    /// Several are the parts of one log and are read oldest first, by the number or the date that a rotation put into their
    /// names: `auth.log*` is what one has.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum MappingCommand {
    /// The mappings that come with the program
    List,
    /// The file of a mapping, to read or to make one's own of
    Show {
        /// Its name, such as `okta`
        name: String,
    },
    /// Run the tests inside a mapping, and show what it makes of events
    ///
    /// Exit code 1 where a test does not hold or an event cannot be read.
    Test {
        /// A file, or the name of a mapping that comes with the program
        mapping: String,
        /// Events, one or a list of them to a line, compressed or not; `-` for the standard input
        events: Option<PathBuf>,
    },
}
