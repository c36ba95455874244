//! The index of a volume: its fields, its writing, and its opening.

pub(crate) mod build;
pub(crate) mod column;
pub(crate) mod compare;
pub(crate) mod details;
pub(crate) mod halting;
pub(crate) mod known;
pub(crate) mod open;
pub(crate) mod replace;
pub(crate) mod same;
pub(crate) mod schema;
pub(crate) mod starts;
mod view;
pub(crate) mod write;
