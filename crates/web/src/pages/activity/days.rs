//! The days that rows stand under: what each is called, and how many activities of the view it holds where the
//! histogram says so. Owns no question of its own.

use std::ops::Range;

use activity::{Activity, Time};
use app::activity::{Bar, Overview};
use jiff::civil::Date;
use jiff::{ToSpan as _, Zoned};

use super::links::Links;
use super::row::{ActivityRow, mark_twins};
use crate::shell::Zone;

/// A day of a view's zone, with its rows on this page.
#[derive(Clone, Debug)]
pub(crate) struct Day {
    pub(crate) date: Date,
    /// What it is called: `Today`, `Yesterday`, `Mon 23 Nov 2026`.
    pub(crate) name: String,
    /// How many activities of the view it holds on all pages, and how many of them failed, where that is known.
    pub(crate) count: Option<DayCount>,
    pub(crate) rows: Vec<ActivityRow>,
}

/// How much of a view happened on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DayCount {
    pub(crate) n: u64,
    pub(crate) failures: u64,
}

impl Day {
    /// The date in whole, also of a day that has a word.
    pub(crate) fn whole(&self) -> String {
        Zone::short_day(self.date)
    }
}

/// Rows under their days, in their order, as of `now`.
pub(crate) fn days(rows: Vec<Activity>, (zone, now): (&Zone, Time), links: &Links) -> Vec<Day> {
    let today = zone.date(now);
    let mut days: Vec<Day> = Vec::new();
    for activity in rows {
        let date = zone.date(activity.occurred_at);
        let row = ActivityRow::new(activity, links);
        match days.last_mut() {
            Some(last) if last.date == date => last.rows.push(row),
            _ => days.push(Day {
                date,
                name: name(date, today),
                count: None,
                rows: vec![row],
            }),
        }
    }
    mark_twins(days.iter_mut().flat_map(|day| &mut day.rows));
    days
}

/// Says of each day how much of the view it holds, where bars end where it does.
pub(super) fn count(days: &mut [Day], overview: &Overview, zone: &Zone) {
    let bar = |bar: &Bar| {
        let count = DayCount {
            n: bar.outcomes.total(),
            failures: bar.failures(),
        };
        (bar.from..bar.to, count)
    };
    // What is not counted to its end has no numbers for its days.
    if overview.count.exact {
        let bars: Vec<(Range<Time>, DayCount)> = overview.bars.iter().map(bar).collect();
        for day in days {
            day.count = counted(day.date, &bars, zone);
        }
    }
}

/// The sum of the bars within a day; `None` if one that is not empty reaches beyond it.
fn counted(date: Date, bars: &[(Range<Time>, DayCount)], zone: &Zone) -> Option<DayCount> {
    let midnight = |date: Date| date.to_zoned(zone.zone().clone()).ok().map(|at: Zoned| at.timestamp());
    let begins = Time::from(midnight(date)?);
    let ends = Time::from(midnight(date.tomorrow().ok()?)?);
    let mut sum = DayCount { n: 0, failures: 0 };
    for (bar, count) in bars.iter().filter(|(_, count)| count.n > 0) {
        if bar.start >= ends || bar.end <= begins {
            continue;
        }
        if bar.start < begins || bar.end > ends {
            return None;
        }
        sum.n += count.n;
        sum.failures += count.failures;
    }
    (sum.n > 0).then_some(sum)
}

fn name(date: Date, today: Date) -> String {
    if date == today {
        "Today".to_owned()
    } else if date.checked_add(1.day()).is_ok_and(|next| next == today) {
        "Yesterday".to_owned()
    } else {
        Zone::short_day(date)
    }
}

#[cfg(test)]
mod tests {
    use activity::Facts;
    use activity::buckets::edges;
    use activity::query::Expr;

    use super::super::state::UrlState;
    use super::*;

    fn at(text: &str) -> Time {
        Time::parse(text).unwrap()
    }

    fn under_days(times: &[&str], zone: &str, now: &str) -> Vec<Day> {
        let row = |text: &&str| {
            let facts = Facts::new("user.login", at(text));
            Activity {
                seq: 1,
                recorded_at: facts.occurred_at,
                facts,
            }
        };
        let links = Links {
            base: "".into(),
            state: UrlState::default(),
            expr: Expr::All,
            reads_everything: true,
            owner: None,
        };
        let zone = Zone::named(zone).unwrap();
        days(times.iter().map(row).collect(), (&zone, at(now)), &links)
    }

    #[test]
    fn a_day_is_called_as_its_reader_calls_it_now() {
        let names = |times: &[&str], zone: &str, now: &str| -> Vec<String> {
            under_days(times, zone, now).into_iter().map(|day| day.name).collect()
        };
        let times = [
            "2026-11-28T04:00:00Z",
            "2026-11-27T23:00:00Z",
            "2026-11-27T04:00:00Z",
            "2026-11-26T04:00:00Z",
        ];
        let now = "2026-11-27T23:30:00Z";
        assert_eq!(
            names(&times, "UTC", now),
            ["Sat 28 Nov 2026", "Today", "Yesterday"],
            "a reporter's clock may be ahead"
        );
        assert_eq!(
            names(&times, "EST", now),
            ["Today", "Yesterday", "Wed 25 Nov 2026"],
            "the same rows in the evening before"
        );
        assert_eq!(
            names(&["2026-01-01T00:00:00Z"], "UTC", "2026-01-02T00:00:00Z"),
            ["Yesterday"]
        );
        assert_eq!(names(&["2025-11-27T12:00:00Z"], "UTC", now), ["Thu 27 Nov 2025"]);
    }

    /// What a day says it holds where each bar holds three activities, of which one failed.
    fn said(zone: &str, (from, to): (&str, &str), day: &str) -> Option<(u64, u64)> {
        let zone = Zone::named(zone).unwrap();
        let edges = edges(at(from), at(to), zone.zone(), 80);
        let bar = |ends: &[Time]| (ends[0]..ends[1], DayCount { n: 3, failures: 1 });
        let bars: Vec<_> = edges.windows(2).map(bar).collect();
        let count = counted(zone.date(at(day)), &bars, &zone);
        count.map(|count| (count.n, count.failures))
    }

    #[test]
    fn a_day_says_how_much_it_holds_where_bars_end_with_it() {
        let week = ("2026-11-20T23:00:00Z", "2026-11-27T23:00:00Z");
        // Bars of three hours: eight a day.
        assert_eq!(said("Europe/Berlin", week, "2026-11-25T12:00:00Z"), Some((24, 8)));
        // Of a day that the range cuts, what is in the range.
        let cut = ("2026-11-21T17:00:00Z", "2026-11-27T23:00:00Z");
        assert_eq!(said("Europe/Berlin", cut, "2026-11-21T20:00:00Z"), Some((6, 2)));
        // A day of 25 hours is one day.
        let clocks = ("2026-10-20T22:00:00Z", "2026-11-10T23:00:00Z");
        assert_eq!(said("Europe/Berlin", clocks, "2026-10-25T12:00:00Z"), Some((6, 2)));
    }

    #[test]
    fn a_day_says_nothing_where_the_bars_do_not_know() {
        let week = ("2026-11-20T23:00:00Z", "2026-11-27T23:00:00Z");
        let years = ("2024-11-20T23:00:00Z", "2026-11-27T23:00:00Z");
        assert_eq!(said("UTC", years, "2026-11-25T12:00:00Z"), None, "bars of weeks");
        assert_eq!(said("UTC", week, "2026-12-25T12:00:00Z"), None, "beyond the bars");
    }
}
