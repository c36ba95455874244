//! Up to which instant an answer is complete. Owns the promise that nothing is recorded before an instant once named.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use activity::Time;

/// The promise, and the appends under way that hold it back.
#[derive(Debug, Default)]
pub(crate) struct Watermark {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    claimed: Time,
    next_ticket: u64,
    under_way: BTreeMap<u64, Time>,
}

/// An append under way; dropped when its transaction has ended, either way.
#[derive(Debug)]
pub(crate) struct Ticket {
    of: Arc<Watermark>,
    number: u64,
    floor: Time,
}

impl Watermark {
    /// Begins an append at `now`.
    pub(crate) fn enter(self: &Arc<Self>, now: Time) -> Ticket {
        let mut state = self.state();
        let floor = now.max(state.claimed);
        let number = state.next_ticket;
        state.next_ticket += 1;
        state.under_way.insert(number, floor);
        Ticket {
            of: Arc::clone(self),
            number,
            floor,
        }
    }

    /// The instant up to which a read that begins *after* this call is complete: later appends are recorded at or
    /// after it, and those under way hold it back.
    pub(crate) fn claim(&self, now: Time) -> Time {
        let mut state = self.state();
        let least = state.under_way.values().copied().min();
        let at = now.max(state.claimed);
        let at = least.map_or(at, |least| at.min(least));
        state.claimed = state.claimed.max(at);
        at
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ticket {
    /// The append is to be recorded no earlier than this.
    pub(crate) fn floor(&self) -> Time {
        self.floor
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.of.state().under_way.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_append_under_way_holds_the_watermark_back_until_it_ends() {
        let mark = Arc::new(Watermark::default());
        assert_eq!(mark.claim(Time(10)), Time(10));
        let ticket = mark.enter(Time(20));
        assert_eq!(mark.claim(Time(30)), Time(20));
        drop(ticket);
        assert_eq!(mark.claim(Time(30)), Time(30));
    }

    #[test]
    fn a_clock_that_goes_back_does_not_break_the_promise() {
        let mark = Arc::new(Watermark::default());
        assert_eq!(mark.claim(Time(100)), Time(100));
        assert_eq!(mark.enter(Time(50)).floor(), Time(100));
        assert_eq!(mark.claim(Time(60)), Time(100));
    }
}
