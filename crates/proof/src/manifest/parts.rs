//! Values of a manifest that not every text is.

use std::fmt;
use std::str::FromStr;

/// The name of a file beside the manifest: one that leads nowhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileName(String);

/// A moment as RFC 3339 writes it, kept as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment(String);

/// Why a text is not such a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PartError {
    /// Not a file's name.
    #[error(
        "the name of a file beside the manifest is not empty, `.` or `..`, and has no slashes or control characters"
    )]
    FileName,
    /// Not a moment.
    #[error("a moment reads `2026-11-28T09:30:00Z`, perhaps with a fraction of a second, or with `+01:00` for `Z`")]
    Moment,
}

impl FromStr for FileName {
    type Err = PartError;

    fn from_str(text: &str) -> Result<Self, PartError> {
        let refused = |c: char| matches!(c, '/' | '\\' | ':') || c.is_control();
        match text.is_empty() || text == "." || text == ".." || text.contains(refused) {
            true => Err(PartError::FileName),
            false => Ok(Self(text.to_owned())),
        }
    }
}

impl FromStr for Moment {
    type Err = PartError;

    fn from_str(text: &str) -> Result<Self, PartError> {
        match is_moment(text) {
            Some(true) => Ok(Self(text.to_owned())),
            _ => Err(PartError::Moment),
        }
    }
}

/// `None` where the shape is wrong, `Some(false)` where a number is.
fn is_moment(text: &str) -> Option<bool> {
    let (date, rest) = text.split_once('T')?;
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let (time, rest) = rest.split_at_checked(8)?;
    let [hour, minute, second] = numbers(time, ':', [2, 2, 2])?;
    let zone = match rest.strip_prefix('.') {
        Some(fraction) => {
            let zone = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
            (1..=9).contains(&(fraction.len() - zone.len())).then_some(zone)?
        }
        None => rest,
    };
    let [ahead_hours, ahead_minutes] = match zone {
        "Z" => [0, 0],
        zone => numbers(zone.strip_prefix(['+', '-'])?, ':', [2, 2])?,
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    let in_day = hour < 24 && minute < 60 && second < 60 && ahead_hours < 24 && ahead_minutes < 60;
    Some((1..=days).contains(&day) && in_day)
}

/// As many numbers as there are widths, each of as many digits.
fn numbers<const N: usize>(text: &str, between: char, widths: [usize; N]) -> Option<[u32; N]> {
    let mut parts = text.split(between);
    let mut numbers = [0; N];
    for (number, width) in numbers.iter_mut().zip(widths) {
        let part = parts.next()?;
        let digits = part.len() == width && part.bytes().all(|byte| byte.is_ascii_digit());
        *number = part.parse().ok().filter(|_| digits)?;
    }
    parts.next().is_none().then_some(numbers)
}

macro_rules! shown_as_text {
    ($($kind:ty),*) => {$(
        impl fmt::Display for $kind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl AsRef<str> for $kind {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    )*};
}

shown_as_text!(FileName, Moment);
