//! What programs report, and what they may not say: types, applications and ids of this installation, and that
//! whatever is taken says who reported it and counts for nothing here.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

#[path = "reporting/forged.rs"]
mod forged;
#[path = "reporting/keys.rs"]
mod keys;
#[path = "reporting/matrix.rs"]
mod matrix;
mod support;
#[path = "reporting/world.rs"]
mod world;
