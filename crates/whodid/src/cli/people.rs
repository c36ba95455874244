//! The flags of `whodid erase` and `whodid hold`.

use clap::{Args, Subcommand};

use super::DataDir;

#[derive(Debug, Args)]
pub(crate) struct Erase {
    #[command(flatten)]
    pub(crate) data: DataDir,
    /// Whom: an account's username, e-mail address or id, or the id of somebody whom only the log names
    pub(crate) person: String,
    /// Why; the log keeps it
    #[arg(long)]
    pub(crate) reason: String,
    /// Do it; without this it is said who would be erased
    #[arg(long)]
    pub(crate) yes: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum HoldCommand {
    /// Print who is under a hold, newest first; works beside a running server
    List(DataDir),
    /// Place a hold on somebody
    Place(HoldPlace),
    /// Lift a hold
    Lift(HoldLift),
}

#[derive(Debug, Args)]
pub(crate) struct HoldPlace {
    #[command(flatten)]
    pub(crate) data: DataDir,
    /// Whom: an account's username, e-mail address or id, or the id of somebody whom only the log names
    pub(crate) person: String,
    /// Why; the log keeps it
    #[arg(long)]
    pub(crate) reason: String,
}

#[derive(Debug, Args)]
pub(crate) struct HoldLift {
    #[command(flatten)]
    pub(crate) data: DataDir,
    /// The hold's id, as `whodid hold list` prints it
    pub(crate) id: String,
}
