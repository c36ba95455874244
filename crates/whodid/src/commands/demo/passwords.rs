//! What one logs in to the demo with: written in the source for this machine alone, new where others reach it.

use std::net::IpAddr;

use data_encoding::BASE32_NOPAD;
use engine::{Rng as _, SystemRng};

/// The password of every account one can log in with, where only this machine reaches the demo.
const PASSWORD: &str = "just looking around";

/// Which passwords the people of the demo have.
pub(super) enum Passwords {
    /// The one that is written in the source: for this machine alone.
    Fixed,
    /// New ones, and this one for those who are not told of.
    Random {
        /// Of everybody else who is active.
        others: String,
    },
}

impl Passwords {
    /// Those for a demo that listens on this address.
    pub(super) fn fit_for(address: IpAddr) -> Self {
        match address.is_loopback() {
            true => Self::Fixed,
            false => Self::Random {
                others: random_password(),
            },
        }
    }

    pub(super) fn of_somebody(&self) -> String {
        match self {
            Self::Fixed => PASSWORD.to_owned(),
            Self::Random { .. } => random_password(),
        }
    }

    pub(super) fn of_others(&self) -> &str {
        match self {
            Self::Fixed => PASSWORD,
            Self::Random { others } => others,
        }
    }
}

/// 80 random bits, easy to type.
fn random_password() -> String {
    let mut bytes = [0; 10];
    SystemRng.fill(&mut bytes);
    let letters = BASE32_NOPAD.encode(&bytes).to_ascii_lowercase();
    [&letters[..4], &letters[4..8], &letters[8..12], &letters[12..]].join("-")
}
