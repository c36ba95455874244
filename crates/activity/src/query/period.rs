//! Stretches of the calendar in the reader's zone, as they are written: `2026-11`, `2026-11-01T14:02`, `yesterday`.
//! Owns their reading and the instants they are; what is asked of them is `when`'s.

use jiff::Span;
use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::TimeZone;

use super::suggest;
use crate::Time;

/// A stretch of the calendar in the reader's zone, such as `2026-11-01` or `yesterday`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    text: String,
    length: Length,
}

/// When it is: known as soon as it is read, or a day that is counted from now.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Length {
    Fixed { start: Time, end: Time },
    Day { day: Day, zone: TimeZone },
}

/// A day by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Day {
    Today,
    Yesterday,
    /// The latest one that has begun, which may be today.
    Latest(Weekday),
}

/// Every day that has a name, by its name.
const DAYS: [(&str, Day); 9] = [
    ("today", Day::Today),
    ("yesterday", Day::Yesterday),
    ("monday", Day::Latest(Weekday::Monday)),
    ("tuesday", Day::Latest(Weekday::Tuesday)),
    ("wednesday", Day::Latest(Weekday::Wednesday)),
    ("thursday", Day::Latest(Weekday::Thursday)),
    ("friday", Day::Latest(Weekday::Friday)),
    ("saturday", Day::Latest(Weekday::Saturday)),
    ("sunday", Day::Latest(Weekday::Sunday)),
];

impl Period {
    /// As it is written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its beginning; `None` while it depends on now.
    #[must_use]
    pub fn start(&self) -> Option<Time> {
        self.instants().map(|(start, _)| start)
    }

    /// Its end, which is not in it; `None` while it depends on now.
    #[must_use]
    pub fn end(&self) -> Option<Time> {
        self.instants().map(|(_, end)| end)
    }

    /// Its beginning and its end when it is `now`.
    #[must_use]
    pub fn at(&self, now: Time) -> (Time, Time) {
        match &self.length {
            Length::Fixed { start, end } => (*start, *end),
            // A day at the end of the calendar is as good as now.
            Length::Day { day, zone } => day.at(now, zone).unwrap_or((now, now.plus(1))),
        }
    }

    fn instants(&self) -> Option<(Time, Time)> {
        match self.length {
            Length::Fixed { start, end } => Some((start, end)),
            Length::Day { .. } => None,
        }
    }

    /// A day by its name, regardless of case.
    pub(super) fn named(text: &str, zone: &TimeZone) -> Option<Self> {
        let (word, day) = DAYS.into_iter().find(|(word, _)| text.eq_ignore_ascii_case(word))?;
        Some(Self {
            text: word.to_owned(),
            length: Length::Day {
                day,
                zone: zone.clone(),
            },
        })
    }

    /// The name of a day that was meant by a word that is none.
    pub(super) fn meant(text: &str) -> Option<&'static str> {
        let word = text.to_lowercase();
        let beginning = DAYS.iter().find(|(day, _)| word.len() >= 3 && day.starts_with(&word));
        let known = beginning.map(|(day, _)| *day);
        known.or_else(|| suggest::closest(&word, DAYS.iter().map(|(day, _)| *day)))
    }

    /// A year, month, day, minute, second or part of one in the reader's zone. `None` if it is not written like one,
    /// an error if there is none.
    pub(super) fn calendar(text: &str, zone: &TimeZone) -> Option<Result<Self, jiff::Error>> {
        const SHAPE: &[u8] = b"dddd-dd-ddTdd:dd:dd.";
        let shaped = text.bytes().enumerate().all(|(index, byte)| match SHAPE.get(index) {
            Some(b'd') | None => byte.is_ascii_digit(),
            Some(b'T') => matches!(byte, b'T' | b't'),
            Some(other) => byte == *other,
        });
        let step = match text.len() {
            4 => Span::new().years(1),
            7 => Span::new().months(1),
            10 => Span::new().days(1),
            16 => Span::new().minutes(1),
            19 => Span::new().seconds(1),
            21..=26 => Span::new().microseconds(1),
            _ => return None,
        };
        if !shaped {
            return None;
        }
        const LEAST: &str = "0001-01-01T00:00:00";
        let whole = format!("{text}{}", LEAST.get(text.len()..).unwrap_or("")).to_ascii_uppercase();
        let period = whole.parse::<DateTime>().and_then(|first| {
            let (start, end) = (instant(first, zone)?, instant(first.checked_add(step)?, zone)?);
            Ok(Self {
                text: text.to_ascii_uppercase(),
                length: Length::Fixed {
                    start,
                    end: end.max(start.plus(1)),
                },
            })
        });
        Some(period)
    }
}

impl Day {
    fn at(self, now: Time, zone: &TimeZone) -> Option<(Time, Time)> {
        let today = now.timestamp().to_zoned(zone.clone()).date();
        let back = match self {
            Self::Today => 0,
            Self::Yesterday => 1,
            Self::Latest(day) => i32::from(today.weekday().since(day)),
        };
        let date = today.checked_sub(Span::new().days(back)).ok()?;
        let midnight = |date: Date| instant(date.to_datetime(jiff::civil::Time::midnight()), zone).ok();
        Some((midnight(date)?, midnight(date.tomorrow().ok()?)?))
    }
}

fn instant(civil: DateTime, zone: &TimeZone) -> Result<Time, jiff::Error> {
    zone.to_ambiguous_timestamp(civil).compatible().map(Time::from)
}
