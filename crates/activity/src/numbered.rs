//! The number that whoever sends activities gave one of them. It is no part of the activity: the log keeps per source which
//! numbers are missing, and nothing else of it.

use crate::limits::{FaultCode, FieldError, shown};

/// The most bytes of the name of a source.
pub const SOURCE_BYTES: usize = 200;
/// The most bytes of the name of a numbering.
pub const EPOCH_BYTES: usize = 100;
/// The largest number.
pub const SEQUENCE_MOST: u64 = i64::MAX.unsigned_abs();

/// Where an activity stands in the numbering of its source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Numbered {
    /// What numbers its events, in the words of whoever reports; empty for the only one there.
    pub source: String,
    /// Tells a numbering from the ones of this source before it; empty for one that never begins anew.
    pub epoch: String,
    /// The number: each event has one more than the one before it.
    pub sequence: u64,
}

impl Numbered {
    /// Checks both names against their limits.
    pub(crate) fn check(&self) -> Result<(), Vec<FieldError>> {
        let names = [
            ("/source", &self.source, SOURCE_BYTES),
            ("/epoch", &self.epoch, EPOCH_BYTES),
        ];
        let fault = |(pointer, text, most): (&'static str, &String, usize)| {
            if text.len() > most {
                let detail = format!(
                    "{} has {} bytes; {most} is the most: shorten it",
                    shown(text),
                    text.len()
                );
                return Some(FieldError::of(FaultCode::TooLong, pointer, detail));
            }
            let detail = || format!("{} holds a control character; remove it", shown(text));
            (text.chars().any(char::is_control)).then(|| FieldError::new(pointer, detail()))
        };
        let faults: Vec<FieldError> = names.into_iter().filter_map(fault).collect();
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }
}
