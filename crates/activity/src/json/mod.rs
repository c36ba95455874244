//! The JSON of an activity: strict reading of what others send, and the one shape it is shown in.
//! Owns shape and its errors; how much a field may hold is `limits`'.

mod facts;
mod keys;
mod node;
mod reader;
mod write;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

use crate::limits::{self, FieldError};
use crate::shorten::shorten;
use crate::{Facts, Numbered, Time};

pub use write::{to_json, write_json};

/// The deepest that arrays and objects may nest.
pub const MAX_DEPTH: usize = 32;
/// The most values, whole objects and arrays counted, that are read of one activity: far more than its limits allow.
pub const MAX_VALUES: usize = 2_000;

/// What a reporter sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Reported {
    /// The activity.
    pub facts: Facts,
    /// The number that its source gave it.
    pub numbered: Option<Numbered>,
    /// The JSON pointers to what was shortened of it.
    pub shortened: Vec<String>,
}

impl From<Facts> for Reported {
    fn from(facts: Facts) -> Self {
        Self {
            facts,
            numbered: None,
            shortened: Vec::new(),
        }
    }
}

/// Reads one activity strictly and checks every limit; a missing `occurred_at` is `now`.
pub fn parse_facts(body: &[u8], now: Time) -> Result<Facts, Vec<FieldError>> {
    parse_reported(body, now).map(|reported| reported.facts)
}

/// Like [`parse_facts`], with the number that its source gave it.
pub fn parse_reported(body: &[u8], now: Time) -> Result<Reported, Vec<FieldError>> {
    reported(body, now, &[])
}

/// Like [`parse_reported`], but what is too long is shortened where it can be.
pub fn parse_shortened(body: &[u8], now: Time) -> Result<Reported, Vec<FieldError>> {
    let mut reported = read(body, now, &[])?;
    reported.shortened = shorten(&mut reported.facts);
    checked(reported, now)
}

/// Like [`parse_reported`], for rows that [`to_json`] wrote too: `id`, `recorded_at` and `sentence` are passed over.
pub fn parse_row(body: &[u8], now: Time) -> Result<Reported, Vec<FieldError>> {
    reported(body, now, keys::GIVEN_BY_THE_LOG)
}

fn reported(body: &[u8], now: Time, passed_over: &[&str]) -> Result<Reported, Vec<FieldError>> {
    checked(read(body, now, passed_over)?, now)
}

fn read(body: &[u8], now: Time, passed_over: &[&str]) -> Result<Reported, Vec<FieldError>> {
    let node = node::parse(body, MAX_VALUES).map_err(|error| vec![error])?;
    facts::read(node, now, passed_over)
}

fn checked(reported: Reported, now: Time) -> Result<Reported, Vec<FieldError>> {
    let facts = limits::check(&reported.facts, now);
    let number = reported.numbered.as_ref().map_or(Ok(()), Numbered::check);
    match (facts, number) {
        (Ok(()), Ok(())) => Ok(reported),
        (facts, number) => Err([facts.err(), number.err()].into_iter().flatten().flatten().collect()),
    }
}
