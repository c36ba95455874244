//! Answering a query from an open index: the query compiled to lists and ranges, evaluated a window at a time.
//!
//! What the index alone cannot decide (words that must follow each other in one text) is bounded from both sides:
//! documents that surely match, and those that may and are then checked row by row.

mod combine;
mod node;
mod plan;
mod words;

pub(crate) use node::{Bounds, Node};
pub(crate) use plan::{Source, compile, having};
#[cfg(test)]
pub(crate) use words::MENTIONS_READ;
