//! Times as text in one zone, fast: the offset is looked up once per stretch between two transitions and the date
//! once per day. Which zones there are is told by `zone`.

use activity::Time;
use jiff::Timestamp;

use crate::zone::ZoneChoice;

/// Writes times of one zone.
#[derive(Debug)]
pub struct Stamp {
    choice: ZoneChoice,
    /// Microseconds since 1970 between which `offset` and `label` hold: `from..until`.
    from: i64,
    until: i64,
    offset_seconds: i32,
    label: String,
    offset_text: String,
    day: i64,
    date: String,
}

impl Stamp {
    /// A writer for this zone.
    #[must_use]
    pub fn new(choice: &ZoneChoice) -> Self {
        Self {
            choice: choice.clone(),
            from: 0,
            until: 0,
            offset_seconds: 0,
            label: String::new(),
            offset_text: String::new(),
            day: i64::MIN,
            date: String::new(),
        }
    }

    /// `2026-01-15 07:00:00 EST`.
    pub fn write_seconds(&mut self, at: Time, out: &mut Vec<u8>) {
        let local = self.local(at);
        self.write_date(local, out);
        out.push(b' ');
        write_clock(local, out);
        out.push(b' ');
        out.extend_from_slice(self.label.as_bytes());
    }

    /// `2026-01-15T07:00:00.204000-05:00`: RFC 3339 with microseconds.
    pub fn write_rfc3339(&mut self, at: Time, out: &mut Vec<u8>) {
        let local = self.local(at);
        self.write_date(local, out);
        out.push(b'T');
        write_clock(local, out);
        out.push(b'.');
        write_digits(local.rem_euclid(Time::SECOND), 6, out);
        out.extend_from_slice(self.offset_text.as_bytes());
    }

    /// Microseconds since 1970-01-01 00:00 of the wall clock in this zone.
    pub(super) fn local(&mut self, at: Time) -> i64 {
        let micros = at.0.clamp(Time::MIN.0, Time::MAX.0);
        if micros < self.from || micros >= self.until {
            self.look_up(Time(micros));
        }
        micros + i64::from(self.offset_seconds) * Time::SECOND
    }

    fn look_up(&mut self, at: Time) {
        let timestamp = at.timestamp();
        let zone = self.choice.zone();
        let info = zone.to_offset_info(timestamp);
        self.offset_seconds = info.offset().seconds();
        self.label = if self.choice.is_labelled_by_name() {
            self.choice.name().to_owned()
        } else {
            info.abbreviation().to_owned()
        };
        self.offset_text = offset_text(self.offset_seconds);
        // From this very instant, not from the transition before it: cheaper to know, and rows come in time order.
        let before = zone
            .preceding(timestamp)
            .next()
            .map_or(i64::MIN, |t| micros_of(t.timestamp()));
        let after = zone
            .following(timestamp)
            .next()
            .map_or(i64::MAX, |t| micros_of(t.timestamp()));
        let is_transition = zone.preceding(timestamp + jiff::SignedDuration::from_nanos(1)).next();
        let on_transition = is_transition.is_some_and(|t| t.timestamp() == timestamp);
        self.from = if on_transition { at.0 } else { before };
        self.until = after;
    }

    fn write_date(&mut self, local: i64, out: &mut Vec<u8>) {
        let day = local.div_euclid(Time::DAY);
        if day != self.day {
            self.day = day;
            self.date.clear();
            let (year, month, day) = civil(day);
            let mut text = Vec::with_capacity(10);
            write_digits(year, 4, &mut text);
            text.push(b'-');
            write_digits(month, 2, &mut text);
            text.push(b'-');
            write_digits(day, 2, &mut text);
            self.date.extend(text.into_iter().map(char::from));
        }
        out.extend_from_slice(self.date.as_bytes());
    }
}

fn micros_of(at: Timestamp) -> i64 {
    at.as_microsecond()
}

fn offset_text(seconds: i32) -> String {
    if seconds == 0 {
        return "Z".to_owned();
    }
    let minutes = seconds.unsigned_abs() / 60;
    let sign = if seconds < 0 { '-' } else { '+' };
    format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

/// Year, month and day of a number of days since 1970-01-01 in the proleptic Gregorian calendar, by counting
/// 400-year eras that begin on 1 March (year 0 of an era), where leap days come last.
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

fn write_clock(local: i64, out: &mut Vec<u8>) {
    let second = local.rem_euclid(Time::DAY) / Time::SECOND;
    write_digits(second / 3_600, 2, out);
    out.push(b':');
    write_digits(second / 60 % 60, 2, out);
    out.push(b':');
    write_digits(second % 60, 2, out);
}

/// The last `width` decimal digits of a number that is not negative.
fn write_digits(n: i64, width: usize, out: &mut Vec<u8>) {
    let at = out.len();
    out.resize(at + width, b'0');
    let mut rest = n.unsigned_abs();
    for slot in out[at..].iter_mut().rev() {
        *slot = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(zone: &str, at: &str) -> String {
        let mut out = Vec::new();
        let zone = ZoneChoice::named(zone).unwrap();
        Stamp::new(&zone).write_seconds(Time::parse(at).unwrap(), &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn est_is_five_hours_behind_utc_in_january_and_in_july() {
        assert_eq!(seconds("EST", "2026-01-15T12:00:00Z"), "2026-01-15 07:00:00 EST");
        assert_eq!(seconds("EST", "2026-07-01T12:00:00Z"), "2026-07-01 07:00:00 EST");
    }

    #[test]
    fn us_eastern_saves_daylight_and_says_so() {
        assert_eq!(
            seconds("America/New_York", "2026-01-15T12:00:00Z"),
            "2026-01-15 07:00:00 EST"
        );
        assert_eq!(
            seconds("America/New_York", "2026-07-01T12:00:00Z"),
            "2026-07-01 08:00:00 EDT"
        );
    }

    #[test]
    fn agrees_with_jiff_across_transitions_centuries_and_orders() {
        for name in [
            "UTC",
            "EST",
            "America/New_York",
            "Asia/Kolkata",
            "Australia/Lord_Howe",
            "Europe/Dublin",
        ] {
            let choice = ZoneChoice::named(name).unwrap();
            let mut stamp = Stamp::new(&choice);
            let mut micros = Time::parse("1899-12-30T23:59:59.999999Z").unwrap().0;
            for step in 0..4_000_i64 {
                micros += (step * 7_919 % 50 - 3) * Time::DAY + step * 1_000_003;
                let at = Time(micros);
                let mut out = Vec::new();
                stamp.write_rfc3339(at, &mut out);
                let zoned = at.timestamp().to_zoned(choice.zone().clone());
                let expected = zoned.strftime("%Y-%m-%dT%H:%M:%S.%6f").to_string();
                let text = String::from_utf8(out).unwrap();
                assert_eq!(text.get(..26), Some(expected.as_str()), "{name}");
            }
        }
    }

    #[test]
    fn changes_its_offset_exactly_at_a_transition() {
        let mut stamp = Stamp::new(&ZoneChoice::named("America/New_York").unwrap());
        let transition = Time::parse("2026-03-08T07:00:00Z").unwrap();
        let mut text = |micros: i64| {
            let mut out = Vec::new();
            stamp.write_seconds(transition.plus(micros), &mut out);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(text(0), "2026-03-08 03:00:00 EDT");
        assert_eq!(text(-1), "2026-03-08 01:59:59 EST");
        assert_eq!(text(1), "2026-03-08 03:00:00 EDT");
        assert_eq!(text(-Time::SECOND), "2026-03-08 01:59:59 EST");
    }

    #[test]
    fn an_unknown_zone_is_none() {
        assert!(ZoneChoice::named("Mars/Olympus").is_none());
        assert!(ZoneChoice::named("../../etc/passwd").is_none());
    }
}
