//! How long activities are kept: rules for each heading of the catalogue, what they would remove before they do, and what they
//! removed, as signed notes. Owns when; taking rows out of the log is the engine's.

mod apply;
mod change;
mod note;
mod rehearse;
mod rules;
mod state;
mod worker;

pub(crate) use apply::sign;
pub use apply::{apply, apply_due};
pub use change::{Wanted, change};
pub use engine::{Cut, Removal, RetentionRun};
pub use note::note;
pub use rehearse::rehearse;
pub use rules::{Keep, MOST_DAYS, Rules};
pub use state::{KnownRetention, RetentionState, known, state};
pub use worker::keep_applying;
