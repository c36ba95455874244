//! The time at the beginning of a line, in every form that syslog daemons and the journal write. Owns no zone and no
//! year: those that a form leaves out are the calendar's.

use activity::Time;

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// A time as it was written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Stamp<'a> {
    /// It says which instant it is.
    Instant(Time),
    /// A date and a time of day, of a year and a zone that may not be said.
    Civil(Civil<'a>),
}

/// A date and a time of day.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Civil<'a> {
    pub(super) year: Option<i16>,
    pub(super) month: i8,
    pub(super) day: i8,
    pub(super) hour: i8,
    pub(super) minute: i8,
    pub(super) second: i8,
    /// Microseconds.
    pub(super) micros: i32,
    /// A zone by its abbreviation, such as `CET`.
    pub(super) zone: Option<&'a str>,
}

/// The time a line begins with, and what follows it.
pub(super) fn split(line: &str) -> Option<(Stamp<'_>, &str)> {
    let first = *line.as_bytes().first()?;
    match first {
        b'0'..=b'9' => numeric(line),
        b'[' => bracketed(line),
        b'A'..=b'Z' => worded(line),
        _ => None,
    }
}

/// `Nov 20 10:00:00`, with a year before or after the time, or a weekday before all of it.
fn worded(line: &str) -> Option<(Stamp<'_>, &str)> {
    if let Some(month) = month(line) {
        return monthly(month, line.get(3..)?, None);
    }
    let (weekday, rest) = word(line);
    let weekday = weekday.trim_end_matches(',');
    if !matches!(weekday, "Mon" | "Tue" | "Wed" | "Thu" | "Fri" | "Sat" | "Sun") {
        return None;
    }
    match month(rest) {
        Some(month) => monthly(month, rest.get(3..)?, None),
        None => numeric(rest),
    }
}

fn month(text: &str) -> Option<i8> {
    let name = text.get(..3)?;
    if !text.as_bytes().get(3).is_some_and(u8::is_ascii_whitespace) {
        return None;
    }
    let place = MONTHS.iter().position(|month| *month == name)?;
    i8::try_from(place + 1).ok()
}

/// ` 20 10:00:00[ 2026]` or ` 20 2026 10:00:00`.
fn monthly(month: i8, rest: &str, year: Option<i16>) -> Option<(Stamp<'_>, &str)> {
    let (day, rest) = word(rest);
    let day = number(day, 2)? as i8;
    let (next, after) = word(rest);
    let (year, (clock, rest)) = match a_year(next) {
        Some(year) => (Some(year), word(after)),
        None => (year, (next, after)),
    };
    let mut civil = clock_of(clock.strip_suffix(':').unwrap_or(clock))?;
    (civil.year, civil.month, civil.day) = (year, month, day);
    let (next, after) = word(rest);
    match a_year(next) {
        Some(year) if civil.year.is_none() => {
            civil.year = Some(year);
            Some((Stamp::Civil(civil), after))
        }
        _ => Some((Stamp::Civil(civil), rest)),
    }
}

fn a_year(text: &str) -> Option<i16> {
    let year = (text.len() == 4).then(|| number(text, 4)).flatten()?;
    (1970..=9998).contains(&year).then_some(year as i16)
}

/// RFC 3339 and its relatives, seconds since 1970, or a year before a month's name.
fn numeric(line: &str) -> Option<(Stamp<'_>, &str)> {
    let (text, rest) = word(line);
    let bytes = text.as_bytes();
    if bytes.get(4) == Some(&b'-') {
        return match bytes.get(10) {
            Some(b'T' | b't') => dated(text.get(..10)?, text.get(11..)?, rest),
            None => {
                let (clock, rest) = word(rest);
                dated(text, clock, rest)
            }
            _ => None,
        };
    }
    if let Some(year) = a_year(text) {
        return monthly(month(rest)?, rest.get(3..)?, Some(year));
    }
    let (whole, part) = text.split_once('.')?;
    if !(9..=11).contains(&whole.len()) {
        return None;
    }
    let at = number(whole, 11)? * Time::SECOND + i64::from(micros(part)?);
    Some((Stamp::Instant(Time(at)), rest))
}

/// `2026-11-20` and `10:00:00.123+01:00`; or the offset or the zone as the next word.
fn dated<'a>(date: &'a str, clock: &'a str, rest: &'a str) -> Option<(Stamp<'a>, &'a str)> {
    let mut parts = date.split('-');
    let mut next = |most| number(parts.next()?, most);
    let (year, month, day) = (next(4)?, next(2)? as i8, next(2)? as i8);
    let end = clock
        .bytes()
        .position(|byte| matches!(byte, b'Z' | b'z' | b'+' | b'-'))
        .unwrap_or(clock.len());
    let (clock, offset) = clock.split_at(end);
    let mut civil = clock_of(clock)?;
    (civil.year, civil.month, civil.day) = (Some(year as i16), month, day);
    if !offset.is_empty() {
        return Some((Stamp::Instant(civil.less(offset_of(offset)?)?), rest));
    }
    let (zone, after) = word(rest);
    if matches!(zone, "UTC" | "GMT" | "Z") {
        return Some((Stamp::Instant(civil.less(0)?), after));
    }
    if zone.starts_with(['+', '-'])
        && let Some(seconds) = offset_of(zone)
    {
        return Some((Stamp::Instant(civil.less(seconds)?), after));
    }
    let is_zone = (2..=5).contains(&zone.len()) && zone.bytes().all(|byte| byte.is_ascii_uppercase());
    // A machine may be called like a zone: what follows a zone is the machine and what follows that the program.
    if is_zone && !after.split(' ').nth(1).unwrap_or_default().is_empty() && !is_tag(word(after).0) {
        civil.zone = Some(zone);
        return Some((Stamp::Civil(civil), after));
    }
    Some((Stamp::Civil(civil), rest))
}

/// Whether a word ends the part before a message, such as `sshd[4]:`.
pub(super) fn is_tag(word: &str) -> bool {
    word.ends_with(':')
}

/// `[20/Nov/2026:10:00:00 +0100] `
fn bracketed(line: &str) -> Option<(Stamp<'_>, &str)> {
    let (inside, rest) = line.strip_prefix('[')?.split_once(']')?;
    let (text, offset) = word(inside);
    let mut parts = text.splitn(4, ['/', ':']);
    let day = number(parts.next()?, 2)? as i8;
    let name = parts.next()?;
    let place = MONTHS.iter().position(|month| *month == name)?;
    let year = a_year(parts.next()?)?;
    let mut civil = clock_of(parts.next()?)?;
    (civil.year, civil.month, civil.day) = (Some(year), place as i8 + 1, day);
    let rest = rest.trim_start();
    if offset.is_empty() {
        return Some((Stamp::Civil(civil), rest));
    }
    Some((Stamp::Instant(civil.less(offset_of(offset)?)?), rest))
}

/// `10:00:00`, with a fraction after a point or a comma.
fn clock_of<'a>(text: &str) -> Option<Civil<'a>> {
    let (clock, fraction) = match text.find(['.', ',']) {
        Some(at) => (&text[..at], text.get(at + 1..)?),
        None => (text, ""),
    };
    let mut parts = clock.split(':');
    let mut next = || number(parts.next()?, 2);
    let (hour, minute, second) = (next()?, next()?, next()?);
    if parts.next().is_some() || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    Some(Civil {
        hour: hour as i8,
        minute: minute as i8,
        // A leap second is the second before.
        second: second.min(59) as i8,
        micros: if fraction.is_empty() { 0 } else { micros(fraction)? },
        ..Civil::default()
    })
}

/// `Z`, `+01`, `+0100` or `+01:00`, in seconds.
fn offset_of(text: &str) -> Option<i64> {
    let sign = match text.as_bytes().first()? {
        b'Z' | b'z' => return (text.len() == 1).then_some(0),
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let digits = text.get(1..)?;
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None if digits.len() == 4 => digits.split_at(2),
        None => (digits, "0"),
    };
    let seconds = number(hours, 2)? * 3600 + number(minutes, 2)? * 60;
    (seconds < 86_400).then_some(sign * seconds)
}

impl Civil<'_> {
    /// The instant, so many seconds east of Greenwich.
    fn less(&self, offset: i64) -> Option<Time> {
        Some(Time(self.as_utc()?.0 - offset * Time::SECOND))
    }

    /// The instant that it would be in UTC; `None` if there is no such date or it has no year.
    pub(super) fn as_utc(&self) -> Option<Time> {
        let date = jiff::civil::Date::new(self.year?, self.month, self.day).ok()?;
        let days = i64::from(date.since(jiff::civil::date(1970, 1, 1)).ok()?.get_days());
        let seconds = i64::from(self.hour) * 3600 + i64::from(self.minute) * 60 + i64::from(self.second);
        Some(Time(days * Time::DAY + seconds * Time::SECOND + i64::from(self.micros)))
    }
}

/// A number of at most so many digits.
fn number(text: &str, most: usize) -> Option<i64> {
    let right = !text.is_empty() && text.len() <= most && text.bytes().all(|byte| byte.is_ascii_digit());
    right.then(|| text.bytes().fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0')))
}

/// The first six digits of a fraction.
fn micros(fraction: &str) -> Option<i32> {
    let digits = fraction.len().min(6);
    number(fraction.get(digits..)?, 12).or_else(|| (fraction.len() <= 6).then_some(0))?;
    let value = number(fraction.get(..digits)?, 6)?;
    i32::try_from(value * 10_i64.pow(6 - digits as u32)).ok()
}

/// The first word and what follows it, both without blanks before.
pub(super) fn word(text: &str) -> (&str, &str) {
    let text = text.trim_start_matches([' ', '\t']);
    let end = text.find([' ', '\t']).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    (word, rest.trim_start_matches([' ', '\t']))
}
