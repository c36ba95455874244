//! The tables of the log, one module each. Owns their SQL; what the bytes in them mean is the log engine's.

pub mod activity_type;
pub mod checkpoint;
pub mod closed_gap;
pub mod erasure;
pub mod external_id;
pub mod head;
pub mod hot_batch;
pub mod idempotency;
pub mod import;
pub mod log_key;
pub mod lost_batch;
pub(crate) mod many;
pub mod numbering;
pub mod person_key;
pub mod retention;
pub mod verification;
pub mod volume;
pub mod witness;

pub use head::{Head, Position};
pub use hot_batch::{HotBatch, Loaded};
pub use idempotency::Remembered;
pub use log_key::LogKey;
pub use lost_batch::LostBatch;
pub use numbering::{ListedNumbering, NumberingId, NumberingTotal, SourceOf};
pub use person_key::PersonKey;
pub use verification::Verification;
pub use volume::VolumeRow;
pub use witness::WitnessRow;

use crate::StoreError;

/// A 32-byte column's value.
pub(crate) fn bytes32(bytes: &[u8], column: &'static str) -> Result<[u8; 32], StoreError> {
    bytes
        .try_into()
        .map_err(|_| StoreError::Unreadable(format!("{column} holds {} bytes instead of 32", bytes.len())))
}

/// A number that is never negative.
pub(crate) fn unsigned(value: i64, column: &'static str) -> Result<u64, StoreError> {
    u64::try_from(value).map_err(|_| StoreError::Unreadable(format!("{column} is negative: {value}")))
}

/// A number as SQL keeps it.
#[allow(clippy::cast_possible_wrap)]
pub(crate) fn signed(value: u64) -> i64 {
    // A log of 2^63 activities cannot be reached: at a million a second it would take 292,000 years.
    value as i64
}
