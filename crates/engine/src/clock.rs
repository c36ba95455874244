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
}

/// A clock that stands still until it is moved. For tests and for made-up histories.
#[derive(Debug)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// A clock that stands at `at`.
    #[must_use]
    pub fn new(at: Time) -> Self {
        Self(AtomicI64::new(at.0))
    }

    /// Sets it, also backwards.
    pub fn set(&self, at: Time) {
        self.0.store(at.0, Ordering::SeqCst);
    }

    /// Moves it by `micros`.
    pub fn advance(&self, micros: i64) {
        self.0.fetch_add(micros, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Time {
        Time(self.0.load(Ordering::SeqCst))
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
