//! How often one address may try a secret, and one key may call the API.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use app::network;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::Limits;

/// The counters of one server; what was long unused is forgotten.
pub(crate) struct Rates {
    secrets: Option<DefaultKeyedRateLimiter<IpAddr>>,
    /// By the application's id and the address.
    application_secrets: Option<DefaultKeyedRateLimiter<(String, IpAddr)>>,
    api: Option<DefaultKeyedRateLimiter<String>>,
    clock: DefaultClock,
}

impl Rates {
    pub(crate) fn new(limits: &Limits) -> Self {
        let secrets = NonZeroU32::new(limits.secrets_per_minute).map(Quota::per_minute);
        let application_secrets = NonZeroU32::new(limits.application_secrets_per_minute).map(Quota::per_minute);
        let api = NonZeroU32::new(limits.api_per_second)
            .map(|rate| Quota::per_second(rate).allow_burst(rate.saturating_mul(NonZeroU32::MIN.saturating_add(9))));
        Self {
            secrets: secrets.map(RateLimiter::keyed),
            application_secrets: application_secrets.map(RateLimiter::keyed),
            api: api.map(RateLimiter::keyed),
            clock: DefaultClock::default(),
        }
    }

    /// One more attempt at a secret; `Err` with how long to wait.
    pub(crate) fn secret(&self, ip: IpAddr) -> Result<(), Duration> {
        let Some(limiter) = &self.secrets else { return Ok(()) };
        limiter
            .check_key(&network(ip))
            .map_err(|not_yet| not_yet.wait_time_from(self.clock.now()))
    }

    /// One more attempt at a secret through this application, whose server speaks for many people; `Err` with how long to
    /// wait. What each account takes is counted with the account.
    pub(crate) fn application_secret(&self, application_id: &str, ip: IpAddr) -> Result<(), Duration> {
        let Some(limiter) = &self.application_secrets else {
            return Ok(());
        };
        limiter
            .check_key(&(application_id.to_owned(), network(ip)))
            .map_err(|not_yet| not_yet.wait_time_from(self.clock.now()))
    }

    /// One more call with a key; `Err` with how long to wait.
    pub(crate) fn api(&self, key_id: &str) -> Result<(), Duration> {
        let Some(limiter) = &self.api else { return Ok(()) };
        limiter
            .check_key(&key_id.to_owned())
            .map_err(|not_yet| not_yet.wait_time_from(self.clock.now()))
    }

    /// Forgets who has not been seen for long, so that the counters stay bounded.
    pub(crate) fn forget_old(&self) {
        if let Some(limiter) = &self.secrets {
            limiter.retain_recent();
        }
        if let Some(limiter) = &self.application_secrets {
            limiter.retain_recent();
        }
        if let Some(limiter) = &self.api {
            limiter.retain_recent();
        }
    }
}
