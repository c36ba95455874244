//! Records what a program reports, with an answer for every item.

use std::collections::BTreeMap;

use activity::limits::FieldError;
use activity::{Facts, Numbered, Seq};
use engine::{Batch, BatchNumber, IngestError, Item};
use sha2::{Digest as _, Sha256};
use store::log::import::{self, Grown};

use super::judge::judge;
use super::reporter::Reporter;
use crate::error::unavailable;
use crate::tx::Quiet;
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
    /// How far the import has come that this is a part of, in the words of who sends it.
    pub mark: Option<String>,
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
    /// The import that it is a part of was ended or undone meanwhile; nothing is recorded.
    #[error("this import is over; begin another with what is still to be read")]
    Over,
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
    let idempotency = submission.idempotency.map(|key| engine::Idempotency {
        scope: scope(reporter),
        key: key.key,
        fingerprint: with_refusals(key.fingerprint, &judged),
    });
    let Sorted { items, facts, numbers } = Sorted::of(reporter, judged, submission.numbered);
    let refused = items.iter().flatten().count() as u64;
    let result = match (facts.is_empty(), reporter.of_import()) {
        (true, None) => None,
        (true, Some(import)) => {
            refuse_all(app, import, refused, submission.mark.as_deref()).await?;
            None
        }
        (false, _) => {
            let batch = Batch {
                facts,
                idempotency,
                source: reporter.source_of(refused, submission.mark),
                numbers,
            };
            Some(app.log().ingest(batch).await?)
        }
    };
    let (recorded, replayed) = result.map_or_else(Default::default, |result| (result.items, result.replayed));
    let mut recorded = recorded.into_iter().map(|item| match item {
        Item::Recorded { seq } => ItemResult::Recorded(seq),
        Item::Duplicate { seq } => ItemResult::Duplicate(seq),
    });
    let items = items
        .into_iter()
        .filter_map(|refused| refused.or_else(|| recorded.next()))
        .collect();
    Ok(Recorded {
        items,
        shortened: submission.shortened,
        replayed,
    })
}

/// What was judged, sorted into what is recorded and what is refused.
#[derive(Default)]
struct Sorted {
    /// By their places, the answers to those that are refused.
    items: Vec<Option<ItemResult>>,
    facts: Vec<Facts>,
    numbers: Vec<BatchNumber>,
}

impl Sorted {
    fn of(
        reporter: &Reporter,
        judged: Vec<Result<Facts, Vec<FieldError>>>,
        mut numbered: BTreeMap<usize, Numbered>,
    ) -> Self {
        let mut sorted = Self::default();
        for (place, item) in judged.into_iter().enumerate() {
            match item {
                Ok(facts) => {
                    let number = numbered.remove(&place);
                    let number = number.map(|number| reporter.number(sorted.facts.len(), &facts, number));
                    sorted.numbers.extend(number);
                    sorted.facts.push(facts);
                    sorted.items.push(None);
                }
                Err(errors) => sorted.items.push(Some(ItemResult::Refused(errors))),
            }
        }
        sorted
    }
}

/// Whose idempotency keys theirs are: each import has its own.
fn scope(reporter: &Reporter) -> String {
    match reporter.of_import() {
        Some(import) => format!("activities:{import}:{}", reporter.name()),
        None => format!("activities:{}", reporter.name()),
    }
}

/// Counts a part of an import of which nothing is recorded, because each of it is refused.
async fn refuse_all(app: &App, import: u64, refused: u64, mark: Option<&str>) -> Result<(), RecordError> {
    let grown = Grown {
        refused,
        ..Grown::default()
    };
    let mut tx = app.begin().await?;
    if !import::goes_on(&mut tx, import).await? {
        tx.rollback().await;
        return Err(RecordError::Over);
    }
    import::grow(&mut tx, import, &grown, mark, app.now()).await?;
    Ok(tx.commit_quietly(Quiet::ImportBegun).await?)
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
            IngestError::Over => Self::Over,
            other => Self::Unavailable(other.into()),
        }
    }
}
