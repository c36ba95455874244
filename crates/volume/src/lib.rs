//! One volume: a sealed, immutable stretch of the log as files of one directory.
//!
//! `record.parquet` is the record; `index/` (Tantivy) and `tree` are derived from it; `meta.json` names and seals them.
//! Owns writing, reading back, searching, scanning and merging volumes. Which volumes exist is the log's to know.

mod error;
mod meta;
mod volume;

pub use error::{Result, VolumeError};
pub use meta::{FORMAT, VolumeMeta};
pub use volume::{Count, Cursor, Facet, Order, Scan, Volume};
pub use volume::{list, merge, reindex, remove, verify, write};
