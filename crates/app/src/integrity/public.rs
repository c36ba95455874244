//! What anybody may fetch of the log to hold it against what they were told before: checkpoints, keys, and hashes of its
//! tree, as C2SP tlog-tiles serves them. None of it says what happened or to whom.

use engine::{LogError, LogKey};

use crate::{App, Unavailable};

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum PublicError {
    /// The log has no such tile.
    #[error("there is no such tile: {0}")]
    NoTile(String),
    /// It is asked about what the log has not.
    #[error("{asked} lies outside the log's {size} activities")]
    Outside {
        /// What was asked about.
        asked: u64,
        /// How many there are.
        size: u64,
    },
    /// A part this needs does not answer.
    #[error(transparent)]
    Unavailable(Unavailable),
}

impl From<LogError> for PublicError {
    fn from(error: LogError) -> Self {
        match error {
            LogError::OutsideTree { asked, size } => Self::Outside { asked, size },
            LogError::NoTile(why) => Self::NoTile(why),
            error => Self::Unavailable(Unavailable::new(error)),
        }
    }
}

/// A signed checkpoint of the log, at most a second behind it.
///
/// # Errors
/// If the store cannot be read or written, or nothing signs the log.
pub async fn checkpoint(app: &App) -> Result<String, PublicError> {
    match app.log().newest_checkpoint() {
        Some(newest) => Ok(newest),
        None => Ok(app.log().checkpoint().await?),
    }
}

/// A signed checkpoint of the log as of now: of whatever was recorded before this call.
///
/// # Errors
/// If the store cannot be read or written, or nothing signs the log.
pub async fn checkpoint_now(app: &App) -> Result<String, PublicError> {
    Ok(app.log().checkpoint().await?)
}

/// The public keys that checkpoints were and are signed with, oldest first.
///
/// # Errors
/// If the store cannot be read.
pub async fn keys(app: &App) -> Result<Vec<LogKey>, PublicError> {
    Ok(app.log().keys().await?)
}

/// The hashes of the tile with this path, one after the other.
///
/// # Errors
/// [`PublicError::NoTile`] beyond the log; if a part of the log cannot be read.
pub async fn tile(app: &App, path: &str) -> Result<Vec<u8>, PublicError> {
    Ok(app.log().tile(path).await?)
}

/// The hashes that show that the log of `new` activities only added to that of `old`, lowest first.
///
/// # Errors
/// [`PublicError::Outside`] beyond the log or where `old` is larger; if a part of the log cannot be read.
pub async fn consistency(app: &App, old: u64, new: u64) -> Result<Vec<[u8; 32]>, PublicError> {
    Ok(app.log().consistency(old, new).await?)
}
