//! Test material for every crate: a deterministic generator of realistic activity, short builders of facts, and, for tests
//! alone, a database server.
//!
//! Owns no engine and no assertion; depends on the values of an activity only.

mod build;
mod generator;
#[cfg(feature = "testing")]
mod place;
#[cfg(feature = "testing")]
pub mod postgres;

pub use build::{Build, activity, at, person};
pub use generator::{Generator, GeneratorSettings, Profile, SESSIONS, Standing};

#[cfg(feature = "testing")]
pub use place::Place;

/// The codes of the 23 activities a person can cause.
pub const EVERYDAY: [&str; 23] = [
    "user.login",
    "user.logout",
    "user.login_failed",
    "user.locked",
    "user.password_reset_requested",
    "user.password_reset_completed",
    "group.joined",
    "group.left",
    "user.forced_logout",
    "session.joined",
    "session.left",
    "session.started",
    "group.invitation_accepted",
    "group.invitation_declined",
    "user.default_group_set",
    "connection.requested",
    "connection.accepted",
    "connection.rejected",
    "connection.removed",
    "user.two_factor_enabled",
    "user.two_factor_disabled",
    "user.password_changed",
    "user.email_changed",
];
