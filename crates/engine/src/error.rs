//! What can go wrong in the engine. [`LogError::is_fatal`] tells what must stop the process.

use std::path::PathBuf;
use std::time::Duration;

use store::StoreError;
use volume::{Overdue, VolumeError};

use crate::hole::Hole;

/// What can go wrong in the engine.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A volume's files.
    #[error(transparent)]
    Volume(VolumeError),
    /// The work on a question was ended before its end.
    #[error(transparent)]
    Overdue(#[from] Overdue),
    /// The question takes longer than one may.
    #[error("this question takes longer than {after:?}; narrow its range or ask for less at once")]
    TooCostly {
        /// How long one may take.
        after: Duration,
    },
    /// As many questions are being answered at once as may be.
    #[error("{}", if *.yours {
        "too many of your questions are being answered already; wait until one of them is"
    } else {
        "too many questions are being answered already; try again in a moment"
    })]
    Busy {
        /// Whether they are all of the same caller.
        yours: bool,
    },
    /// What is stored contradicts itself.
    #[error("the log is damaged: {0}")]
    Damaged(String),
    /// The log is older, or another, than a checkpoint that is known elsewhere.
    #[error(
        "a checkpoint of {known} activities was made of this log ({}), and what is here is {}. Nothing was changed. \
         Put back the newer data; or, if they are lost for good, `whodid log accept-rollback` goes on with what is here and \
         records that it did", anchor.display(),
        if *size < *known { format!("a log of only {size}: older data were put in its place") }
        else { format!("another log: the first {known} of its {size} activities are not those") }
    )]
    RolledBack {
        /// How many activities the checkpoint is of.
        known: u64,
        /// How many there are.
        size: u64,
        /// The file with the checkpoint.
        anchor: PathBuf,
    },
    /// A witness cosigned a longer log, or another.
    #[error(
        "the witness {witness} cosigned a checkpoint of {known} activities of this log, and what is here is {}. Nothing was \
         changed. Put back the newer data; or, if they are lost for good, `whodid log accept-rollback` goes on with what is \
         here and records that it did. If the witness is not to be believed, take it off the setting `witnesses`",
        if *size < *known { format!("a log of only {size}: older data were put in its place") }
        else { format!("another log: the first {known} of its {size} activities are not those") }
    )]
    Witnessed {
        /// How many activities the checkpoint is of.
        known: u64,
        /// How many there are.
        size: u64,
        /// The name of the witness.
        witness: String,
    },
    /// The file with the newest checkpoint cannot be read or written, or is not of this log.
    #[error(
        "{}, which holds the newest checkpoint of the log outside its data: {why}. Put back the file of this log, or say \
         with `checkpoint_file` where it is; if it is lost, remove it or use `whodid log accept-rollback`", path.display()
    )]
    Anchor {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The file that says who was erased cannot be read or written.
    #[error(
        "{}, which keeps outside the data that somebody was erased, so that they are erased again when older data are put \
         back: {why}. Put back the file of this installation, or say with `erasures_file` where it is", path.display()
    )]
    Tombstones {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// There is no such tile of the log's tree.
    #[error("there is no such tile: {0}")]
    NoTile(String),
    /// Nothing signs this log.
    #[error("this log is not signed: it is open without its key")]
    Unsigned,
    /// The tree is smaller than what was asked about.
    #[error("{asked} lies outside the log's tree of {size} activities")]
    OutsideTree {
        /// The place or size asked about.
        asked: u64,
        /// The size of the tree.
        size: u64,
    },
    /// A part of the log cannot be read, and the answer would lack it.
    #[error("{0}; ask for a range without them, or see `whodid doctor` for what to do")]
    Unreadable(Hole),
    /// The database knows less than the volumes hold.
    #[error(
        "the database knows {size} activities, and {place} has a volume up to {end} that it does not know ({volume}): it \
         is older than its volumes, as a restored backup is. Nothing was changed. Put back the newer database; or, to go \
         on from {size} without what came later, move the volumes that reach beyond it to another directory and keep them"
    )]
    OlderThanVolumes {
        /// Where the volumes are.
        place: String,
        /// The one that reaches furthest.
        volume: String,
        /// How many activities the database knows.
        size: u64,
        /// The number after the last activity in the volume.
        end: u64,
    },
    /// The database takes volumes for its own that are gone, and others hold what was in them.
    #[error(
        "the database counts on the volume {gone}, which is not in {place}, where {volume} holds activities of it: the \
         database is older than its volumes, as a restored backup is. Nothing was changed. Put back the newer database; or \
         restore both together with `whodid restore`, into an empty directory"
    )]
    Outdated {
        /// Where the volumes are.
        place: String,
        /// The one that is not there.
        gone: String,
        /// One that is there and holds some of the same activities.
        volume: String,
    },
    /// The volumes are another installation's.
    #[error(
        "{place} holds the volumes of the installation {theirs}, and this database is of the installation {ours}. Nothing \
         was changed. Give each installation a log.volumes_dir of its own, or put back the database that belongs there"
    )]
    OthersVolumes {
        /// Where the volumes are.
        place: String,
        /// Whose they are.
        theirs: String,
        /// Whose database this is.
        ours: String,
    },
    /// A mistake of ours: work on the log panicked. What is stored is as it was.
    #[error("work on the log panicked: {0}")]
    Panicked(String),
    /// Activities arrive faster than they can be sealed, or sealing fails.
    #[error("the log is too busy: {hot} activities wait to be sealed; try again in a minute")]
    Overloaded {
        /// How many are hot.
        hot: u64,
    },
    /// The volumes are another process's to make.
    #[error("another process seals and merges the log at the moment; try again in a minute")]
    Elsewhere,
    /// Who is to be erased is nobody.
    #[error("\"{0}\" is nobody who could be erased; give the id of a person as the log has it")]
    Nobody(String),
    /// The log was opened for reading only.
    #[error("this log was opened for reading only")]
    ReadOnly,
    /// The log stopped while this was under way.
    #[error("the log stopped before it said whether this was recorded")]
    Unanswered,
    /// The log is closed, or closing.
    #[error("the log is closed")]
    Closed,
}

impl From<VolumeError> for LogError {
    fn from(error: VolumeError) -> Self {
        match error {
            VolumeError::Overdue(overdue) => Self::Overdue(overdue),
            other => Self::Volume(other),
        }
    }
}

impl LogError {
    /// What became of work that ended without giving its result: a panic is told as what it is, never as damage.
    pub(crate) fn of_ended(error: tokio::task::JoinError) -> Self {
        match error.try_into_panic() {
            Ok(cause) => Self::Panicked(panic_text(cause.as_ref()).to_owned()),
            Err(_) => Self::Closed,
        }
    }

    /// Whether the process must stop.
    #[must_use]
    pub fn is_fatal(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_fatal())
    }

    /// Whether what was asked for may have been recorded all the same. After any other error it was not.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        match self {
            Self::Store(error) => error.is_unknown(),
            Self::Unanswered => true,
            Self::Volume(_)
            | Self::Panicked(_)
            | Self::Damaged(_)
            | Self::Unreadable(_)
            | Self::OlderThanVolumes { .. }
            | Self::OthersVolumes { .. }
            | Self::Overloaded { .. }
            | Self::Overdue(_)
            | Self::TooCostly { .. }
            | Self::Busy { .. }
            | Self::Elsewhere
            | Self::Nobody(_)
            | Self::ReadOnly
            | Self::RolledBack { .. }
            | Self::Witnessed { .. }
            | Self::Anchor { .. }
            | Self::Tombstones { .. }
            | Self::Outdated { .. }
            | Self::NoTile(_)
            | Self::Unsigned
            | Self::OutsideTree { .. }
            | Self::Closed => false,
        }
    }
}

fn panic_text(cause: &(dyn std::any::Any + Send)) -> &str {
    let text = cause.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| cause.downcast_ref::<&str>().copied())
        .unwrap_or("of unknown kind")
}
