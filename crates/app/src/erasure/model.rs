//! A wish to be erased, as it is shown.

use activity::{Person, Time};
use engine::Erasure;
use store::erasures::{ErasureRequestRow, RequestState};

use crate::Unavailable;

/// A wish to be erased, or that an administrator erased somebody unasked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErasureRequest {
    /// `ers_…`; later ones sort later.
    pub id: String,
    /// Whether the person asked themself.
    pub by_themself: bool,
    /// Who it is, as they were named; `None` once they are erased.
    pub person: Option<Person>,
    /// What they wrote; may be empty, and is once they are erased.
    pub reason: String,
    /// When it was asked for.
    pub asked_at: Time,
    /// What became of it; `None` while nobody decided.
    pub decision: Option<Decision>,
}

/// What was decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Who decided, as they were named then.
    pub by: Person,
    /// When.
    pub at: Time,
    /// Why; may be empty.
    pub why: String,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a wish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Taken back by whoever asked.
    Withdrawn,
    /// Refused.
    Declined,
    /// The person is erased, or being.
    Erased {
        /// How far it is in the log.
        progress: Erasure,
        /// What went beside the log: how many of what.
        removed: Vec<(String, u64)>,
        /// Whether its receipt is there.
        has_receipt: bool,
    },
}

/// What goes with an erasure beside the log, as it is kept.
#[derive(Debug, Default, serde::Serialize, serde::Deserialize)]
pub(super) struct Removed {
    /// How many of what.
    pub(super) counts: Vec<(String, u64)>,
    /// Files that others took, which held rows of theirs, and how many had them.
    pub(super) taken: (u64, u64),
}

impl Removed {
    pub(super) fn of(row: &ErasureRequestRow) -> Result<Self, Unavailable> {
        let removed = row.removed.as_deref().map(serde_json::from_str).transpose();
        Ok(removed.map_err(Unavailable::new)?.unwrap_or_default())
    }
}

/// The row as it is shown; erasures of the log by their number.
pub(super) fn shown(row: ErasureRequestRow, erasures: &[Erasure]) -> Result<ErasureRequest, Unavailable> {
    let removed = Removed::of(&row)?.counts;
    let progress = || {
        let found = erasures.iter().find(|erasure| Some(erasure.id) == row.erasure);
        found
            .cloned()
            .ok_or_else(|| Unavailable::new("the log does not know the erasure of this request"))
    };
    let outcome = match row.state {
        RequestState::Waiting => None,
        RequestState::Withdrawn => Some(Outcome::Withdrawn),
        RequestState::Declined => Some(Outcome::Declined),
        RequestState::Erased => Some(Outcome::Erased {
            progress: progress()?,
            removed,
            has_receipt: row.receipt.is_some(),
        }),
    };
    let decision = match (row.decided, outcome) {
        (Some(decided), Some(outcome)) => Some(Decision {
            by: serde_json::from_str(&decided.by).map_err(Unavailable::new)?,
            at: decided.at,
            why: decided.why,
            outcome,
        }),
        _ => None,
    };
    let person = row.person.as_deref().map(serde_json::from_str).transpose();
    Ok(ErasureRequest {
        id: row.id,
        by_themself: row.by_themself,
        person: person.map_err(Unavailable::new)?,
        reason: row.reason,
        asked_at: row.asked_at,
        decision,
    })
}
