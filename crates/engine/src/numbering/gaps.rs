//! What follows from the numbers of one numbering that came, in whatever order they did.

use activity::Time;
use serde::{Deserialize, Serialize};
use store::log::numbering::{LateRow, NumberingRow};

use super::Heard;
use crate::LogError;

/// Gaps of one numbering that are listed; of more the lowest are folded.
pub(super) const GAPS: usize = 100;

/// Numbers that follow each other and did not come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// The first of them.
    pub first: u64,
    /// The last of them.
    pub last: u64,
    /// When a later number came without them.
    pub since: Time,
}

impl Gap {
    /// How many numbers it is.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.last - self.first + 1
    }
}

/// The lowest gaps where there were too many to be listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Folded {
    /// At most so many numbers are missing in them: one that comes after they were folded cannot be told from one that
    /// came before.
    pub most: u64,
    /// Up to which number.
    pub through: u64,
    /// Since when the first of them is missing.
    pub since: Time,
}

/// Numbers that came after they were missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Late {
    /// How many.
    pub count: u64,
    /// When the last of them came.
    pub at: Time,
    /// How long after it was missed, in microseconds.
    pub by: i64,
    /// The longest that any of them took, in microseconds.
    pub most: i64,
}

/// What came of a numbering.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbering {
    /// When its first number came.
    pub begun_at: Time,
    /// When its last one came.
    pub heard_at: Time,
    /// The least number that came: what a source sent before it reported here is not missing.
    pub lowest: u64,
    /// The greatest.
    pub highest: u64,
    /// What is missing between them, lowest first; at most [`GAPS`].
    pub gaps: Vec<Gap>,
    /// What is missing below all of those, where there were more.
    pub folded: Option<Folded>,
    /// What came late.
    pub late: Option<Late>,
    /// How many numbers came again, each with an activity of its own, and when one did last.
    pub repeated: Option<(u64, Time)>,
}

impl Numbering {
    /// What is known after these numbers came in one commit; `None` if nothing ever did.
    pub(super) fn after(known: Option<Self>, mut heard: Vec<Heard>, at: Time) -> Option<Self> {
        heard.sort_unstable();
        let (first, rest) = heard.split_first()?;
        let (mut numbering, heard) = match known {
            Some(known) => (known, &*heard),
            None => (Self::begun(first.number, at), rest),
        };
        numbering.heard_at = at;
        // Whatever came together, nothing of it was ever missed: upwards from what is known, and downwards.
        let below = heard.partition_point(|heard| heard.number < numbering.lowest);
        let upwards = heard[below..].iter();
        for heard in upwards.chain(heard[..below].iter().rev()) {
            numbering.hear(*heard, at);
        }
        Some(numbering)
    }

    /// How many numbers are missing, at most.
    #[must_use]
    pub fn missing(&self) -> u64 {
        let listed: u64 = self.gaps.iter().map(Gap::count).sum();
        listed + self.folded.map_or(0, |folded| folded.most)
    }

    /// One of which this number came first.
    fn begun(number: u64, at: Time) -> Self {
        Self {
            begun_at: at,
            heard_at: at,
            lowest: number,
            highest: number,
            gaps: Vec::new(),
            folded: None,
            late: None,
            repeated: None,
        }
    }

    fn hear(&mut self, heard: Heard, at: Time) {
        let Heard { number, is_new } = heard;
        if number > self.highest {
            self.miss(self.highest + 1, number - 1, at);
            self.highest = number;
        } else if number < self.lowest {
            self.miss(number + 1, self.lowest - 1, at);
            self.lowest = number;
        } else if !self.fill(number, at) && is_new && !self.is_folded(number) {
            let times = self.repeated.map_or(0, |(times, _)| times);
            self.repeated = Some((times + 1, at));
        }
    }

    fn is_folded(&self, number: u64) -> bool {
        self.folded.is_some_and(|folded| number <= folded.through)
    }

    /// These are missing from now on, if they are any: above all gaps or below them.
    fn miss(&mut self, first: u64, last: u64, since: Time) {
        if first > last {
            return;
        }
        let gap = Gap { first, last, since };
        if self.is_folded(last) {
            self.fold(gap);
            return;
        }
        let place = self.gaps.partition_point(|other| other.first < first);
        self.gaps.insert(place, gap);
        self.fold_beyond();
    }

    /// Keeps no more gaps than are listed.
    fn fold_beyond(&mut self) {
        if self.gaps.len() > GAPS {
            let lowest = self.gaps.remove(0);
            self.fold(lowest);
        }
    }

    fn fold(&mut self, gap: Gap) {
        let before = self.folded.unwrap_or(Folded {
            most: 0,
            through: gap.last,
            since: gap.since,
        });
        self.folded = Some(Folded {
            most: before.most + gap.count(),
            through: before.through.max(gap.last),
            since: before.since.min(gap.since),
        });
    }

    /// Whether this number was missed and no longer is.
    fn fill(&mut self, number: u64, at: Time) -> bool {
        let place = self.gaps.partition_point(|gap| gap.last < number);
        let Some(gap) = self.gaps.get(place).copied().filter(|gap| gap.first <= number) else {
            return false;
        };
        let parts = [
            (gap.first < number).then(|| Gap {
                last: number - 1,
                ..gap
            }),
            (number < gap.last).then(|| Gap {
                first: number + 1,
                ..gap
            }),
        ];
        self.gaps.splice(place..=place, parts.into_iter().flatten());
        self.fold_beyond();
        let by = at.0.saturating_sub(gap.since.0).max(0);
        let before = self.late.map_or((0, 0), |late| (late.count, late.most));
        self.late = Some(Late {
            count: before.0 + 1,
            at,
            by,
            most: before.1.max(by),
        });
        true
    }

    pub(crate) fn of_row(row: NumberingRow) -> Result<Self, LogError> {
        let unreadable = |error| LogError::Damaged(format!("the gaps of a source are unreadable: {error}"));
        let folded = |(through, since)| Folded {
            most: row.folded,
            through,
            since,
        };
        let late = |late: LateRow| Late {
            count: row.late,
            at: late.at,
            by: late.by,
            most: late.most,
        };
        Ok(Self {
            begun_at: row.begun_at,
            heard_at: row.heard_at,
            lowest: row.lowest,
            highest: row.highest,
            gaps: serde_json::from_str(&row.gaps).map_err(unreadable)?,
            folded: row.folded_through.map(folded),
            late: row.last_late.map(late),
            repeated: row.repeated_at.map(|at| (row.repeated, at)),
        })
    }

    pub(super) fn to_row(&self) -> Result<NumberingRow, LogError> {
        let gaps = serde_json::to_string(&self.gaps);
        let last_late = |late: Late| LateRow {
            at: late.at,
            by: late.by,
            most: late.most,
        };
        Ok(NumberingRow {
            begun_at: self.begun_at,
            heard_at: self.heard_at,
            lowest: self.lowest,
            highest: self.highest,
            missing: self.missing(),
            gaps: gaps.map_err(|error| LogError::Damaged(error.to_string()))?,
            folded: self.folded.map_or(0, |folded| folded.most),
            folded_through: self.folded.map(|folded| (folded.through, folded.since)),
            late: self.late.map_or(0, |late| late.count),
            last_late: self.late.map(last_late),
            repeated: self.repeated.map_or(0, |(times, _)| times),
            repeated_at: self.repeated.map(|(_, at)| at),
        })
    }
}
