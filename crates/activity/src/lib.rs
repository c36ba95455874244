//! What an activity is: its values, its type and sentence, its bytes, and the language it is searched in.
//!
//! Pure: no input or output, no clock, no async. Everything else in the workspace leans on this crate.

pub mod canonical;
pub mod catalogue;
pub mod codec;
pub mod json;
pub mod limits;
mod model;
pub mod query;
#[cfg(test)]
mod samples;
pub mod sentence;
pub mod text;
mod time;

pub use model::{Activity, By, Change, Facts, Named, Outcome, Person, Seq, Target};
pub use time::Time;
