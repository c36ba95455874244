//! The state of an activity view in its address: `?q=&from=&to=&tz=&after=&cols=&density=&reads=&saved=`. Owns reading it, writing it back into
//! links, and what the words of a range mean.

use activity::Time;
use jiff::civil;
use serde::Deserialize;

use crate::shell::{Fields, Href, Zone};

/// What the address of a view says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct UrlState {
    pub(crate) q: String,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) tz: String,
    pub(crate) after: String,
    /// The facet of which more values are shown.
    pub(crate) more: String,
    /// Columns by name, in order; empty for those that the reader keeps.
    pub(crate) cols: String,
    /// How close rows stand; empty for what the reader keeps.
    pub(crate) density: String,
    /// `1` shows reads of the log among the rest.
    pub(crate) reads: String,
    /// The saved search that this view began with, by id.
    pub(crate) saved: String,
}

/// A range of time that means nothing.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct WrongRange(pub(crate) String);

impl UrlState {
    /// What a form of a view says of it, but for columns, density and page.
    pub(crate) fn of(fields: &Fields) -> Self {
        let text = |name: &str| fields.get(name).to_owned();
        Self {
            q: text("q"),
            from: text("from"),
            to: text("to"),
            tz: text("tz"),
            reads: text("reads"),
            saved: text("saved"),
            ..Self::default()
        }
    }

    /// The same view with another query, from its first page.
    pub(crate) fn with_query(&self, q: impl Into<String>) -> Self {
        Self {
            q: q.into(),
            after: String::new(),
            ..self.clone()
        }
    }

    /// The same view with another range, from its first page.
    pub(crate) fn with_range(&self, from: &str, to: &str) -> Self {
        Self {
            from: from.to_owned(),
            to: to.to_owned(),
            after: String::new(),
            ..self.clone()
        }
    }

    /// Another page of the same view.
    pub(crate) fn with_after(&self, after: &str) -> Self {
        Self {
            after: after.to_owned(),
            ..self.clone()
        }
    }

    /// The same view with more values of this facet.
    pub(crate) fn with_more(&self, facet: &str) -> Self {
        Self {
            more: facet.to_owned(),
            ..self.clone()
        }
    }

    /// The same view with or without reads of the log, from its first page.
    pub(crate) fn with_reads(&self, shown: bool) -> Self {
        Self {
            reads: if shown { "1" } else { "" }.to_owned(),
            after: String::new(),
            ..self.clone()
        }
    }

    /// The address of this view under `base`.
    pub(crate) fn href(&self, base: &Href) -> Href {
        base.clone().with(&self.pairs())
    }

    /// What is not empty, by name.
    pub(crate) fn pairs(&self) -> Vec<(&'static str, &str)> {
        let all = [
            ("q", &self.q),
            ("from", &self.from),
            ("to", &self.to),
            ("tz", &self.tz),
            ("after", &self.after),
            ("more", &self.more),
            ("cols", &self.cols),
            ("density", &self.density),
            ("reads", &self.reads),
            ("saved", &self.saved),
        ];
        all.into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (name, value.as_str()))
            .collect()
    }

    /// The range as instants.
    pub(crate) fn range(&self, zone: &Zone, now: Time) -> Result<(Option<Time>, Option<Time>), WrongRange> {
        Ok((
            instant(&self.from, zone, now, false)?,
            instant(&self.to, zone, now, true)?,
        ))
    }
}

/// The instant a word of a range means: `-7d`, a day, a day and a time, or RFC 3339. A day as an end is included.
fn instant(text: &str, zone: &Zone, now: Time, is_end: bool) -> Result<Option<Time>, WrongRange> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = || {
        let end = if is_end { "end" } else { "beginning" };
        WrongRange(format!(
            "`{text}` as the {end} of the range is not a time; write a day such as 2026-11-01, a day and a time such \
             as 2026-11-01T14:00, or a distance such as -7d."
        ))
    };
    if let Some(ago) = text.strip_prefix('-') {
        return Ok(Some(now.plus(-distance(ago).ok_or_else(wrong)?)));
    }
    if let Ok(at) = Time::parse(text) {
        return Ok(Some(at));
    }
    let local = match text.parse::<civil::Date>() {
        Ok(day) if text.len() <= 10 => {
            let day = if is_end {
                day.tomorrow().map_err(|_| wrong())?
            } else {
                day
            };
            day.to_datetime(civil::Time::midnight())
        }
        _ => text.parse::<civil::DateTime>().map_err(|_| wrong())?,
    };
    let zoned = local.to_zoned(zone.zone().clone()).map_err(|_| wrong())?;
    Ok(Some(Time::from(zoned.timestamp())))
}

/// Microseconds of `15m`, `24h`, `7d` or `2w`.
fn distance(text: &str) -> Option<i64> {
    let split = text.len().checked_sub(1).filter(|at| text.is_char_boundary(*at))?;
    let (amount, unit) = text.split_at(split);
    let amount: i64 = amount.parse().ok().filter(|amount| (0..=1_000_000).contains(amount))?;
    let unit = match unit {
        "s" => Time::SECOND,
        "m" => 60 * Time::SECOND,
        "h" => 3_600 * Time::SECOND,
        "d" => Time::DAY,
        "w" => 7 * Time::DAY,
        _ => return None,
    };
    amount.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, is_end: bool) -> Option<String> {
        let zone = Zone::named("America/New_York").unwrap();
        let now = Time::parse("2026-11-21T14:00:00Z").unwrap();
        instant(text, &zone, now, is_end).unwrap().map(|at| at.to_string())
    }

    #[test]
    fn a_day_begins_and_ends_in_the_readers_zone() {
        assert_eq!(at("2026-07-01", false).as_deref(), Some("2026-07-01T04:00:00.000000Z"));
        assert_eq!(at("2026-07-01", true).as_deref(), Some("2026-07-02T04:00:00.000000Z"));
        assert_eq!(
            at("2026-07-01T10:30", false).as_deref(),
            Some("2026-07-01T14:30:00.000000Z")
        );
        assert_eq!(
            at("2026-07-01T10:30:00Z", false).as_deref(),
            Some("2026-07-01T10:30:00.000000Z")
        );
    }

    #[test]
    fn a_distance_counts_back_from_now() {
        assert_eq!(at("-24h", false).as_deref(), Some("2026-11-20T14:00:00.000000Z"));
        assert_eq!(at("", false), None);
    }

    #[test]
    fn what_is_no_time_is_refused_with_the_text_in_the_message() {
        let zone = Zone::utc();
        for text in [
            "yesterday",
            "-7",
            "-d",
            "-7é",
            "2026-13-01",
            "--1d",
            "-99999999999999999999d",
        ] {
            let WrongRange(message) = instant(text, &zone, Time(0), false).unwrap_err();
            assert!(message.contains(text), "{message}");
        }
    }

    #[test]
    fn an_address_is_read_back_as_it_was_written() {
        let state = UrlState {
            q: "user:\"Sam & Jo\" -ip:10.0.0.0/8 äöü+%".to_owned(),
            from: "-7d".to_owned(),
            tz: "EST".to_owned(),
            ..UrlState::default()
        };
        let href = state.href(&"/activity".into());
        let query = href.as_str().strip_prefix("/activity?").unwrap();
        assert_eq!(serde_urlencoded::from_str::<UrlState>(query).unwrap(), state);
        assert_eq!(UrlState::default().href(&"/activity".into()).as_str(), "/activity");
    }
}
