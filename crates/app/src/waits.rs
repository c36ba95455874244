//! How long a bucket of attempts stays locked: waits that double, so that whoever guesses for days gets few guesses,
//! and a most for a day, whatever succeeded in between. Decides only; keeps nothing.

use activity::{Reason, Time};
use store::accounts::attempt::Failures;

use crate::settings::PasswordSettings;

const MINUTE: i64 = 60 * Time::SECOND;
/// After so long without a failure the waits begin at the first one again.
const QUIET: i64 = Time::DAY;

/// What fills a bucket, and for how long.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waits {
    /// Failures that lock.
    pub(super) failures: u64,
    /// The first wait, in microseconds.
    first: i64,
    /// The longest.
    most: i64,
    /// Failures a day; `None` where the owner is known to be.
    a_day: Option<u64>,
}

impl Waits {
    /// The rule for attempts from anywhere.
    pub(super) fn for_strangers(settings: &PasswordSettings) -> Self {
        let first = i64::from(settings.lock_minutes) * MINUTE;
        Self {
            failures: u64::from(settings.lock_after.max(1)),
            first,
            most: first.max(i64::from(settings.lock_minutes_most) * MINUTE),
            a_day: Some(u64::from(settings.guesses_per_day.max(1))),
        }
    }

    /// The rule for attempts from a known device.
    pub(super) fn for_known_devices(settings: &PasswordSettings) -> Self {
        Self {
            a_day: None,
            ..Self::for_strangers(settings)
        }
    }

    /// The bucket with one more failure, which may lock it; `None` if it is locked.
    pub(super) fn reserve(&self, bucket: &Failures, now: Time) -> Option<Failures> {
        if bucket.locked_until.is_some_and(|until| until > now) {
            return None;
        }
        let mut next = *bucket;
        if next.locked_until.take().is_some() {
            next.failures = 0;
        }
        if next.last_at.is_none_or(|at| at.plus(QUIET) <= now) {
            next.locks = 0;
        }
        if next.day_began.plus(Time::DAY) <= now {
            next.day_began = now;
            next.in_day = 0;
        }
        if self.a_day.is_some_and(|most| next.in_day >= most) {
            return None;
        }
        next.failures += 1;
        next.in_day += 1;
        next.last_at = Some(now);
        if next.failures >= self.failures {
            next.locked_until = Some(now.plus(self.wait(next.locks)));
            next.locks += 1;
        }
        if self.is_last_of_day(&next) {
            next.locked_until = next.locked_until.max(Some(next.day_began.plus(Time::DAY)));
        }
        Some(next)
    }

    /// The bucket without one failure that was none, and without the lock that it would have been.
    pub(super) fn give_back(&self, bucket: &Failures) -> Failures {
        let mut next = *bucket;
        if next.failures == 0 {
            return next;
        }
        if next.failures >= self.failures {
            next.locks = next.locks.saturating_sub(1);
            next.locked_until = None;
        } else if self.is_last_of_day(&next) {
            next.locked_until = None;
        }
        next.failures -= 1;
        next.in_day = next.in_day.saturating_sub(1);
        next
    }

    /// The bucket after a success: only the day remembers what failed before.
    pub(super) fn succeeded(bucket: &Failures) -> Failures {
        Failures {
            day_began: bucket.day_began,
            in_day: bucket.in_day.saturating_sub(1),
            ..Failures::default()
        }
    }

    /// Why a bucket with these failures is locked, and how many they are.
    pub(super) fn why(&self, bucket: &Failures) -> (Reason, u64) {
        if self.is_last_of_day(bucket) {
            return (Reason::TooManyFailuresInDay, bucket.in_day);
        }
        (Reason::TooManyFailures, bucket.failures)
    }

    fn is_last_of_day(&self, bucket: &Failures) -> bool {
        self.a_day.is_some_and(|most| bucket.in_day >= most)
    }

    /// The wait after so many locks.
    fn wait(&self, locks: u64) -> i64 {
        let times = 1_i64 << locks.min(30);
        self.first.saturating_mul(times).min(self.most)
    }
}

#[cfg(test)]
mod tests {
    use crate::waits::*;

    fn waits() -> Waits {
        Waits::for_strangers(&PasswordSettings::default())
    }

    /// How many guesses somebody gets who tries as often as they can for so many days.
    fn guesses(waits: Waits, days: i64, every: i64) -> u64 {
        let (mut bucket, mut now, mut n) = (Failures::default(), Time(1_000 * Time::DAY), 0);
        let end = now.plus(days * Time::DAY);
        while now < end {
            if let Some(next) = waits.reserve(&bucket, now) {
                bucket = next;
                n += 1;
            }
            now = now.plus(every);
        }
        n
    }

    #[test]
    fn waits_double_up_to_the_longest() {
        let (waits, mut bucket, mut now) = (waits(), Failures::default(), Time(1_000 * Time::DAY));
        let mut minutes = Vec::new();
        for _ in 0..7 {
            for _ in 0..5 {
                bucket = waits.reserve(&bucket, now).expect("the lock has lapsed");
            }
            let until = bucket.locked_until.expect("five failures lock");
            assert!(waits.reserve(&bucket, Time(until.0 - 1)).is_none());
            minutes.push((until.0 - now.0) / MINUTE);
            now = until;
        }
        assert_eq!(minutes, [30, 60, 120, 240, 480, 480, 480]);
    }

    #[test]
    fn nobody_gets_more_than_a_hundred_guesses_a_day_whatever_the_settings() {
        assert!(guesses(waits(), 1, MINUTE) <= 35);
        assert!(guesses(waits(), 30, MINUTE) <= 30 * 20, "the waits stay long");
        let lax = PasswordSettings {
            lock_after: 1_000,
            lock_minutes: 1,
            lock_minutes_most: 1,
            ..PasswordSettings::default()
        };
        assert_eq!(guesses(Waits::for_strangers(&lax), 10, MINUTE / 2), 10 * 100);
    }

    #[test]
    fn a_success_in_between_does_not_buy_another_hundred_guesses() {
        let (waits, mut bucket, mut now) = (waits(), Failures::default(), Time(1_000 * Time::DAY));
        let mut wrong = 0;
        for _ in 0..2_000 {
            now = now.plus(20 * Time::SECOND);
            if let Some(next) = waits.reserve(&bucket, now) {
                bucket = next;
                wrong += 1;
            }
            if wrong % 3 == 0
                && let Some(next) = waits.reserve(&bucket, now)
            {
                bucket = Waits::succeeded(&next);
            }
        }
        assert!(wrong <= 100, "{wrong}");
    }

    #[test]
    fn a_quiet_day_forgives_and_a_known_device_has_no_most_of_a_day() {
        let waits = Waits::for_known_devices(&PasswordSettings {
            lock_after: 1_000,
            ..PasswordSettings::default()
        });
        let (mut bucket, now) = (Failures::default(), Time(1_000 * Time::DAY));
        for _ in 0..500 {
            bucket = waits.reserve(&bucket, now).expect("no most of a day");
        }
        let tired = Failures {
            locks: 5,
            last_at: Some(now),
            locked_until: Some(now),
            failures: 5,
            ..Failures::default()
        };
        let next = waits.reserve(&tired, now.plus(QUIET)).expect("the lock has lapsed");
        assert_eq!((next.locks, next.failures), (0, 1));
        assert_eq!(
            waits.reserve(&tired, now.plus(QUIET - 1)).map(|next| next.locks),
            Some(5)
        );
    }

    #[test]
    fn giving_back_lifts_the_lock_that_the_attempt_would_have_been() {
        let (waits, mut bucket, now) = (waits(), Failures::default(), Time(1_000 * Time::DAY));
        for _ in 0..5 {
            bucket = waits.reserve(&bucket, now).expect("room");
        }
        let back = waits.give_back(&bucket);
        assert_eq!((back.failures, back.locks, back.locked_until), (4, 0, None));
        assert_eq!(waits.give_back(&Failures::default()), Failures::default());
    }
}
