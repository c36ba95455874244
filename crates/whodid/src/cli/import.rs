//! The flags of imports and mappings.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::DataDir;

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
