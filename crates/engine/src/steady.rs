//! A clock that is not believed at once when it is set far forward or back. Owns for how long, and what is told of it.

use std::sync::{Arc, Mutex, PoisonError};

use activity::Time;

use crate::{Clock, ClockChange};

/// By how much a clock may differ from what passed and only be adjusted.
const TOLERANCE: i64 = 60 * Time::SECOND;
/// How long a clock must stay where it was set before it is believed: one that is wrong for a moment dates nothing.
const DOUBT: i64 = 60 * Time::SECOND;

/// Another clock, with doubts: when it is set by more than a minute, time goes on as it passed until the clock has stayed
/// there for a minute.
#[derive(Debug)]
pub struct SteadyClock {
    inner: Arc<dyn Clock>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// A moment, by the clock and by what had passed.
    wall: i64,
    steady: i64,
    /// Since when, by what has passed, the clock is doubted.
    doubted: Option<i64>,
    skipped: i64,
    changes: Vec<ClockChange>,
}

impl SteadyClock {
    /// Believes what `inner` says now.
    pub fn new(inner: Arc<dyn Clock>) -> Self {
        let state = Mutex::new(State {
            wall: inner.now().0,
            steady: inner.steady(),
            doubted: None,
            skipped: 0,
            changes: Vec::new(),
        });
        Self { inner, state }
    }
}

impl Clock for SteadyClock {
    fn now(&self) -> Time {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (wall, steady) = (self.inner.now().0, self.inner.steady());
        let passed = state.wall.saturating_add(steady - state.steady);
        let off = wall.saturating_sub(passed);
        if off.saturating_abs() <= TOLERANCE {
            if state.doubted.take().is_some() {
                tracing::warn!("the clock is right again; nothing was dated by what it said meanwhile");
            }
        } else {
            let since = *state.doubted.get_or_insert_with(|| {
                tracing::warn!(from = %Time(passed), to = %Time(wall), "the clock was set; it is believed if it stays there");
                steady
            });
            if steady.saturating_sub(since) < DOUBT {
                return Time(passed);
            }
            state.doubted = None;
            state.skipped = state.skipped.saturating_add(off);
            state.changes.push(ClockChange {
                from: Time(passed),
                to: Time(wall),
            });
        }
        (state.wall, state.steady) = (wall, steady);
        Time(wall)
    }

    fn steady(&self) -> i64 {
        self.inner.steady()
    }

    fn skipped(&self) -> i64 {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).skipped
    }

    fn changes(&self) -> Vec<ClockChange> {
        std::mem::take(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner).changes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ManualClock;

    const DAY: i64 = 86_400 * Time::SECOND;

    #[test]
    fn a_clock_that_is_wrong_for_a_moment_is_not_believed() {
        let inner = Arc::new(ManualClock::new(Time(1_000 * DAY)));
        let clock = SteadyClock::new(inner.clone());
        for jump in [27_000 * DAY, -900 * DAY] {
            let before = clock.now();
            inner.jump(jump);
            inner.advance(Time::SECOND);
            assert_eq!(clock.now(), before.plus(Time::SECOND));
            inner.jump(-jump);
            inner.advance(Time::SECOND);
            assert_eq!(clock.now(), before.plus(2 * Time::SECOND));
            assert_eq!((clock.skipped(), clock.changes()), (0, vec![]));
        }
    }

    #[test]
    fn a_clock_that_stays_where_it_was_set_is_believed_after_a_minute_and_told_of_once() {
        for jump in [DAY, -DAY] {
            let inner = Arc::new(ManualClock::new(Time(1_000 * DAY)));
            let clock = SteadyClock::new(inner.clone());
            inner.jump(jump);
            assert_eq!(clock.now(), Time(1_000 * DAY));
            inner.advance(DOUBT);
            let from = Time(1_000 * DAY + DOUBT);
            assert_eq!(clock.now(), from.plus(jump));
            assert_eq!(clock.skipped(), jump);
            let to = from.plus(jump);
            assert_eq!(clock.changes(), [ClockChange { from, to }]);
            assert_eq!(clock.changes(), []);
        }
    }

    #[test]
    fn a_clock_that_is_adjusted_little_by_little_is_followed() {
        let inner = Arc::new(ManualClock::new(Time(0)));
        let clock = SteadyClock::new(inner.clone());
        for _ in 0..1_000 {
            inner.jump(TOLERANCE);
            assert_eq!(clock.now(), inner.now());
        }
        assert_eq!((clock.skipped(), clock.changes()), (0, vec![]));
    }
}
