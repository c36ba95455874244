//! Where the bars of a histogram begin and end: at instants that people of a zone find on their clock and calendar.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _, Zoned};

use crate::Time;

/// How long a bar is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// So many seconds, which an hour is a multiple of.
    Seconds(i64),
    /// So many hours by the clock, which a day is a multiple of.
    Hours(i8),
    Day,
    /// From Monday on.
    Week,
    /// So many months of a year, which is a multiple of them.
    Months(i8),
    /// So many years.
    Years(i16),
}

/// Shortest first.
const STEPS: [Step; 21] = [
    Step::Seconds(1),
    Step::Seconds(5),
    Step::Seconds(15),
    Step::Seconds(30),
    Step::Seconds(60),
    Step::Seconds(5 * 60),
    Step::Seconds(15 * 60),
    Step::Seconds(30 * 60),
    Step::Seconds(3_600),
    Step::Hours(3),
    Step::Hours(6),
    Step::Hours(12),
    Step::Day,
    Step::Week,
    Step::Months(1),
    Step::Months(3),
    Step::Years(1),
    Step::Years(5),
    Step::Years(10),
    Step::Years(100),
    Step::Years(1_000),
];

/// Edges of at most `most` bars, which is at least 12, that hold everything from `from` on and before `to`: ascending, the
/// first no later than `from`, the last no earlier than `to`. A day is the zone's, of 23, 24 or 25 hours.
#[must_use]
pub fn edges(from: Time, to: Time, zone: &TimeZone, most: usize) -> Vec<Time> {
    let to = to.max(Time(from.0.saturating_add(1)));
    let steps = STEPS.iter().filter(|step| step.is_worth_trying(from, to, most));
    let mut edges = steps.filter_map(|step| step.edges(from, to, zone, most));
    // Where no calendar reaches, one bar holds everything.
    edges.next().unwrap_or_else(|| vec![from, to])
}

impl Step {
    /// Whether there are not clearly more bars than `most`.
    fn is_worth_trying(self, from: Time, to: Time, most: usize) -> bool {
        let seconds = match self {
            Self::Seconds(seconds) => seconds,
            Self::Hours(hours) => i64::from(hours) * 3_600,
            Self::Day => 86_400,
            Self::Week => 7 * 86_400,
            Self::Months(months) => i64::from(months) * 31 * 86_400,
            Self::Years(years) => i64::from(years) * 366 * 86_400,
        };
        // A bar of hours may be one shorter, or longer, where clocks are set.
        let bars = (i128::from(to.0) - i128::from(from.0)) / (i128::from(seconds) * i128::from(Time::SECOND));
        bars <= most as i128
    }

    /// The edges, if there are not too many and the calendar reaches.
    fn edges(self, from: Time, to: Time, zone: &TimeZone, most: usize) -> Option<Vec<Time>> {
        let mut edge = self.first(from, zone)?;
        let mut edges = vec![time(&edge)];
        while edges.last().is_some_and(|last| *last < to) {
            if edges.len() > most {
                return None;
            }
            edge = self.after(&edge, zone)?;
            edges.push(time(&edge));
        }
        Some(edges)
    }

    /// The last edge that is not after `at`.
    fn first(self, at: Time, zone: &TimeZone) -> Option<Zoned> {
        let at = Timestamp::from_microsecond(at.0).ok()?.to_zoned(zone.clone());
        let date = at.date();
        let date = match self {
            Self::Seconds(seconds) => {
                let past = (i64::from(at.minute()) * 60 + i64::from(at.second())) % seconds;
                let second = at.timestamp().as_microsecond().div_euclid(Time::SECOND) - past;
                return Some(Timestamp::from_second(second).ok()?.to_zoned(zone.clone()));
            }
            Self::Hours(hours) => {
                let hour = at.hour() / hours * hours;
                let edge = date.at(hour, 0, 0, 0).to_zoned(zone.clone()).ok()?;
                // Where a clock was set back, the hour may come again.
                return if edge <= at { Some(edge) } else { Some(at) };
            }
            Self::Day => date,
            Self::Week => monday(date)?,
            Self::Months(months) => Date::new(date.year(), (date.month() - 1) / months * months + 1, 1).ok()?,
            Self::Years(years) => Date::new(date.year().div_euclid(years) * years, 1, 1).ok()?,
        };
        date.to_zoned(zone.clone()).ok()
    }

    /// The next edge.
    fn after(self, edge: &Zoned, zone: &TimeZone) -> Option<Zoned> {
        let date = edge.date();
        let date = match self {
            Self::Seconds(seconds) => return edge.checked_add(seconds.seconds()).ok(),
            Self::Hours(hours) => {
                let next = edge.hour() / hours * hours + hours;
                if next < 24 {
                    let next = date.at(next, 0, 0, 0).to_zoned(zone.clone()).ok()?;
                    return if next > *edge {
                        Some(next)
                    } else {
                        edge.checked_add(1.hour()).ok()
                    };
                }
                date.tomorrow().ok()?
            }
            Self::Day => date.tomorrow().ok()?,
            Self::Week => date.checked_add(1.week()).ok()?,
            Self::Months(months) => date.checked_add(months.months()).ok()?,
            Self::Years(years) => date.checked_add(years.years()).ok()?,
        };
        date.to_zoned(zone.clone()).ok()
    }
}

fn monday(date: Date) -> Option<Date> {
    let past = date.weekday().since(Weekday::Monday);
    date.checked_sub(past.days()).ok()
}

fn time(edge: &Zoned) -> Time {
    Time(edge.timestamp().as_microsecond())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).unwrap()
    }

    fn at(text: &str) -> Time {
        Time(text.parse::<Timestamp>().unwrap().as_microsecond())
    }

    fn hours(edges: &[Time]) -> Vec<i64> {
        edges
            .windows(2)
            .map(|edge| (edge[1].0 - edge[0].0) / (3_600 * Time::SECOND))
            .collect()
    }

    #[test]
    fn days_are_those_of_the_zone_also_where_clocks_are_set() {
        let berlin = zone("Europe/Berlin");
        let days = |from, to| hours(&edges(at(from), at(to), &berlin, 12));
        assert_eq!(
            days("2026-03-27T12:00:00Z", "2026-04-05T00:00:00Z"),
            [24, 24, 23, 24, 24, 24, 24, 24, 24, 24]
        );
        assert_eq!(
            days("2026-10-22T12:00:00Z", "2026-10-31T00:00:00Z"),
            [24, 24, 24, 25, 24, 24, 24, 24, 24, 24]
        );
        // Parts of a day begin where the clock says so.
        assert_eq!(
            days("2026-03-28T23:00:00Z", "2026-03-30T22:00:00Z"),
            [5, 6, 6, 6, 6, 6, 6, 6]
        );
    }

    proptest! {
        #[test]
        fn edges_hold_everything_and_are_no_more_than_wanted(
            from in -2_000_000_000_000_000i64..4_000_000_000_000_000,
            log in 0u32..60,
            most in 12usize..90,
            name in prop::sample::select(vec!["UTC", "Europe/Berlin", "America/Sao_Paulo", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Cairo"]),
        ) {
            let to = Time(from.saturating_add(1i64 << log).min(250_000_000_000_000_000));
            let found = edges(Time(from), to, &zone(name), most);
            prop_assert!(found.len() >= 2 && found.len() <= most + 1, "{}", found.len());
            prop_assert!(found.windows(2).all(|edge| edge[0] < edge[1]));
            prop_assert!(found[0] <= Time(from) && *found.last().unwrap() >= to);
            // No bar is empty of the range.
            prop_assert!(found[1] > Time(from) && found[found.len() - 2] < to);
        }
    }
}
