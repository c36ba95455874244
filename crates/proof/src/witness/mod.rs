//! The witness protocol (c2sp.org/tlog-witness), without its HTTP: what a log asks, what a witness decides, and what
//! the log reads in the answer.

mod answer;
mod judge;
mod request;

pub use answer::{Answer, AnswerError, read_answer};
pub use judge::{Accepted, CONFLICT_TYPE, KnownLog, Refusal, Seen};
pub use request::{AddCheckpoint, MAX_CONSISTENCY_LINES, MAX_REQUEST_BYTES, RequestError};

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
