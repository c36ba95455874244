//! One volume: a sealed, immutable stretch of the log as files of one directory.
//!
//! `record.parquet` is the record; `index/` (Tantivy) and `tree` are derived from it; `meta.json` names and seals them.
//! Owns making, reading back, searching and scanning volumes. Which volumes exist, and where, is the log's to know.

mod bitmap;
mod candidates;
mod count;
mod error;
mod eval;
mod facet;
mod files;
mod index;
mod indexed;
mod making;
mod meta;
mod order;
mod part;
mod patch;
mod query;
mod record;
mod record_only;
mod rewrite;
mod rows;
mod scan;
mod sealed;
mod search;
mod spread;
mod tally;
mod times;
mod tree;
mod verify;
mod volume;

#[cfg(test)]
mod tests;

pub use count::Count;
pub use error::{Result, VolumeError};
pub use facet::Facet;
pub use indexed::Indexed;
pub use meta::{FileSum, Formats, INDEX_FORMAT, RECORD, VolumeMeta};
pub use order::{Cursor, Order, Rank};
pub use part::TreePart;
pub use query::{Deadline, Filling, Overdue, Query, Room};
pub use record::read::{Glance, RecordRow};
pub use record_only::{RecordOnly, RecordScan};
pub use rewrite::{Alteration, Leaf, Part, rewrite};
pub use scan::Scan;
pub use tally::{Breakdown, Largest, Outcomes, RowTally, Tally, Values};
pub use verify::{LeafOf, Leaves, damaged, first_damaged, verify};
pub use volume::{Volume, tree_range};
