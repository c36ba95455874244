//! Reading in what another system logged: every line becomes activities, is passed over for a named reason, or is
//! reported with its number. Repeating an import adds nothing. Owns no file and no progress bar.

mod jsonl;
mod keys;
mod lines;
mod openssh;
mod run;
#[cfg(test)]
mod tests;

pub use run::{Import, ImportError, ImportFormat, Progress, Summary, Watch, import};

use activity::json::Reported;

/// What one line says.
#[derive(Debug, PartialEq)]
enum Reading {
    /// These activities.
    Activities(Vec<Reported>),
    /// Nothing that belongs into a log of people's activities, for this reason.
    Ignored(&'static str),
    /// It cannot be read, for this reason.
    Unreadable(String),
}

impl Reading {
    fn unreadable(why: impl Into<String>) -> Self {
        Self::Unreadable(why.into())
    }
}
