//! The time zone times are shown in.

use activity::Time;
use app::ZoneChoice;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// A time zone and the name it is chosen by.
#[derive(Clone, Debug)]
pub struct Zone(ZoneChoice);

impl Zone {
    /// The zones offered first: name and what it is.
    pub const COMMON: &'static [(&'static str, &'static str)] = &[
        ("UTC", "UTC"),
        ("EST", "EST, UTC−05:00 all year"),
        ("America/New_York", "US Eastern, with daylight saving"),
        ("America/Los_Angeles", "US Pacific"),
        ("Europe/London", "London"),
        ("Europe/Berlin", "Berlin"),
        ("Asia/Kolkata", "Kolkata"),
        ("Asia/Tokyo", "Tokyo"),
        ("Australia/Sydney", "Sydney"),
    ];

    /// Coordinated Universal Time.
    #[must_use]
    pub fn utc() -> Self {
        Self(ZoneChoice::utc())
    }

    /// `UTC`, `EST` (fixed −05:00, never daylight saving) or an IANA name; `None` if there is no such zone.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        ZoneChoice::named(name).map(Self)
    }

    /// The name it is chosen by, as in `?tz=`.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.name()
    }

    /// The zone itself.
    #[must_use]
    pub fn zone(&self) -> &TimeZone {
        self.0.zone()
    }

    /// The zone as exports take it.
    #[must_use]
    pub fn choice(&self) -> &ZoneChoice {
        &self.0
    }

    /// What stands after a time at this instant: `UTC`, `EST`, `CET`, `+0530`.
    #[must_use]
    pub fn label(&self, at: Time) -> String {
        match self.name() {
            "UTC" | "EST" => self.name().to_owned(),
            _ => at.timestamp().to_zoned(self.zone().clone()).strftime("%Z").to_string(),
        }
    }

    /// `2026-11-21` and `14:02:51.204` in this zone.
    #[must_use]
    pub fn parts(&self, at: Time) -> (String, String) {
        let zoned = at.timestamp().to_zoned(self.zone().clone());
        (
            zoned.strftime("%Y-%m-%d").to_string(),
            zoned.strftime("%H:%M:%S.%3f").to_string(),
        )
    }

    /// `14:02:51`.
    #[must_use]
    pub fn clock(&self, at: Time) -> String {
        let zoned = at.timestamp().to_zoned(self.zone().clone());
        zoned.strftime("%H:%M:%S").to_string()
    }

    /// `Sat 21 Nov 2026 14:02:51.204 UTC`.
    #[must_use]
    pub fn moment(&self, at: Time) -> String {
        let zoned = at.timestamp().to_zoned(self.zone().clone());
        format!("{} {}", zoned.strftime("%a %-d %b %Y %H:%M:%S.%3f"), self.label(at))
    }

    /// `2026-11-21 14:02:51 UTC`.
    #[must_use]
    pub fn format(&self, at: Time) -> String {
        let zoned = at.timestamp().to_zoned(self.zone().clone());
        format!("{} {}", zoned.strftime("%Y-%m-%d %H:%M:%S"), self.label(at))
    }

    /// The day in this zone.
    #[must_use]
    pub fn date(&self, at: Time) -> Date {
        at.timestamp().to_zoned(self.zone().clone()).date()
    }

    /// `Sat 21 Nov 2026`.
    #[must_use]
    pub fn short_day(date: Date) -> String {
        date.strftime("%a %-d %b %Y").to_string()
    }

    /// `Saturday, 21 November 2026` in this zone.
    #[must_use]
    pub fn day(&self, at: Time) -> String {
        at.timestamp()
            .to_zoned(self.zone().clone())
            .strftime("%A, %-d %B %Y")
            .to_string()
    }
}
