//! Records what a program reports, with an answer for every item.

use activity::limits::FieldError;
use activity::{Facts, Seq};

use crate::{App, Caller};

/// What a program sent.
#[derive(Clone, Debug)]
pub struct Submission {
    /// The items in the order sent, each read or refused with the reasons.
    pub items: Vec<Result<Facts, Vec<FieldError>>>,
    /// The request's `Idempotency-Key`, if it had one.
    pub idempotency: Option<Idempotency>,
}

/// Tells a repeated request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idempotency {
    /// The key as sent, at most 255 bytes.
    pub key: String,
    /// SHA-256 of the body as sent, after decompression.
    pub fingerprint: [u8; 32],
}

/// What became of the items, in the order sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// One result per item.
    pub items: Vec<ItemResult>,
}

/// What became of one item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ItemResult {
    /// Recorded under this id: durable and visible.
    Recorded(Seq),
    /// It was recorded before, under this id, by the same key with the same `external_id`.
    Duplicate(Seq),
    /// Refused; nothing of it is stored.
    Refused(Vec<FieldError>),
}

/// Why nothing of a submission is recorded.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The caller may not report activities.
    #[error("this key may not record activities; it needs the scope `activities:write`")]
    Forbidden,
    /// The idempotency key was used before for another body.
    #[error("this Idempotency-Key was used before with a different body")]
    KeyReused,
    /// A request with the same idempotency key is being answered.
    #[error("a request with this Idempotency-Key is still being answered; repeat it in a second")]
    InProgress,
    /// More is waiting to be recorded than can be held.
    #[error("more is waiting to be recorded than can be held; repeat in a second")]
    Busy,
    /// The log cannot be written now.
    #[error("the log cannot be written at the moment")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Records the items that are right, durably, and says what became of each.
pub async fn record(app: &App, caller: &Caller, submission: Submission) -> Result<Recorded, RecordError> {
    let _ = (app, caller, submission);
    Err(RecordError::Forbidden)
}
