//! Stretches of the log that cannot be read: named, so that everything else can be.

use std::fmt;
use std::ops::Range;

use activity::query::Expr;
use activity::{Seq, Time};

use crate::extent::{Extent, may_match};
use crate::{Cursor, Order};

/// Activities that cannot be read, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hole {
    /// Which ones.
    pub seqs: Range<Seq>,
    /// The volume that holds them; `None` if there is none.
    pub volume: Option<String>,
    /// What is wrong.
    pub why: String,
    /// When they happened, as far as is known.
    pub(crate) times: (Time, Time),
}

impl Hole {
    /// Activities in no volume: when they happened is not known.
    pub fn lost(seqs: Range<Seq>, why: impl Into<String>) -> Self {
        Self {
            seqs,
            volume: None,
            why: why.into(),
            times: (Time::MIN, Time::MAX),
        }
    }

    /// Whether a question can be about activities in here.
    pub(crate) fn may_match(&self, expr: &Expr, order: Order, after: Option<Cursor>) -> bool {
        let extent = Extent {
            times: self.times,
            seqs: self.seqs.clone(),
        };
        may_match(&extent, expr, order, after)
    }
}

impl fmt::Display for Hole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let last = self.seqs.end.saturating_sub(1);
        write!(
            f,
            "activities {} to {last} cannot be read: {}",
            self.seqs.start, self.why
        )
    }
}
