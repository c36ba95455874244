//! In which order activities arrive and when each of them happened. Owns no contents.
//!
//! Live traffic comes in rounds of five simulated seconds: eight senders see what happens in them, each every eighth
//! activity, and deliver at the end of the round, one after another, so that all eight overlap. Rounds follow each other
//! without a gap for as long as a day is busy. At the end an import of an old log comes, first alone, then row by row
//! between live traffic.

use activity::Time;

/// How many senders deliver in each round.
pub const SENDERS: u64 = 8;
/// What one sender delivers at a time.
pub const DELIVERY: u64 = 1_000;
/// Activities in a round.
const ROUND: u64 = SENDERS * DELIVERY;
/// How long a round is, and so how late a delivery comes at most.
pub const ROUND_MICROS: i64 = 5 * Time::SECOND;
/// How late what is late comes, beside that.
pub const LATE_MICROS: i64 = 3_600 * Time::SECOND;
/// Live traffic lasts at most so many days, and a day is worth beginning for so many activities.
const DAYS: u64 = 30;
const DAY_AT_LEAST: u64 = 20 * ROUND;
/// The import's share in a hundred, and that of the import which comes between live traffic.
const IMPORT: u64 = 5;
const IMPORT_BETWEEN: u64 = 40;
/// Between live traffic, two of seven are the import's.
const UNIT: u64 = 7;
const IMPORTED_AT: [u64; 2] = [2, 5];
const YEAR: i64 = 365 * Time::DAY;

/// What an activity is a part of, and the how manieth of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Live(u64),
    Import(u64),
}

/// The order of one run.
#[derive(Clone, Copy, Debug)]
pub struct Course {
    /// How many activities there are.
    pub rows: u64,
    /// Nothing happens at or after it.
    pub end: Time,
    /// The import's.
    imported: u64,
    /// Units in which live traffic and import alternate.
    units: u64,
    days: u64,
    per_day: u64,
}

impl Course {
    pub fn new(rows: u64, end: Time) -> Self {
        let imported = rows * IMPORT / 100;
        let live = rows - imported;
        let days = (live / DAY_AT_LEAST).clamp(1, DAYS);
        Self {
            rows,
            end,
            imported,
            units: imported * IMPORT_BETWEEN / 100 / IMPORTED_AT.len() as u64,
            days,
            per_day: live.div_ceil(days).max(1),
        }
    }

    /// What the activity that arrives at this place is.
    pub fn part(&self, place: u64) -> Part {
        let alone = self.imported - self.units * IMPORTED_AT.len() as u64;
        let before = self.rows - self.units * UNIT - alone;
        if place < before {
            return Part::Live(place);
        }
        let Some(mixed) = (place - before).checked_sub(alone) else {
            return Part::Import(place - before);
        };
        let (unit, at) = (mixed / UNIT, mixed % UNIT);
        let imports = IMPORTED_AT.iter().filter(|of| **of < at).count() as u64;
        if IMPORTED_AT.contains(&at) {
            return Part::Import(alone + unit * IMPORTED_AT.len() as u64 + imports);
        }
        Part::Live(before + unit * (UNIT - IMPORTED_AT.len() as u64) + at - imports)
    }

    /// When it happened, if it was not late; `within` moves it between its neighbours, from 0 to 1.
    pub fn occurred(&self, part: Part, within: f64) -> Time {
        let between = |micros: i64| (micros as f64 * within) as i64;
        match part {
            Part::Live(at) => {
                let step = ROUND_MICROS / ROUND as i64;
                let slot = at % self.per_day % DELIVERY * SENDERS + at % self.per_day % ROUND / DELIVERY;
                self.round(at).plus(slot as i64 * step + between(step))
            }
            Part::Import(at) => {
                let step = YEAR / self.imported.max(1) as i64;
                self.begin().plus(at as i64 * step + between(step))
            }
        }
    }

    /// When a live activity is delivered: at the end of its round.
    #[cfg(test)]
    pub fn delivered(&self, live: u64) -> Time {
        self.round(live).plus(ROUND_MICROS)
    }

    /// The beginning of the imported log, a year's that ended a year ago.
    pub fn begin(&self) -> Time {
        self.end.plus(-2 * YEAR)
    }

    /// The moment after which half of all activities happened, give or take those that are late.
    pub fn middle(&self) -> Time {
        let live = self.rows - self.imported;
        self.round(live.saturating_sub(self.rows / 2)).plus(ROUND_MICROS / 2)
    }

    /// When the round of a live activity begins.
    fn round(&self, live: u64) -> Time {
        let (day, round) = (live / self.per_day, live % self.per_day / ROUND);
        let busy = self.per_day.div_ceil(ROUND) as i64 * ROUND_MICROS;
        let ends = self.end.plus(-((self.days - 1 - day) as i64) * Time::DAY);
        ends.plus(round as i64 * ROUND_MICROS - busy)
    }
}
