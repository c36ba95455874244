//! Activities that arrive by themselves, not as part of a change made here: group-committed, told apart from repeats.

mod answer;
mod commit;
mod plan;
mod prepare;
mod queue;

use activity::{Facts, Seq, Time};
use serde::{Deserialize, Serialize};

use crate::{BatchNumber, LogError};

pub(crate) use queue::Queue;

/// What one request brings.
#[derive(Clone, Debug)]
pub struct Batch {
    /// The activities, checked by [`activity::limits::check`].
    pub facts: Vec<Facts>,
    /// The request's `Idempotency-Key`.
    pub idempotency: Option<Idempotency>,
    /// Whose external ids they carry.
    pub source: IdSpace,
    /// The numbers that their sources gave them.
    pub numbers: Vec<BatchNumber>,
}

/// Whose external ids a batch carries, and for how long they are remembered.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum IdSpace {
    /// A reporter, such as an API key's id: remembered for a day or as set.
    Reporter(String),
    /// What is read in from files, such as `import:openssh:auth.log`: remembered for good, so that repeating it adds
    /// nothing; or until the import that they are a part of is undone.
    Ledger(String, Option<Part>),
}

/// The import that a batch is a part of, and what is noted of it together with what is recorded.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Part {
    /// The import's number.
    pub import: u64,
    /// How many activities of this part were refused before.
    pub refused: u64,
    /// How far whoever sends it has come with it, in their own words.
    pub mark: Option<String>,
}

/// A request's `Idempotency-Key`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idempotency {
    /// Who may repeat it, such as the API key's id and the endpoint.
    pub scope: String,
    /// The key as sent.
    pub key: String,
    /// Digest of the request's body.
    pub fingerprint: [u8; 32],
}

/// What became of a batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IngestResult {
    /// One for each activity, in the order given.
    pub items: Vec<Item>,
    /// When they were recorded.
    pub recorded_at: Time,
    /// Whether this repeats the answer to an earlier request with the same `Idempotency-Key`.
    #[serde(skip)]
    pub replayed: bool,
}

/// What became of one activity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Item {
    /// It is in the log now: durable and visible.
    Recorded {
        /// Its place.
        seq: Seq,
    },
    /// The same external id from the same source was in the log before.
    Duplicate {
        /// The earlier one's place.
        seq: Seq,
    },
}

impl Item {
    /// The activity's place in the log.
    #[must_use]
    pub fn seq(&self) -> Seq {
        match self {
            Self::Recorded { seq } | Self::Duplicate { seq } => *seq,
        }
    }
}

/// Why a batch was not recorded, or may not have been.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// The `Idempotency-Key` was used for another body.
    #[error("this Idempotency-Key was used for a request with another body; send a new key with a new request")]
    Conflict,
    /// Too many activities in one request.
    #[error("{given} activities in one request; at most {limit} are taken, send them in several")]
    TooMany {
        /// How many were given.
        given: usize,
        /// How many are taken.
        limit: usize,
    },
    /// The import that it is a part of was ended or undone; nothing of it is recorded.
    #[error("the import that this is a part of is over; begin another with what is still to be read")]
    Over,
    /// The log cannot take it now; nothing of it is recorded.
    #[error(transparent)]
    Unavailable(LogError),
    /// Whether it was recorded is not known.
    #[error("it is not known whether this was recorded: {0}")]
    Unknown(#[source] LogError),
}

impl From<LogError> for IngestError {
    fn from(error: LogError) -> Self {
        match error.is_unknown() {
            true => Self::Unknown(error),
            false => Self::Unavailable(error),
        }
    }
}
