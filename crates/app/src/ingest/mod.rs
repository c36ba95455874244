//! Taking in activities that other programs report.

mod record;
#[cfg(test)]
mod tests;

pub use record::{Idempotency, ItemResult, RecordError, Recorded, Submission, record};
