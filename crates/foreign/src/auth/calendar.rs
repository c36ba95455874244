//! Supplies the year and the zone that a log's times leave out, from the one thing that is known of a log: its lines
//! run forward.

use activity::Time;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};

use super::stamp::{Civil, Stamp};

/// A date that lies further before the one of the line before than this many days is the next year's.
const NEW_YEAR: i64 = 31;
/// A date that lies further after than this many days is last year's: a line that came a little late.
const LATE: i64 = 360;
/// How far a line may run backwards within an hour that is told twice before it is taken for the second one.
const BACKWARDS: i64 = 60 * Time::SECOND;

/// Supplies year and zone.
pub(super) struct Calendar {
    /// The year of the next line without one.
    year: i16,
    /// Month and day of the line before.
    before: Option<(i8, i8)>,
    last: Time,
    /// Whether the line before said which instant it is.
    exact: bool,
    /// No line is of a later instant.
    bound: Time,
    zone: TimeZone,
    hour: Option<Hour>,
}

/// An hour without any change of its clock, and the instant it begins with: lines come by the thousand within it.
#[derive(Clone, Copy, PartialEq)]
struct Hour {
    of: (i16, i8, i8, i8),
    begins: Time,
}

impl Calendar {
    /// For a log whose first line is of this year and whose last is not after the bound.
    pub(super) fn new(year: i16, zone: TimeZone, bound: Time) -> Self {
        Self {
            year,
            before: None,
            last: Time::MIN,
            exact: false,
            bound,
            zone,
            hour: None,
        }
    }

    /// The instant of this time.
    pub(super) fn at(&mut self, stamp: &Stamp<'_>) -> Result<Time, String> {
        let at = match stamp {
            Stamp::Instant(at) => *at,
            Stamp::Civil(civil) => self.of_civil(civil)?,
        };
        self.exact = matches!(stamp, Stamp::Instant(_));
        self.last = at;
        Ok(at)
    }

    /// The year a line of this month and day is of, where it does not say its year.
    fn year_of(&self, month: i8, day: i8) -> i16 {
        let Some(before) = self.before else { return self.year };
        match days(month, day) - days(before.0, before.1) {
            ahead if ahead < -NEW_YEAR => self.year + 1,
            ahead if ahead > LATE => self.year - 1,
            _ => self.year,
        }
    }

    fn of_civil(&mut self, civil: &Civil<'_>) -> Result<Time, String> {
        let (month, day) = (civil.month, civil.day);
        if self.exact && civil.year.is_none() {
            let date = self.last.timestamp().to_zoned(self.zone.clone()).date();
            (self.year, self.before) = (date.year(), Some((date.month(), date.day())));
        }
        let year = civil.year.unwrap_or_else(|| self.year_of(month, day));
        let (mut year, mut at) = (year, self.instant(year, civil)?);
        if at > self.bound && civil.year.is_none() && self.before.is_some() {
            // Lines of several logs in one file: nothing happened yet that is still to come.
            year -= 1;
            at = self.instant(year, civil)?;
        }
        (self.year, self.before) = (year, Some((month, day)));
        Ok(at)
    }

    fn instant(&mut self, year: i16, civil: &Civil<'_>) -> Result<Time, String> {
        let within = i64::from(civil.minute) * 60 + i64::from(civil.second);
        let within = within * Time::SECOND + i64::from(civil.micros);
        let of = (year, civil.month, civil.day, civil.hour);
        if let Some(hour) = self.hour
            && hour.of == of
            && civil.zone.is_none()
        {
            return Ok(Time(hour.begins.0 + within));
        }
        let no_such = || {
            let Civil { month, day, .. } = civil;
            format!("there is no {year:04}-{month:02}-{day:02}")
        };
        let start = DateTime::new(year, civil.month, civil.day, civil.hour, 0, 0, 0).map_err(|_| no_such())?;
        let exact = DateTime::new(year, civil.month, civil.day, civil.hour, civil.minute, civil.second, 0)
            .map_err(|_| no_such())?;
        let last = DateTime::new(year, civil.month, civil.day, civil.hour, 59, 59, 0).map_err(|_| no_such())?;
        let instant = |civil| self.zone.to_ambiguous_timestamp(civil);
        let (begins, ends) = (instant(start), instant(last));
        let outside = |error: jiff::Error| error.to_string();
        if !begins.is_ambiguous() && !ends.is_ambiguous() {
            let begins = Time::from(begins.compatible().map_err(outside)?);
            if Time::from(ends.compatible().map_err(outside)?).0 - begins.0 == 3599 * Time::SECOND {
                self.hour = Some(Hour { of, begins });
            }
        }
        let exact = instant(exact);
        let fraction = |at: Time| Time(at.0 + i64::from(civil.micros));
        if !matches!(exact.offset(), AmbiguousOffset::Fold { .. }) {
            // In an hour that clocks leave out, the clock that wrote it had not been set yet.
            let at = fraction(Time::from(exact.compatible().map_err(outside)?));
            return civil.zone.map_or(Ok(at), |zone| self.abbreviated(zone, [at, at]));
        }
        let earlier = fraction(Time::from(exact.earlier().map_err(outside)?));
        let later = fraction(Time::from(exact.later().map_err(outside)?));
        if let Some(zone) = civil.zone {
            return self.abbreviated(zone, [earlier, later]);
        }
        // The hour told twice when clocks go back: a line before the one before it is of the second.
        let second = earlier.0 < self.last.0 - BACKWARDS && later.0 - self.last.0 < Time::DAY;
        Ok(if second { later } else { earlier })
    }

    /// The one of these instants at which the log's zone is called so.
    fn abbreviated(&self, zone: &str, of: [Time; 2]) -> Result<Time, String> {
        let called = |at: &Time| self.zone.to_offset_info(at.timestamp()).abbreviation() == zone;
        of.into_iter().find(called).ok_or_else(|| {
            format!("has times of the zone {zone}, which has several meanings; say which one it is with --zone")
        })
    }
}

/// Days of a leap year before this one.
fn days(month: i8, day: i8) -> i64 {
    const BEFORE: [i64; 12] = [0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335];
    let month = usize::try_from(month - 1).ok().and_then(|at| BEFORE.get(at));
    month.copied().unwrap_or(0) + i64::from(day)
}

/// Finds the year of a log's first line: that with which its last one is not in the future. Reads times only.
pub struct Years {
    calendar: Calendar,
    first: Option<(i8, i8)>,
    /// The latest time as of a log that begins in this year.
    latest: Option<Civil<'static>>,
}

/// The year that counting begins with; a leap year, in which every date exists.
const COUNTED_FROM: i16 = 2000;

impl Years {
    /// For a log that was not read yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            calendar: Calendar::new(COUNTED_FROM, TimeZone::UTC, Time::MAX),
            first: None,
            latest: None,
        }
    }

    /// Looks at a line's time.
    pub fn look(&mut self, line: &str) {
        let Some((stamp, _)) = super::head::stamp(line) else {
            return;
        };
        match stamp {
            Stamp::Civil(civil) if civil.year.is_none() => {
                let year = self.calendar.year_of(civil.month, civil.day);
                (self.calendar.year, self.calendar.before) = (year, Some((civil.month, civil.day)));
                self.first.get_or_insert((civil.month, civil.day));
                let civil = Civil {
                    year: Some(year),
                    zone: None,
                    ..civil
                };
                let key = |civil: &Civil<'_>| (civil.year, civil.month, civil.day, civil.hour, civil.minute);
                if self.latest.as_ref().is_none_or(|latest| key(latest) < key(&civil)) {
                    self.latest = Some(civil);
                }
            }
            _ => {}
        }
    }

    /// The latest year with which no line is more than a day ahead of now; this one where no line leaves it out.
    #[must_use]
    pub fn first(&self, now: Time) -> i16 {
        let this = now.timestamp().to_zoned(TimeZone::UTC).year();
        let Some(latest) = self.latest else { return this };
        let span = latest.year.unwrap_or(COUNTED_FROM) - COUNTED_FROM;
        // Eight years hold a 29 February even around a century that skips it.
        let fits = |year: &i16| {
            let exists = |(month, day)| jiff::civil::Date::new(*year, month, day).is_ok();
            let ends = Civil {
                year: Some(*year + span),
                ..latest
            };
            self.first.is_none_or(exists) && ends.as_utc().is_some_and(|at| at <= now.plus(Time::DAY))
        };
        let last = this + 1 - span;
        (last - 9..=last).rev().find(fits).unwrap_or(last)
    }
}

impl Default for Years {
    fn default() -> Self {
        Self::new()
    }
}
