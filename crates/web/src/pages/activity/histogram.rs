//! The histogram over a view: its bars as two paths, its axis, and the same as a table. Drawn on the server, so that it
//! is there without a script.

use std::fmt::Write as _;

use activity::Time;
use app::activity::Bar;
use jiff::Zoned;
use jiff::civil::Weekday;

use super::links::Links;
use super::state::UrlState;
use crate::shell::{Href, Zone, filters::grouped};

/// How high the highest bar is, in the units of the drawing.
const HEIGHT: u64 = 620;
/// How high a bar is at the least, if there is anything in it.
const LEAST: u64 = 12;
/// How wide a bar is with the gap behind it, and without.
const STEP: usize = 10;
const WIDTH: usize = 8;
/// How many marks the axis has at the most.
const MARKS: usize = 8;
/// The parts of the axis, in hundredths of a per cent, behind which a text would reach over its end: on a phone, and on
/// any page.
const LATE: usize = 8_700;
const TOO_LATE: usize = 9_500;
/// Fewer marks than these do not make an axis.
const FEW_MARKS: usize = 3;

/// The histogram of a view.
#[derive(Clone, Debug)]
pub(crate) struct Histogram {
    /// Width of the drawing in its own units.
    pub(crate) width: usize,
    /// What failed or was denied, from the foot up.
    pub(crate) failed: String,
    /// Everything else, on top of it.
    pub(crate) usual: String,
    /// The highest bar in words: `242 in 2 hours`.
    pub(crate) peak: String,
    /// The marks of the axis.
    pub(crate) marks: Vec<Mark>,
    /// The bars that are not empty, for the table.
    pub(crate) rows: Vec<TableRow>,
    /// For the script: `begin end all failed` of each bar, ends as an address says them.
    pub(crate) data: String,
}

/// A mark of the axis.
#[derive(Clone, Debug)]
pub(crate) struct Mark {
    /// Where it stands: `12.50%`.
    pub(crate) place: String,
    pub(crate) text: String,
    /// Whether a narrow page has no room for its text.
    pub(crate) is_late: bool,
}

/// A bar in the table.
#[derive(Clone, Debug)]
pub(crate) struct TableRow {
    /// Its range in words.
    pub(crate) range: String,
    pub(crate) n: u64,
    pub(crate) failures: u64,
    /// The view of this bar alone.
    pub(crate) href: Href,
}

impl Histogram {
    /// Draws the bars; `None` if there are none.
    pub(crate) fn new(bars: &[Bar], zone: &Zone, links: &Links) -> Option<Self> {
        let most = bars
            .iter()
            .map(|bar| bar.outcomes.total())
            .max()
            .filter(|most| *most > 0)?;
        let (mut failed, mut usual, mut data) = (String::new(), String::new(), String::new());
        for (at, bar) in bars.iter().enumerate() {
            let (all, bad) = (bar.outcomes.total(), bar.failures());
            // What is there is seen, however little it is beside the rest.
            let high = |n: u64| if n > 0 { (n * HEIGHT / most).max(LEAST) } else { 0 };
            let (foot, whole) = (high(bad), high(all).max(high(bad)));
            column(&mut failed, at, HEIGHT - foot, foot);
            column(&mut usual, at, HEIGHT - whole, whole - foot);
            // Writing to a String cannot fail.
            let _ = write!(data, "{} {all} {bad};", moment(zone, bar.from));
        }
        if let Some(last) = bars.last() {
            data.push_str(&moment(zone, last.to));
        }
        let row = |bar: &Bar| TableRow {
            range: format!("{} – {}", words(zone, bar.from), words(zone, bar.to)),
            n: bar.outcomes.total(),
            failures: bar.failures(),
            href: alone(bar, zone, &links.state).link(),
        };
        Some(Self {
            width: bars.len() * STEP,
            failed,
            usual,
            peak: format!("{} in {}", grouped(most), span(&bars[0], zone)),
            marks: marks(bars, zone),
            rows: bars.iter().filter(|bar| bar.outcomes.total() > 0).map(row).collect(),
            data,
        })
    }
}

/// Adds a rectangle to a path.
fn column(path: &mut String, at: usize, top: u64, high: u64) {
    if high > 0 {
        // Writing to a String cannot fail.
        let _ = write!(path, "M{} {top}h{WIDTH}v{high}h-{WIDTH}z", at * STEP + 1);
    }
}

fn local(zone: &Zone, at: Time) -> Zoned {
    at.timestamp().to_zoned(zone.zone().clone())
}

/// An instant as an address says it: a day and a time of the zone where that says all of it.
fn moment(zone: &Zone, at: Time) -> String {
    let local = local(zone, at);
    let text = match local.second() {
        0 => local.strftime("%Y-%m-%dT%H:%M").to_string(),
        _ => local.strftime("%Y-%m-%dT%H:%M:%S").to_string(),
    };
    // An hour that comes twice when clocks are set back, and parts of a second, are said in whole.
    let again = text
        .parse::<jiff::civil::DateTime>()
        .and_then(|local| local.to_zoned(zone.zone().clone()));
    match again {
        Ok(again) if Time::from(again.timestamp()) == at => text,
        _ => at.to_string(),
    }
}

/// The view of a bar alone: up to its end, and not through the minute that begins there.
fn alone(bar: &Bar, zone: &Zone, state: &UrlState) -> UrlState {
    state.with_range(&moment(zone, bar.from), &format!("<{}", moment(zone, bar.to)))
}

/// An instant for people.
fn words(zone: &Zone, at: Time) -> String {
    local(zone, at).strftime("%a %-d %b %Y %H:%M:%S").to_string()
}

/// How long a bar is.
fn span(bar: &Bar, zone: &Zone) -> String {
    let (from, to) = (local(zone, bar.from), local(zone, bar.to));
    let seconds = (bar.to.0 - bar.from.0) / Time::SECOND;
    let of = |n: i64, unit: &str| match n {
        1 => format!("1 {unit}"),
        n => format!("{n} {unit}s"),
    };
    let months = i64::from(to.year() - from.year()) * 12 + i64::from(to.month() - from.month());
    match (to.date() - from.date()).get_days() {
        days if days >= 28 && from.day() == to.day() => match months {
            months if months % 12 == 0 => of(months / 12, "year"),
            months => of(months, "month"),
        },
        // A day has 23 to 25 hours.
        days if days >= 1 && from.time() == to.time() => of(i64::from(days), "day"),
        _ if seconds % 3_600 == 0 => of(seconds / 3_600, "hour"),
        _ if seconds % 60 == 0 => of(seconds / 60, "minute"),
        _ => of(seconds.max(1), "second"),
    }
}

/// Whether a mark may stand at an instant.
type Stands = fn(&Zoned) -> bool;

/// Where marks may stand, coarsest first, and what they say.
const LEVELS: [(Stands, &str); 8] = [
    (|at| at.month() == 1 && at.day() == 1 && midnight(at), "%Y"),
    (|at| at.day() == 1 && midnight(at), "%b %Y"),
    (|at| at.weekday() == Weekday::Monday && midnight(at), "%-d %b"),
    (midnight, "%a %-d"),
    (|at| at.hour() % 6 == 0 && at.minute() == 0 && at.second() == 0, "%H:%M"),
    (|at| at.minute() == 0 && at.second() == 0, "%H:%M"),
    (|at| at.second() == 0, "%H:%M"),
    (|_| true, "%H:%M:%S"),
];

fn midnight(at: &Zoned) -> bool {
    at.hour() == 0 && at.minute() == 0 && at.second() == 0
}

/// The marks of the axis: the coarsest that are enough, thinned out where they are many.
fn marks(bars: &[Bar], zone: &Zone) -> Vec<Mark> {
    let starts: Vec<Zoned> = bars.iter().map(|bar| local(zone, bar.from)).collect();
    for (stands, format) in LEVELS {
        let at: Vec<usize> = (0..starts.len()).filter(|at| stands(&starts[*at])).collect();
        if at.len() < FEW_MARKS.min(starts.len()) {
            continue;
        }
        let every = at.len().div_ceil(MARKS);
        let mark = |at: usize| {
            let share = at * 10_000 / starts.len();
            (share <= TOO_LATE).then(|| Mark {
                place: format!("{}.{:02}%", share / 100, share % 100),
                text: starts[at].strftime(format).to_string(),
                is_late: share > LATE,
            })
        };
        return at.into_iter().step_by(every).filter_map(mark).collect();
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use activity::buckets::edges;
    use activity::query::Expr;
    use app::activity::Outcomes;

    use super::*;

    fn bars(from: &str, to: &str, zone: &Zone) -> Vec<Bar> {
        let at = |text: &str| Time::parse(text).unwrap();
        let edges = edges(at(from), at(to), zone.zone(), 80);
        let bar = |ends: &[Time]| Bar {
            from: ends[0],
            to: ends[1],
            outcomes: Outcomes::default(),
        };
        edges.windows(2).map(bar).collect()
    }

    fn said(from: &str, to: &str, zone: &str) -> (String, Vec<String>) {
        let zone = Zone::named(zone).unwrap();
        let bars = bars(from, to, &zone);
        let marks = marks(&bars, &zone).into_iter().map(|mark| mark.text).collect();
        (span(&bars[0], &zone), marks)
    }

    #[test]
    fn an_axis_says_what_tells_its_bars_apart() {
        let (span, marks) = said("2026-11-20T00:00:00Z", "2026-11-27T00:00:00Z", "UTC");
        assert_eq!(span, "3 hours");
        assert_eq!(
            marks,
            ["Fri 20", "Sat 21", "Sun 22", "Mon 23", "Tue 24", "Wed 25", "Thu 26"]
        );
        let (span, marks) = said("2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z", "UTC");
        assert_eq!(span, "30 minutes");
        assert_eq!(marks, ["00:00", "06:00", "12:00", "18:00"]);
        let (span, marks) = said("2024-01-01T00:00:00Z", "2026-11-21T00:00:00Z", "UTC");
        assert_eq!((span.as_str(), marks[0].as_str()), ("1 month", "2024"));
        let (span, _) = said("2026-11-20T10:00:00Z", "2026-11-20T10:00:09Z", "UTC");
        assert_eq!(span, "1 second");
    }

    #[test]
    fn a_day_that_clocks_make_longer_is_one_day() {
        let zone = Zone::named("Europe/Berlin").unwrap();
        let bars = bars("2026-10-20T22:00:00Z", "2026-11-10T22:00:00Z", &zone);
        assert!(
            bars.iter()
                .all(|bar| span(bar, &zone) == "12 hours" || span(bar, &zone) == "13 hours")
        );
        let day = Bar {
            from: Time::parse("2026-10-24T22:00:00Z").unwrap(),
            to: Time::parse("2026-10-25T23:00:00Z").unwrap(),
            outcomes: Outcomes::default(),
        };
        assert_eq!(span(&day, &zone), "1 day");
    }

    #[test]
    fn an_instant_in_an_address_is_read_back_as_it_is() {
        let zone = Zone::named("Europe/Berlin").unwrap();
        let state = |from: String| UrlState {
            from,
            ..UrlState::default()
        };
        for text in [
            "2026-11-21T14:00:00.000000Z",
            "2026-11-21T14:00:05.000000Z",
            "2026-11-21T14:00:05.000001Z",
            // The hour that comes twice.
            "2026-10-25T00:30:00.000000Z",
            "2026-10-25T01:30:00.000000Z",
        ] {
            let at = Time::parse(text).unwrap();
            let (from, _) = state(moment(&zone, at)).range(&zone, Time(0)).unwrap();
            assert_eq!(from, Some(at), "{text}");
        }
    }

    #[test]
    fn the_view_of_a_bar_holds_what_the_bar_counts_and_no_minute_more() {
        for (from, to, zone) in [
            ("2026-10-20T22:00:00Z", "2026-11-10T22:00:00Z", "Europe/Berlin"),
            ("2026-11-20T10:00:00Z", "2026-11-20T10:00:09Z", "UTC"),
            ("2026-10-25T00:10:00Z", "2026-10-25T02:10:00Z", "Europe/Berlin"),
            ("2024-01-01T00:00:00Z", "2026-11-21T00:00:00Z", "America/New_York"),
        ] {
            let zone = Zone::named(zone).unwrap();
            for bar in bars(from, to, &zone) {
                let view = alone(&bar, &zone, &UrlState::default());
                let range = view.range(&zone, Time(0)).unwrap();
                assert_eq!(range, (Some(bar.from), Some(bar.to)), "{} – {}", view.from, view.to);
            }
        }
    }

    #[test]
    fn nothing_is_drawn_of_nothing() {
        let links = Links {
            base: "/activity".into(),
            state: UrlState::default(),
            expr: Expr::All,
            reads_everything: true,
            owner: None,
        };
        let zone = Zone::utc();
        assert!(Histogram::new(&[], &zone, &links).is_none());
        let empty = bars("2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z", &zone);
        assert!(Histogram::new(&empty, &zone, &links).is_none());
    }
}
