//! The range of an activity view: what its chip says in the reader's zone, and the picker that chooses another.

use activity::Time;
use activity::query::{AtRange, Bound, Unit};
use jiff::civil::{Date, Weekday};
use jiff::{ToSpan as _, Zoned};

use super::state::UrlState;
use crate::shell::{Href, Zone};

/// The ranges that are one click away: label, `from` and `to`.
const PRESETS: [(&str, &str, &str); 9] = [
    ("Today", "today", "today"),
    ("Yesterday", "yesterday", "yesterday"),
    ("Since Monday", "monday", ""),
    ("Last hour", "-1h", ""),
    ("Last 24 hours", "-24h", ""),
    ("Last 7 days", "-7d", ""),
    ("Last 30 days", "-30d", ""),
    ("Last 90 days", "-90d", ""),
    ("All time", "", ""),
];
/// The zones that are one click away: label and name.
const ZONES: [(&str, &str); 4] = [
    ("My zone", ""),
    ("UTC", "UTC"),
    ("EST (UTC−05:00 all year)", "EST"),
    ("US Eastern (EST/EDT)", "America/New_York"),
];

/// The range as the box shows it.
#[derive(Clone, Debug)]
pub(crate) struct RangeChip {
    /// In words: `Last 7 days`.
    pub(crate) words: String,
    /// The ranges that are one click away: label, address, whether it is the present one.
    pub(crate) presets: Vec<(&'static str, Href, bool)>,
    /// The ends as somebody would type them in this zone.
    pub(crate) from: String,
    pub(crate) to: String,
    /// Label, name, whether it is the present one.
    pub(crate) zones: Vec<(String, String, bool)>,
    pub(crate) month: Month,
    /// Whether the picker is open from the start.
    pub(crate) is_open: bool,
}

/// One month of the calendar, in weeks from Monday on.
#[derive(Clone, Debug)]
pub(crate) struct Month {
    pub(crate) title: String,
    pub(crate) before: Href,
    pub(crate) after: Href,
    pub(crate) weeks: Vec<Vec<Day>>,
}

/// One day of it.
#[derive(Clone, Debug)]
pub(crate) struct Day {
    pub(crate) number: i8,
    pub(crate) title: String,
    pub(crate) href: Href,
    /// Where it lies: outside the month, or in the range.
    pub(crate) class: &'static str,
    pub(crate) is_today: bool,
}

/// The range of a view in words, where it has one: `Last 30 days`.
pub(crate) fn words_of(state: &UrlState, zone: &Zone, now: Time) -> Option<String> {
    let has_range = !state.from.is_empty() || !state.to.is_empty();
    has_range.then(|| RangeChip::new(state, zone, now).words)
}

impl RangeChip {
    pub(crate) fn new(state: &UrlState, zone: &Zone, now: Time) -> Self {
        let range = AtRange::of_ends(&state.from, &state.to, zone.zone()).ok();
        let preset = |(label, from, to): (&'static str, &str, &str)| {
            let is_current = (state.from.as_str(), state.to.as_str()) == (from, to);
            (label, state.with_range(from, to).link(), is_current)
        };
        let (from, to) = match &range {
            Some(range) => (typed(&range.from, &state.from, zone), typed(&range.to, &state.to, zone)),
            None => (state.from.clone(), state.to.clone()),
        };
        Self {
            words: match &range {
                Some(range) => words(range, zone, now),
                None => "No such range".to_owned(),
            },
            presets: PRESETS.into_iter().map(preset).collect(),
            from,
            to,
            zones: zones(&state.tz),
            month: Month::new(state, range.as_ref(), &at(zone, now)),
            is_open: !state.month.is_empty(),
        }
    }
}

/// An end as somebody would type it: an instant as a local time, anything else as it was.
fn typed(bound: &Option<Bound>, text: &str, zone: &Zone) -> String {
    match bound {
        Some(Bound::Instant(instant)) => {
            let local = at(zone, *instant);
            let form = match local.subsec_nanosecond() {
                0 => "%Y-%m-%d %H:%M:%S",
                _ => "%Y-%m-%d %H:%M:%S%.f",
            };
            local.strftime(form).to_string()
        }
        _ => text.replace('T', " "),
    }
}

/// The zones offered: label, name, whether it is the present one.
fn zones(chosen: &str) -> Vec<(String, String, bool)> {
    let mut zones: Vec<_> = ZONES
        .into_iter()
        .map(|(label, name)| (label.to_owned(), name.to_owned(), name == chosen))
        .collect();
    if Zone::named(chosen).is_some() && !zones.iter().any(|(_, _, is_current)| *is_current) {
        zones.push((chosen.to_owned(), chosen.to_owned(), true));
    }
    zones
}

fn at(zone: &Zone, time: Time) -> Zoned {
    time.timestamp().to_zoned(zone.zone().clone())
}

/// A range in words, in this zone.
pub(crate) fn words(range: &AtRange, zone: &Zone, now: Time) -> String {
    match (&range.from, &range.to) {
        (None, None) => "All time".to_owned(),
        (Some(Bound::Ago { amount, unit }), None | Some(Bound::Now)) => ago(*amount, *unit),
        (Some(Bound::Start(first)), Some(Bound::End(last))) if first == last && first.start().is_none() => {
            let name = capital(first.text());
            match name.as_str() {
                "Today" | "Yesterday" => name,
                _ => day(&at(zone, first.at(now).0)),
            }
        }
        (Some(Bound::Start(first)), None) if first.start().is_none() => format!("Since {}", named(first.text())),
        (Some(from), None) => format!("Since {}", begin(&at(zone, from.resolve(now)))),
        (None, Some(to)) => format!("Until {}", end(&last(to, zone, now))),
        (Some(from), Some(to)) => both(&at(zone, from.resolve(now)), &last(to, zone, now)),
    }
}

fn ago(amount: u32, unit: Unit) -> String {
    let unit = match unit {
        Unit::Second => "second",
        Unit::Minute => "minute",
        Unit::Hour => "hour",
        Unit::Day => "day",
        Unit::Week => "week",
    };
    match amount {
        1 if unit == "day" => "Last 24 hours".to_owned(),
        1 => format!("Last {unit}"),
        amount => format!("Last {amount} {unit}s"),
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// The name of a day within a sentence.
fn named(word: &str) -> String {
    match word {
        "today" | "yesterday" => word.to_owned(),
        day => capital(day),
    }
}

/// The last moment of a range that is said: the day, the minute or the instant at which it ends.
#[derive(Debug)]
enum Last {
    Day(Zoned),
    Moment(Zoned),
}

fn last(to: &Bound, zone: &Zone, now: Time) -> Last {
    let instant = to.resolve(now);
    let local = at(zone, instant);
    let is_midnight = local.time() == jiff::civil::Time::midnight();
    match to {
        _ if is_midnight => Last::Day(at(zone, instant.plus(-1))),
        Bound::End(period) => {
            let length = match period.text().len() {
                16 => 60 * Time::SECOND,
                19 => Time::SECOND,
                _ => 0,
            };
            Last::Moment(at(zone, instant.plus(-length)))
        }
        _ => Last::Moment(local),
    }
}

fn day(at: &Zoned) -> String {
    Zone::short_day(at.date())
}

fn clock(at: &Zoned) -> String {
    at.strftime(if at.second() == 0 { "%H:%M" } else { "%H:%M:%S" })
        .to_string()
}

fn moment(at: &Zoned) -> String {
    format!("{}, {}", day(at), clock(at))
}

fn begin(at: &Zoned) -> String {
    match at.time() == jiff::civil::Time::midnight() {
        true => day(at),
        false => moment(at),
    }
}

fn end(last: &Last) -> String {
    match last {
        Last::Day(at) => day(at),
        Last::Moment(at) => moment(at),
    }
}

fn both(from: &Zoned, last: &Last) -> String {
    let starts_a_day = from.time() == jiff::civil::Time::midnight();
    match last {
        Last::Day(to) if starts_a_day && from.date() == to.date() => day(to),
        Last::Day(to) if starts_a_day && from.year() == to.year() => {
            format!("{} – {}", from.strftime("%a %-d %b"), day(to))
        }
        Last::Moment(to) if from.date() == to.date() => format!("{}, {}–{}", day(from), clock(from), clock(to)),
        last => format!("{} – {}", begin(from), end(last)),
    }
}

impl Month {
    fn new(state: &UrlState, range: Option<&AtRange>, now: &Zoned) -> Self {
        let zone = now.time_zone().clone();
        let local = |time: Time| time.timestamp().to_zoned(zone.clone()).date();
        let present = Time::from(now.timestamp());
        let bound = |end: &Option<Bound>| end.as_ref().map(|end| end.resolve(present));
        let from = range.and_then(|range| bound(&range.from)).map(local);
        let to = range.and_then(|range| bound(&range.to));
        let to = to.map_or(now.date(), |to| local(to.plus(-1)));
        let asked = format!("{}-01", state.month).parse::<Date>();
        let first = asked.unwrap_or(to).first_of_month();
        let turned = |months: i64| {
            let month = first.checked_add(months.months()).unwrap_or(first);
            let month = month.strftime("%Y-%m").to_string();
            let mut pairs = state.pairs();
            pairs.push(("month", &month));
            Href::from("").with(&pairs)
        };
        let back = first.weekday().since(Weekday::Monday);
        let begins = first.checked_sub(i64::from(back).days()).unwrap_or(first);
        let day = |date: Date| Day {
            number: date.day(),
            title: date.strftime("%A %-d %B %Y").to_string(),
            href: chosen(state, date).link(),
            class: match from {
                Some(from) if date == from && date == to => "from to",
                Some(from) if date == from => "from",
                Some(from) if date == to && from < to => "to",
                Some(from) if from < date && date < to => "in",
                _ if date.month() != first.month() => "off",
                _ => "",
            },
            is_today: date == now.date(),
        };
        let days: Vec<Day> = begins.series(1.days()).take(42).map(day).collect();
        Self {
            title: first.strftime("%B %Y").to_string(),
            before: turned(-1),
            after: turned(1),
            weeks: days.chunks(7).map(<[Day]>::to_vec).collect(),
        }
    }
}

/// The view after a day was pressed: of that day, or, where the range was one day before it, from that one on.
fn chosen(state: &UrlState, date: Date) -> UrlState {
    let one_day = state.from.parse::<Date>().ok().filter(|_| state.from == state.to);
    let text = date.to_string();
    match one_day.filter(|first| *first < date) {
        Some(first) => state.with_range(&first.to_string(), &text),
        None => state.with_range(&text, &text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(from: &str, to: &str, zone: &str) -> String {
        let zone = Zone::named(zone).unwrap();
        let range = AtRange::of_ends(from, to, zone.zone()).unwrap();
        words(&range, &zone, Time::parse("2026-11-26T23:10:00Z").unwrap())
    }

    #[test]
    fn a_range_is_said_in_words_of_the_readers_zone() {
        for (from, to, expected) in [
            ("", "", "All time"),
            ("-7d", "", "Last 7 days"),
            ("-1h", "now", "Last hour"),
            ("-1d", "", "Last 24 hours"),
            ("today", "today", "Today"),
            ("yesterday", "yesterday", "Yesterday"),
            ("monday", "monday", "Mon 23 Nov 2026"),
            ("monday", "", "Since Monday"),
            ("2026-11-26", "2026-11-26", "Thu 26 Nov 2026"),
            ("2026-11-19", "2026-11-26", "Thu 19 Nov – Thu 26 Nov 2026"),
            ("2026-11-26T17:36", "2026-11-26T17:46", "Thu 26 Nov 2026, 17:36–17:46"),
            (
                "2026-11-26T22:36:00.000000Z",
                "2026-11-26T22:46:00.000000Z",
                "Thu 26 Nov 2026, 17:36–17:46",
            ),
            (
                "2026-11-26T17:36:05",
                "2026-11-27T09:00:00",
                "Thu 26 Nov 2026, 17:36:05 – Fri 27 Nov 2026, 09:00",
            ),
            ("", "2026-11", "Until Mon 30 Nov 2026"),
            ("2025-12-31", "2026-01-01", "Wed 31 Dec 2025 – Thu 1 Jan 2026"),
            (">2026-11-01", "", "Since Mon 2 Nov 2026"),
        ] {
            assert_eq!(said(from, to, "EST"), expected, "{from} {to}");
        }
    }

    #[test]
    fn the_picker_shows_the_month_and_leads_from_one_day_to_several() {
        let zone = Zone::named("EST").unwrap();
        let now = Time::parse("2026-11-26T23:10:00Z").unwrap();
        let state = UrlState::default()
            .with_query("login")
            .with_range("2026-11-19", "2026-11-19");
        let chip = RangeChip::new(&state, &zone, now);
        assert_eq!(chip.month.title, "November 2026");
        let days: Vec<&Day> = chip.month.weeks.iter().flatten().collect();
        assert_eq!(
            (days.len(), days[0].title.as_str(), days[0].class),
            (42, "Monday 26 October 2026", "off")
        );
        assert_eq!(days[24].class, "from to");
        assert_eq!(days[31].href.as_str(), "?q=login&from=2026-11-19&to=2026-11-26");
        assert!(days[31].is_today);
        assert_eq!(days[3].href.as_str(), "?q=login&from=2026-10-29&to=2026-10-29");
        assert!(chip.month.before.as_str().ends_with("&month=2026-10") && !chip.is_open);
        let turned = UrlState {
            month: "2026-10".to_owned(),
            ..state
        };
        let chip = RangeChip::new(&turned, &zone, now);
        assert!(chip.is_open && chip.month.title == "October 2026");
        for odd in ["", "x", "2026-13", "9999-12", "-009999-01"] {
            let state = UrlState {
                month: odd.to_owned(),
                ..UrlState::default()
            };
            assert!(!RangeChip::new(&state, &zone, now).month.weeks.is_empty(), "{odd}");
        }
    }
}
