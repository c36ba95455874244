//! Instants of the log. Owns their resolution and their text form; knows no clock.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An instant: microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Time(pub i64);

impl Time {
    /// Microseconds in one second.
    pub const SECOND: i64 = 1_000_000;
    /// Microseconds in one day of 86,400 seconds.
    pub const DAY: i64 = 86_400 * Self::SECOND;
    /// The earliest instant the log accepts, 0001-01-01T00:00:00Z.
    pub const MIN: Self = Self(-62_135_596_800 * Self::SECOND);
    /// The latest instant the log accepts, 9999-12-30T22:00:00.999999Z (jiff's own limit).
    pub const MAX: Self = Self(253_402_207_200 * Self::SECOND + 999_999);

    /// This instant moved by `micros` microseconds, held within [`Time::MIN`] and [`Time::MAX`].
    #[must_use]
    pub fn plus(self, micros: i64) -> Self {
        Self(self.0.saturating_add(micros).clamp(Self::MIN.0, Self::MAX.0))
    }

    /// The same instant as a jiff timestamp.
    #[must_use]
    pub fn timestamp(self) -> jiff::Timestamp {
        let held = self.0.clamp(Self::MIN.0, Self::MAX.0);
        jiff::Timestamp::from_microsecond(held).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }

    /// Parses RFC 3339 with any offset; nanoseconds beyond the microsecond are cut off.
    pub fn parse(text: &str) -> Result<Self, jiff::Error> {
        text.parse::<jiff::Timestamp>().map(Self::from)
    }
}

impl From<jiff::Timestamp> for Time {
    fn from(at: jiff::Timestamp) -> Self {
        Self(at.as_microsecond())
    }
}

/// RFC 3339 in UTC with `Z` and always six digits of a second, so that text order is time order.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.6}", self.timestamp())
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
        Self::parse(&text).map_err(|_| {
            de::Error::custom(format!(
                "`{text}` is not an RFC 3339 time such as 2026-11-21T14:02:51.204Z"
            ))
        })
    }
}
