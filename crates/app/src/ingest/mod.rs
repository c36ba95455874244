//! Taking in activities that other programs report: who they are, what they may say, and what becomes of it.

mod judge;
mod record;
mod reporter;
#[cfg(test)]
mod tests;

pub(crate) use judge::restrict;
pub use record::{Idempotency, ItemResult, RecordError, Recorded, Submission, record};
pub use reporter::Reporter;
