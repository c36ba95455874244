//! Time in a query: periods as people write them, instants, and moments before now. Owns their reading, printing
//! and resolution; the zone comes from whoever parses, and now from whoever binds.

use crate::Time;

/// When: half-open, `from` included, `to` not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AtRange {
    /// The beginning, if there is one.
    pub from: Option<Bound>,
    /// The end, if there is one.
    pub to: Option<Bound>,
}

/// One end of a range of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bound {
    /// This instant. After binding, every end is one.
    Instant(Time),
    /// The beginning of a day, month, … as it was written.
    Start(Period),
    /// The end of it, which is not in it.
    End(Period),
    /// This long before now.
    Ago {
        /// How many.
        amount: u32,
        /// Of what.
        unit: Unit,
    },
    /// Now.
    Now,
}

/// A stretch of the calendar in the reader's zone, such as `2026-11-01`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    /// As it is written.
    pub(crate) text: String,
    pub(crate) start: Time,
    pub(crate) end: Time,
}

/// A unit of relative time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// `s`
    Second,
    /// `m`
    Minute,
    /// `h`
    Hour,
    /// `d`, 24 hours
    Day,
    /// `w`, 7 days
    Week,
}

impl Unit {
    /// Every unit with its letter.
    pub const LETTERS: [(char, Self); 5] =
        [('s', Self::Second), ('m', Self::Minute), ('h', Self::Hour), ('d', Self::Day), ('w', Self::Week)];

    /// Its letter.
    #[must_use]
    pub fn letter(self) -> char {
        match self {
            Self::Second => 's',
            Self::Minute => 'm',
            Self::Hour => 'h',
            Self::Day => 'd',
            Self::Week => 'w',
        }
    }

    /// Its length in microseconds.
    #[must_use]
    pub fn micros(self) -> i64 {
        match self {
            Self::Second => Time::SECOND,
            Self::Minute => 60 * Time::SECOND,
            Self::Hour => 3_600 * Time::SECOND,
            Self::Day => Time::DAY,
            Self::Week => 7 * Time::DAY,
        }
    }
}

impl Bound {
    /// The instant it is; `None` while it depends on now.
    #[must_use]
    pub fn instant(&self) -> Option<Time> {
        match self {
            Self::Instant(at) => Some(*at),
            Self::Start(period) => Some(period.start),
            Self::End(period) => Some(period.end),
            Self::Ago { .. } | Self::Now => None,
        }
    }

    /// The instant it is when it is `now`.
    #[must_use]
    pub fn resolve(&self, now: Time) -> Time {
        match self {
            Self::Ago { amount, unit } => now.plus(-i64::from(*amount).saturating_mul(unit.micros())),
            Self::Now => now,
            other => other.instant().unwrap_or(now),
        }
    }
}

impl AtRange {
    /// From `from` (included) until `to` (not included).
    #[must_use]
    pub fn between(from: Option<Time>, to: Option<Time>) -> Self {
        Self { from: from.map(Bound::Instant), to: to.map(Bound::Instant) }
    }

    /// Whether an instant is in it. A relative end that is not bound contains nothing.
    #[must_use]
    pub fn contains(&self, at: Time) -> bool {
        let after = self.from.as_ref().is_none_or(|from| from.instant().is_some_and(|from| from <= at));
        after && self.to.as_ref().is_none_or(|to| to.instant().is_some_and(|to| at < to))
    }

    /// The same range as instants.
    #[must_use]
    pub fn resolve(&self, now: Time) -> Self {
        let fixed = |bound: &Option<Bound>| bound.as_ref().map(|bound| bound.resolve(now));
        Self::between(fixed(&self.from), fixed(&self.to))
    }
}
