//! What an activity is: its values, its type and sentence, its bytes, and the language it is searched in.
//!
//! Pure: no input or output, no clock, no async. Everything else in the workspace leans on this crate.

pub mod buckets;
pub mod canonical;
pub mod catalogue;
pub mod codec;
pub mod erased;
pub mod field;
mod heading;
pub mod json;
pub mod likeness;
pub mod limits;
mod model;
pub mod numbered;
pub mod query;
mod reason;
mod recorder;
mod removed;
#[cfg(test)]
mod samples;
pub mod sentence;
pub mod shorten;
pub mod text;
mod time;
mod weight;
mod words;

pub use erased::{ERASED, ERASED_NAME};
pub use field::Field;
pub use heading::Heading;
pub use model::{Activity, By, Change, Facts, Named, Person, Seq, Target};
pub use numbered::Numbered;
pub use reason::Reason;
pub use recorder::{Recorder, RecorderKind, Reporter};
pub use removed::REMOVED;
pub use time::Time;
pub use weight::weight;
pub use words::{Outcome, Severity};
