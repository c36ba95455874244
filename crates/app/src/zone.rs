//! Time zones as people choose them. Owns the rule that `EST` is UTC−05:00 all year.

use jiff::tz::{Offset, TimeZone};

/// A zone and the name it was chosen by.
#[derive(Clone, Debug)]
pub struct ZoneChoice {
    name: String,
    zone: TimeZone,
}

impl ZoneChoice {
    /// Coordinated Universal Time.
    #[must_use]
    pub fn utc() -> Self {
        Self {
            name: "UTC".to_owned(),
            zone: TimeZone::UTC,
        }
    }

    /// Eastern Standard Time: UTC−05:00 all year, never daylight saving.
    #[must_use]
    pub fn est() -> Self {
        Self {
            name: "EST".to_owned(),
            zone: TimeZone::fixed(Offset::constant(-5)),
        }
    }

    /// `UTC`, `EST` or an IANA name such as `America/New_York`; `None` if there is no such zone.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "UTC" => Some(Self::utc()),
            "EST" => Some(Self::est()),
            _ if name.len() <= 64 => Some(Self {
                name: name.to_owned(),
                zone: TimeZone::get(name).ok()?,
            }),
            _ => None,
        }
    }

    /// The name it was chosen by.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The zone itself.
    #[must_use]
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// Whether times of it are labelled with its name rather than with what is in force.
    pub(crate) fn is_labelled_by_name(&self) -> bool {
        matches!(self.name.as_str(), "UTC" | "EST")
    }
}
