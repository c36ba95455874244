//! What can go wrong in the engine. [`LogError::is_fatal`] tells what must stop the process.

use store::StoreError;
use volume::VolumeError;

/// What can go wrong in the engine.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A volume's files.
    #[error(transparent)]
    Volume(#[from] VolumeError),
    /// What is stored contradicts itself.
    #[error("the log is damaged: {0}")]
    Damaged(String),
    /// A mistake of ours: work on the log panicked. What is stored is as it was.
    #[error("work on the log panicked: {0}")]
    Panicked(String),
    /// Activities arrive faster than they can be sealed, or sealing fails.
    #[error("the log is too busy: {hot} activities wait to be sealed; try again in a minute")]
    Overloaded {
        /// How many are hot.
        hot: u64,
    },
    /// The log was opened for reading only.
    #[error("this log was opened for reading only")]
    ReadOnly,
    /// The log is closed, or closing.
    #[error("the log is closed")]
    Closed,
}

impl From<store::SqlError> for LogError {
    fn from(error: store::SqlError) -> Self {
        Self::Store(StoreError::from(error))
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
}

fn panic_text(cause: &(dyn std::any::Any + Send)) -> &str {
    let text = cause.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| cause.downcast_ref::<&str>().copied())
        .unwrap_or("of unknown kind")
}
