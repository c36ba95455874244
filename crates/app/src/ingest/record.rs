//! Records what a program reports, with an answer for every item.

use std::collections::BTreeMap;

use activity::limits::FieldError;
use activity::{Facts, Numbered, Seq};
use engine::{Batch, IngestError, Item};
use sha2::{Digest as _, Sha256};

use super::judge::judge;
use super::reporter::Reporter;
use crate::error::unavailable;
use crate::{App, Unavailable};

/// What a program sent.
#[derive(Clone, Debug, Default)]
pub struct Submission {
    /// The items in the order sent, each read or refused with the reasons.
    pub items: Vec<Result<Facts, Vec<FieldError>>>,
    /// By the places of items, the JSON pointers to what was shortened of them.
    pub shortened: BTreeMap<usize, Vec<String>>,
    /// By the places of items, the numbers that their sources gave them.
    pub numbered: BTreeMap<usize, Numbered>,
    /// Whether one refused item refuses them all.
    pub strict: bool,
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
    /// By the places of items, the JSON pointers to what was shortened of them.
    pub shortened: BTreeMap<usize, Vec<String>>,
    /// Whether this repeats the answer to an earlier request with the same key.
    pub replayed: bool,
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
    /// Items were refused, and with them all: nothing is recorded. By their places.
    #[error("{} activities were refused, and with them all of this request", .0.len())]
    Strict(BTreeMap<usize, Vec<FieldError>>),
    /// The idempotency key was used before for another body.
    #[error("this Idempotency-Key was used before with a different body")]
    KeyReused,
    /// Too many activities in one request.
    #[error("{given} activities in one request; at most {limit} are taken, send them in several")]
    TooMany {
        /// How many were given.
        given: usize,
        /// How many are taken.
        limit: usize,
    },
    /// A part this needs does not answer.
    #[error(transparent)]
    Unavailable(Unavailable),
}

unavailable!(RecordError);

/// Records the items that are right and that the reporter may say, durably, and says what became of each.
pub async fn record(app: &App, reporter: &Reporter, submission: Submission) -> Result<Recorded, RecordError> {
    let judged = judge(app, reporter, submission.items).await?;
    note_refusals(reporter, &judged);
    if submission.strict && judged.iter().any(Result::is_err) && judged.iter().any(Result::is_ok) {
        let errors = |(place, item): (usize, Result<Facts, _>)| Some((place, item.err()?));
        return Err(RecordError::Strict(
            judged.into_iter().enumerate().filter_map(errors).collect(),
        ));
    }
    let (shortened, mut numbered) = (submission.shortened, submission.numbered);
    let idempotency = submission.idempotency.map(|key| engine::Idempotency {
        scope: format!("activities:{}", reporter.name()),
        key: key.key,
        fingerprint: with_refusals(key.fingerprint, &judged),
    });
    let mut items = Vec::with_capacity(judged.len());
    let mut facts = Vec::with_capacity(judged.len());
    let mut numbers = Vec::with_capacity(numbered.len());
    for (place, item) in judged.into_iter().enumerate() {
        match item {
            Ok(fact) => {
                let number = numbered.remove(&place);
                numbers.extend(number.map(|number| reporter.number(facts.len(), &fact, number)));
                facts.push(fact);
                items.push(None);
            }
            Err(errors) => items.push(Some(ItemResult::Refused(errors))),
        }
    }
    if facts.is_empty() {
        return Ok(Recorded {
            items: items.into_iter().flatten().collect(),
            shortened,
            replayed: false,
        });
    }
    let batch = Batch {
        facts,
        idempotency,
        source: reporter.source().clone(),
        numbers,
    };
    let result = app.log().ingest(batch).await?;
    let mut recorded = result.items.into_iter().map(|item| match item {
        Item::Recorded { seq } => ItemResult::Recorded(seq),
        Item::Duplicate { seq } => ItemResult::Duplicate(seq),
    });
    let items = items
        .into_iter()
        .filter_map(|refused| refused.or_else(|| recorded.next()))
        .collect();
    Ok(Recorded {
        items,
        shortened,
        replayed: result.replayed,
    })
}

/// Counts what is refused, and says it in the server's log: a reporter that does not read its answers loses
/// activities, and somebody here must be able to see that.
fn note_refusals(reporter: &Reporter, items: &[Result<Facts, Vec<FieldError>>]) {
    let refused = || items.iter().filter_map(|item| item.as_ref().err());
    for error in refused().flatten() {
        let (field, code) = (error.field(), error.code.word());
        metrics::counter!("whodid_items_refused_total", "field" => field, "code" => code).increment(1);
    }
    if let Some(first) = refused().flatten().next() {
        tracing::warn!(
            key = reporter.name(),
            reporter = ?reporter.recorder.reporter().map(|reporter| &reporter.name),
            refused = refused().count(),
            of = items.len(),
            pointer = ?first.pointer,
            code = first.code.word(),
            "reported activities were refused"
        );
    }
}

/// The digest of the body together with which items were refused: whether a time lies too far ahead depends on when
/// it is asked, and an answer is only repeated for the same items.
fn with_refusals(fingerprint: [u8; 32], items: &[Result<Facts, Vec<FieldError>>]) -> [u8; 32] {
    if items.iter().all(Result::is_ok) {
        return fingerprint;
    }
    let mut digest = Sha256::new();
    digest.update(fingerprint);
    digest.update(items.iter().map(|item| u8::from(item.is_err())).collect::<Vec<u8>>());
    digest.finalize().into()
}

impl From<IngestError> for RecordError {
    fn from(error: IngestError) -> Self {
        match error {
            IngestError::Conflict => Self::KeyReused,
            IngestError::TooMany { given, limit } => Self::TooMany { given, limit },
            other => Self::Unavailable(other.into()),
        }
    }
}
