//! A range of time as the text of its two ends, as it stands in an address beside a query. Owns that it reads and
//! writes the same words as `at:` does.

use jiff::tz::TimeZone;

use super::when::{Fault, point};
use super::{AtRange, Bound, Expr, Term};
use crate::Time;

/// Why the text of an end is not a time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct EndError {
    /// What is wrong, for the person who typed it.
    pub message: String,
    /// What was probably meant.
    pub meant: Option<String>,
}

impl AtRange {
    /// The range from one end to the other, each as `a..b` has them: a day as the end is in it. `>day` begins after a
    /// day and `<day` ends before it; an empty end is open.
    ///
    /// # Errors
    /// If an end is no time.
    pub fn of_ends(from: &str, to: &str, zone: &TimeZone) -> Result<Self, EndError> {
        let wrong = |fault: Fault| EndError {
            message: fault.message,
            meant: fault.meant,
        };
        let read = |text: &str| point(&text.replace(' ', "T"), zone).map_err(wrong);
        let from = match (from.trim(), from.trim().strip_prefix('>')) {
            ("", _) => None,
            (_, Some(least)) => Some(read(least)?.after()),
            (least, None) => Some(read(least)?.beginning()),
        };
        let to = match (to.trim(), to.trim().strip_prefix('<')) {
            ("", _) => None,
            (_, Some(most)) => Some(read(most)?.beginning()),
            (most, None) => Some(read(most)?.end()),
        };
        Ok(Self { from, to })
    }

    /// The text of its two ends, which [`AtRange::of_ends`] reads back.
    #[must_use]
    pub fn ends(&self) -> (String, String) {
        let end = |bound: &Option<Bound>, before: &str, is_before: fn(&Bound) -> bool| {
            let text = |bound: &Bound| match is_before(bound) {
                true => format!("{before}{}", bound.word()),
                false => bound.word(),
            };
            bound.as_ref().map(text).unwrap_or_default()
        };
        (
            end(&self.from, ">", |bound| matches!(bound, Bound::End(_))),
            end(&self.to, "<", |bound| matches!(bound, Bound::Start(_))),
        )
    }

    /// What lies in both ranges when it is `now`: of two beginnings the later, of two ends the earlier.
    #[must_use]
    pub fn and(self, other: Self, now: Time) -> Self {
        let keep = |one: Option<Bound>, other: Option<Bound>, is_first: fn(&Time, &Time) -> bool| match (one, other) {
            (Some(one), Some(other)) if is_first(&one.resolve(now), &other.resolve(now)) => Some(one),
            (one, None) => one,
            (_, other) => other,
        };
        Self {
            from: keep(self.from, other.from, Time::ge),
            to: keep(self.to, other.to, Time::le),
        }
    }
}

impl Expr {
    /// The ranges of `at:` that the whole query must lie in, in one, and the query without them. A list of ranges, and
    /// what stands in an alternative or a negation, stays in the query.
    #[must_use]
    pub fn split_range(self, now: Time) -> (Option<AtRange>, Self) {
        let parts = match self {
            Self::And(all) => all,
            other => vec![other],
        };
        let mut range: Option<AtRange> = None;
        let mut rest = Self::All;
        for part in parts {
            match part {
                Self::Term(Term::At(mut ranges)) if ranges.len() == 1 => {
                    let next = ranges.remove(0);
                    range = Some(match range {
                        Some(range) => range.and(next, now),
                        None => next,
                    });
                }
                other => rest = rest.and(other),
            }
        }
        (range, rest)
    }
}
