//! Time in a query: periods as people write them, instants, and moments before now. Owns their reading, printing
//! and resolution; the zone comes from whoever parses, and now from whoever binds.

use std::fmt;

use jiff::tz::TimeZone;

use super::period::Period;
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
    pub const LETTERS: [(char, Self); 5] = [
        ('s', Self::Second),
        ('m', Self::Minute),
        ('h', Self::Hour),
        ('d', Self::Day),
        ('w', Self::Week),
    ];

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
            Self::Start(period) => period.start(),
            Self::End(period) => period.end(),
            Self::Ago { .. } | Self::Now => None,
        }
    }

    /// The instant it is when it is `now`.
    #[must_use]
    pub fn resolve(&self, now: Time) -> Time {
        match self {
            Self::Ago { amount, unit } => now.plus(-i64::from(*amount).saturating_mul(unit.micros())),
            Self::Now => now,
            Self::Instant(at) => *at,
            Self::Start(period) => period.at(now).0,
            Self::End(period) => period.at(now).1,
        }
    }
}

impl Bound {
    /// Whether it is an end of a day that is counted from now, such as `yesterday`.
    fn is_day(&self) -> bool {
        matches!(self, Self::Start(period) | Self::End(period) if period.start().is_none())
    }

    /// As one writes it, whichever end of its period it is.
    pub(super) fn word(&self) -> String {
        match self {
            Self::Start(period) | Self::End(period) => period.text().to_owned(),
            Self::Instant(at) => at.timestamp().to_string(),
            Self::Ago { amount, unit } => format!("-{amount}{}", unit.letter()),
            Self::Now => "now".to_owned(),
        }
    }
}

impl AtRange {
    /// From `from` (included) until `to` (not included).
    #[must_use]
    pub fn between(from: Option<Time>, to: Option<Time>) -> Self {
        Self {
            from: from.map(Bound::Instant),
            to: to.map(Bound::Instant),
        }
    }

    /// Whether an instant is in it. A relative end that is not bound contains nothing.
    #[must_use]
    pub fn contains(&self, at: Time) -> bool {
        let after = self
            .from
            .as_ref()
            .is_none_or(|from| from.instant().is_some_and(|from| from <= at));
        after && self.to.as_ref().is_none_or(|to| to.instant().is_some_and(|to| at < to))
    }

    /// The same range as instants.
    #[must_use]
    pub fn resolve(&self, now: Time) -> Self {
        let fixed = |bound: &Option<Bound>| bound.as_ref().map(|bound| bound.resolve(now));
        Self::between(fixed(&self.from), fixed(&self.to))
    }
}

/// Why a text is not a time.
pub(super) struct Fault {
    pub(super) message: String,
    pub(super) meant: Option<String>,
}

impl Fault {
    fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            meant: None,
        }
    }

    fn not_a_time(text: &str) -> Self {
        let message = format!(
            "`{text}` is not a time; write `2026-11-21`, `2026-11-01..2026-11-15`, `>=2026-11-21T14:00`, `-7d` or `yesterday`"
        );
        Self {
            meant: Period::meant(text).map(str::to_owned),
            ..Self::new(message)
        }
    }
}

/// What one end of a range is written as.
pub(super) enum Point {
    Stretch(Period),
    Instant { at: Time, length: i64 },
    Relative(Bound),
}

impl Point {
    pub(super) fn beginning(self) -> Bound {
        match self {
            Self::Stretch(period) => Bound::Start(period),
            Self::Instant { at, .. } => Bound::Instant(at),
            Self::Relative(bound) => bound,
        }
    }

    /// As the end of `a..b`: a stretch is in the range, an instant is not.
    pub(super) fn end(self) -> Bound {
        match self {
            Self::Stretch(period) => Bound::End(period),
            other => other.beginning(),
        }
    }

    /// What comes right after it.
    pub(super) fn after(self) -> Bound {
        match self {
            Self::Instant { at, .. } => Bound::Instant(at.plus(1)),
            other => other.end(),
        }
    }
}

/// Reads a range of time: `P`, `P..Q`, `>=P`, `>P`, `<P`, `<=P`, `-7d`.
pub(super) fn read(text: &str, zone: &TimeZone) -> Result<AtRange, Fault> {
    let from = |from| AtRange {
        from: Some(from),
        to: None,
    };
    let until = |to| AtRange {
        from: None,
        to: Some(to),
    };
    if let Some(least) = text.strip_prefix(">=") {
        return Ok(from(point(least, zone)?.beginning()));
    }
    if let Some(least) = text.strip_prefix('>') {
        return Ok(from(point(least, zone)?.after()));
    }
    if let Some(most) = text.strip_prefix("<=") {
        return Ok(until(point(most, zone)?.after()));
    }
    if let Some(most) = text.strip_prefix('<') {
        return Ok(until(point(most, zone)?.beginning()));
    }
    match text.split_once("..") {
        Some((first, last)) => between(first, last, zone),
        None => single(text, zone),
    }
}

fn single(text: &str, zone: &TimeZone) -> Result<AtRange, Fault> {
    match point(text, zone)? {
        Point::Stretch(period) => Ok(AtRange {
            from: Some(Bound::Start(period.clone())),
            to: Some(Bound::End(period)),
        }),
        Point::Instant { at, length } => Ok(AtRange::between(Some(at), Some(at.plus(length)))),
        Point::Relative(Bound::Now) => Err(Fault {
            meant: Some("<now".to_owned()),
            ..Fault::new("`now` alone is no stretch of time")
        }),
        Point::Relative(bound) => Ok(AtRange {
            from: Some(bound),
            to: None,
        }),
    }
}

fn between(first: &str, last: &str, zone: &TimeZone) -> Result<AtRange, Fault> {
    let end = |text: &str| {
        if text.is_empty() {
            Ok(None)
        } else {
            point(text, zone).map(Some)
        }
    };
    let (from, to) = (end(first)?.map(Point::beginning), end(last)?.map(Point::end));
    if from.is_none() && to.is_none() {
        return Err(Fault::new("a range needs a beginning or an end"));
    }
    let backwards = match (&from, &to) {
        (Some(from), Some(to)) => match (from.instant(), to.instant()) {
            (Some(from), Some(to)) => from >= to,
            // Both ends count from now, or they cannot be compared yet.
            (None, None) if !from.is_day() && !to.is_day() => from.resolve(Time(0)) >= to.resolve(Time(0)),
            _ => false,
        },
        _ => false,
    };
    if backwards {
        let meant = (first != last).then(|| format!("{last}..{first}"));
        return Err(Fault {
            meant,
            ..Fault::new("the range ends before it begins")
        });
    }
    Ok(AtRange { from, to })
}

pub(super) fn point(text: &str, zone: &TimeZone) -> Result<Point, Fault> {
    if text.eq_ignore_ascii_case("now") {
        return Ok(Point::Relative(Bound::Now));
    }
    if let Some(ago) = text.strip_prefix('-') {
        return ago_of(ago).map(Point::Relative).ok_or_else(|| {
            Fault::new(format!(
                "`{text}` is not a time before now; write `-30m`, `-24h`, `-7d` or `-4w`"
            ))
        });
    }
    if ago_of(text).is_some() {
        let message = format!("`{text}` lacks the `-` of a time before now");
        return Err(Fault {
            meant: Some(format!("-{text}")),
            ..Fault::new(message)
        });
    }
    if let Some(named) = Period::named(text, zone) {
        return Ok(Point::Stretch(named));
    }
    if let Some(found) = Period::calendar(text, zone) {
        return found
            .map(Point::Stretch)
            .map_err(|_| Fault::new(format!("`{text}` is not in the calendar")));
    }
    instant(text).ok_or_else(|| Fault::not_a_time(text))
}

fn ago_of(text: &str) -> Option<Bound> {
    let letter = text.chars().last()?.to_ascii_lowercase();
    let (_, unit) = Unit::LETTERS.into_iter().find(|(known, _)| *known == letter)?;
    let digits = &text[..text.len() - 1];
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let amount = digits.parse().ok().filter(|_| plain)?;
    Some(Bound::Ago { amount, unit })
}

/// An instant with its offset, as precise as it is written.
fn instant(text: &str) -> Option<Point> {
    let at = Time::parse(&text.to_ascii_uppercase()).ok()?;
    let clock = text.find(['T', 't']).map_or("", |t| &text[t + 1..]);
    let clock = clock.split(['Z', 'z', '+', '-']).next().unwrap_or("");
    let length = match clock.len() {
        0..=5 => 60 * Time::SECOND,
        6..=8 => Time::SECOND,
        _ => 1,
    };
    Some(Point::Instant { at, length })
}

impl fmt::Display for AtRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.from, &self.to) {
            (Some(Bound::Start(first)), Some(Bound::End(last))) if first == last => f.write_str(first.text()),
            (Some(from), Some(to)) => {
                write_end(f, from, matches!(from, Bound::End(_)))?;
                f.write_str("..")?;
                write_end(f, to, matches!(to, Bound::Start(_)))
            }
            (Some(from), None) => {
                f.write_str(match from {
                    Bound::Ago { .. } => "",
                    Bound::End(_) => ">",
                    _ => ">=",
                })?;
                write_end(f, from, false)
            }
            (None, Some(to)) => {
                f.write_str(if matches!(to, Bound::End(_)) { "<=" } else { "<" })?;
                write_end(f, to, false)
            }
            (None, None) => write!(f, ">={}", Time::MIN.timestamp()),
        }
    }
}

/// One end; `exact` where the name of its period would be read as the other end of it.
fn write_end(f: &mut fmt::Formatter<'_>, end: &Bound, exact: bool) -> fmt::Result {
    match end {
        Bound::Start(period) if exact && let Some(start) = period.start() => write!(f, "{}", start.timestamp()),
        Bound::End(period) if exact && let Some(end) = period.end() => write!(f, "{}", end.timestamp()),
        other => f.write_str(&other.word()),
    }
}
