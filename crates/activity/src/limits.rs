//! stub
use serde::Serialize;
use crate::{Facts, Time};
/// One thing that is wrong with a submitted activity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{pointer}: {detail}")]
pub struct FieldError {
    /// JSON pointer to the wrong value; empty for the whole.
    pub pointer: String,
    /// What is wrong, which value, which limit, what to do.
    pub detail: String,
}
/// Checks facts from outside against every limit.
pub fn check(facts: &Facts, now: Time) -> Result<(), Vec<FieldError>> { let _ = (facts, now); Ok(()) }
/// Whether a text is a code.
#[must_use]
pub fn is_code(code: &str) -> bool { !code.is_empty() }
