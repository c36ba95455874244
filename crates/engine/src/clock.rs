//! Time and randomness as arguments. The only place where the ambient ones are read.

use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};

use activity::Time;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use uuid::Uuid;

/// Says what time it is.
pub trait Clock: Send + Sync + fmt::Debug {
    /// The present moment.
    fn now(&self) -> Time;

    /// Microseconds that have passed since some moment of the past, whatever the clock was set to meanwhile.
    fn steady(&self) -> i64 {
        self.now().0
    }

    /// By how much the clock was set forward less backward since this process began, in microseconds.
    fn skipped(&self) -> i64 {
        0
    }

    /// The changes of the clock that were not told of before.
    fn changes(&self) -> Vec<ClockChange> {
        Vec::new()
    }
}

/// A clock that was set while this process ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockChange {
    /// What time it would have been.
    pub from: Time,
    /// What it was set to.
    pub to: Time,
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods)]
    fn now(&self) -> Time {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        // A clock set before 1970 reads as 1970; the log keeps its own order whatever the clock says.
        Time(
            since
                .map_or(0, |since| i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
                .min(Time::MAX.0),
        )
    }

    fn steady(&self) -> i64 {
        // It goes on while the machine sleeps: waking up is no change of the clock.
        let since = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
        since.tv_sec * Time::SECOND + since.tv_nsec / 1_000
    }
}

/// A clock that stands still until it is moved. For tests and for made-up histories.
#[derive(Debug)]
pub struct ManualClock {
    now: AtomicI64,
    jumped: AtomicI64,
}

impl ManualClock {
    /// A clock that stands at `at`.
    #[must_use]
    pub fn new(at: Time) -> Self {
        Self {
            now: AtomicI64::new(at.0),
            jumped: AtomicI64::new(0),
        }
    }

    /// Sets it, also backwards.
    pub fn set(&self, at: Time) {
        self.now.store(at.0, Ordering::SeqCst);
    }

    /// Moves it by `micros`.
    pub fn advance(&self, micros: i64) {
        self.now.fetch_add(micros, Ordering::SeqCst);
    }

    /// Sets it forward or back by `micros` although no time passes.
    pub fn jump(&self, micros: i64) {
        self.jumped.fetch_add(micros, Ordering::SeqCst);
        self.advance(micros);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Time {
        Time(self.now.load(Ordering::SeqCst))
    }

    fn steady(&self) -> i64 {
        self.now().0 - self.jumped.load(Ordering::SeqCst)
    }
}

/// Gives random bytes fit for secrets.
pub trait Rng: Send + Sync + fmt::Debug {
    /// Fills `out`.
    fn fill(&self, out: &mut [u8]);

    /// A UUID version 7 of `now`.
    fn uuid(&self, now: Time) -> Uuid {
        let mut random = [0; 10];
        self.fill(&mut random);
        let millis = u64::try_from(now.0 / 1000).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }

    /// A 256-bit secret.
    fn key(&self) -> [u8; 32] {
        let mut key = [0; 32];
        self.fill(&mut key);
        key
    }
}

/// A cryptographic generator seeded, again and again, by the operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRng;

impl Rng for SystemRng {
    #[allow(clippy::disallowed_methods)]
    fn fill(&self, out: &mut [u8]) {
        rand::rng().fill_bytes(out);
    }
}

/// The same bytes for the same seed. For tests and made-up histories, never for secrets.
#[derive(Debug)]
pub struct SeededRng(Mutex<StdRng>);

impl SeededRng {
    /// The generator of this seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(seed)))
    }
}

impl Rng for SeededRng {
    fn fill(&self, out: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(out);
    }
}
