//! One volume: a sealed, immutable stretch of the log as files of one directory.
//!
//! `record.parquet` is the record; `index/` (Tantivy) and `tree` are derived from it; `meta.json` names and seals them.
//! Owns writing, reading back, searching, scanning and merging volumes. Which volumes exist is the log's to know.

mod bitmap;
mod count;
mod error;
mod eval;
mod files;
mod index;
mod merge;
mod meta;
mod order;
mod query;
mod record;
mod reindex;
mod rows;
mod scan;
mod search;
mod tree;
mod verify;
mod volume;
mod write;

#[cfg(test)]
mod tests;

pub use count::{Count, Facet};
pub use error::{Result, VolumeError};
pub use files::{id_of, list, remove};
pub use merge::merge;
pub use meta::{FORMAT, VolumeMeta};
pub use order::{Cursor, Order};
pub use query::{Deadline, Filling, Overdue, Query, Room};
pub use reindex::reindex;
pub use scan::Scan;
pub use verify::verify;
pub use volume::{Volume, tree_range};
pub use write::write;
