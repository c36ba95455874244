//! The part of a syslog line before its message: when, which machine, which program. Supplies the year that the
//! traditional form leaves out.

use activity::Time;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// A line taken apart.
#[derive(Debug, PartialEq)]
pub(super) struct Header<'a> {
    pub(super) stamp: Stamp,
    pub(super) host: &'a str,
    pub(super) program: &'a str,
    pub(super) pid: Option<u32>,
    pub(super) text: &'a str,
}

/// A time as it was written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Stamp {
    /// `Dec 10 06:55:46`: month, day, hour, minute, second.
    Yearless([i8; 5]),
    /// RFC 3339.
    Instant(Time),
}

/// Splits a line; an error says what it lacks.
pub(super) fn split(line: &str) -> Result<Header<'_>, String> {
    let (stamp, rest) = stamp(line)?;
    let (host, rest) = rest
        .trim_start()
        .split_once(' ')
        .ok_or("names no machine after its time")?;
    let (tag, text) = rest
        .trim_start()
        .split_once(':')
        .ok_or("names no program after its machine")?;
    let (program, pid) = match tag.split_once('[') {
        Some((program, pid)) => {
            let pid = pid
                .strip_suffix(']')
                .ok_or("has a process id without its closing bracket")?;
            (
                program,
                Some(pid.parse().map_err(|_| format!("has `{pid}` for a process id"))?),
            )
        }
        None => (tag, None),
    };
    if host.is_empty() || program.is_empty() || program.contains(' ') {
        return Err("names no program after its machine".to_owned());
    }
    let text = text.strip_prefix(' ').unwrap_or(text);
    Ok(Header {
        stamp,
        host,
        program,
        pid,
        text,
    })
}

fn stamp(line: &str) -> Result<(Stamp, &str), String> {
    const WANTED: &str = "begins with no time such as `Dec 10 06:55:46` or `2025-12-10T06:55:46.000+01:00`";
    if line.starts_with(|first: char| first.is_ascii_digit()) {
        let (text, rest) = line.split_once(' ').ok_or(WANTED)?;
        let at = Time::parse(text).map_err(|_| WANTED)?;
        return Ok((Stamp::Instant(at), rest));
    }
    let month = line
        .get(..3)
        .and_then(|name| MONTHS.iter().position(|month| *month == name))
        .ok_or(WANTED)?;
    let rest = line[3..].trim_start();
    let (day, rest) = rest.split_once(' ').ok_or(WANTED)?;
    let rest = rest.trim_start();
    let (clock, rest) = rest.split_once(' ').ok_or(WANTED)?;
    let mut parts = clock
        .split(':')
        .map(|part| part.parse::<i8>().ok().filter(|number| *number >= 0));
    let mut next = || parts.next().flatten().ok_or(WANTED);
    let (hour, minute, second) = (next()?, next()?, next()?);
    let day = day.parse::<i8>().map_err(|_| WANTED)?;
    let month = i8::try_from(month + 1).map_err(|_| WANTED)?;
    Ok((Stamp::Yearless([month, day, hour, minute, second]), rest))
}

/// Supplies year and zone.
pub(super) struct Calendar {
    /// The year of the line before, if the first one's was told; it goes on at New Year.
    year: Option<i16>,
    month: i8,
    zone: TimeZone,
    now: Time,
}

impl Calendar {
    pub(super) fn new(year: Option<i16>, zone: TimeZone, now: Time) -> Self {
        Self {
            year,
            month: 0,
            zone,
            now,
        }
    }

    /// The instant of this time.
    pub(super) fn at(&mut self, stamp: &Stamp) -> Result<Time, String> {
        let parts = match stamp {
            Stamp::Instant(at) => return Ok(*at),
            Stamp::Yearless(parts) => *parts,
        };
        let Some(year) = self.year else {
            return self.latest(parts);
        };
        let year = match (self.month, parts[0]) {
            (12, 1) => year + 1,
            (1, 12) => year - 1,
            _ => year,
        };
        let at = self.instant(year, parts)?;
        (self.year, self.month) = (Some(year), parts[0]);
        Ok(at)
    }

    /// The latest such instant that is not more than a day ahead.
    fn latest(&self, parts: [i8; 5]) -> Result<Time, String> {
        let this = self.now.timestamp().to_zoned(self.zone.clone()).year() + 1;
        // Eight years hold a 29 February even around a century that skips it.
        let mut wrong = None;
        for year in (this - 8..=this).rev() {
            match self.instant(year, parts) {
                Ok(at) if at <= self.now.plus(Time::DAY) => return Ok(at),
                Ok(_) => {}
                Err(error) => wrong = Some(error),
            }
        }
        Err(wrong.unwrap_or_else(|| "is in the future in every year".to_owned()))
    }

    fn instant(&self, year: i16, [month, day, hour, minute, second]: [i8; 5]) -> Result<Time, String> {
        // A leap second is the second before.
        let second = second.min(59);
        let civil = DateTime::new(year, month, day, hour, minute, second, 0).map_err(|_| {
            format!(
                "there is no {day} {} {hour:02}:{minute:02}:{second:02} in {year}",
                name(month)
            )
        })?;
        let at = self.zone.to_timestamp(civil).map_err(|error| error.to_string())?;
        Ok(Time::from(at))
    }
}

fn name(month: i8) -> &'static str {
    usize::try_from(month - 1)
        .ok()
        .and_then(|at| MONTHS.get(at))
        .copied()
        .unwrap_or("?")
}
