//! The JSON of an activity: strict reading of what others send, and the one shape it is shown in.
//! Owns shape and its errors; how much a field may hold is `limits`'.

mod facts;
mod keys;
mod node;
mod write;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

use node::Node;

use crate::limits::{self, FieldError};
use crate::shorten::shorten;
use crate::{Facts, Time};

pub use write::{to_json, write_json};

/// The deepest that arrays and objects may nest.
pub const MAX_DEPTH: usize = 32;
/// The most values, whole objects and arrays counted, that are read of one activity: far more than its limits allow.
pub const MAX_VALUES: usize = 2_000;

/// Reads one activity strictly and checks every limit; a missing `occurred_at` is `now`.
pub fn parse_facts(body: &[u8], now: Time) -> Result<Facts, Vec<FieldError>> {
    facts(node::parse(body, MAX_VALUES).map_err(|error| vec![error])?, now, &[])
}

/// Like [`parse_facts`], but what is too long is shortened where it can be; with the JSON pointers to what was.
pub fn parse_facts_shortened(body: &[u8], now: Time) -> Result<(Facts, Vec<String>), Vec<FieldError>> {
    let node = node::parse(body, MAX_VALUES).map_err(|error| vec![error])?;
    let mut facts = facts::read(node, now, &[])?;
    let shortened = shorten(&mut facts);
    limits::check(&facts, now)?;
    Ok((facts, shortened))
}

/// Like [`parse_facts`], for rows that [`to_json`] wrote: `id`, `recorded_at` and `sentence` are passed over.
pub fn parse_row(body: &[u8], now: Time) -> Result<Facts, Vec<FieldError>> {
    facts(
        node::parse(body, MAX_VALUES).map_err(|error| vec![error])?,
        now,
        keys::GIVEN_BY_THE_LOG,
    )
}

fn facts(node: Node<'_>, now: Time, passed_over: &[&str]) -> Result<Facts, Vec<FieldError>> {
    let facts = facts::read(node, now, passed_over)?;
    limits::check(&facts, now)?;
    Ok(facts)
}
