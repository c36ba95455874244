//! Test material for every crate: a deterministic generator of realistic activity, and short builders of facts.
//!
//! Owns no engine, no server and no assertion; depends on the values of an activity only.

mod build;
mod generator;

pub use build::{Build, activity, at, person};
pub use generator::{Generator, GeneratorSettings, Profile, Standing};
