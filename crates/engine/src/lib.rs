//! The log engine: one sequence of activities across what is hot (SQL) and what is sealed (volumes).
//!
//! Owns appending, the hot tail, sealing, merging, searching and following. Knows no use case, no permission and no HTTP.

mod attested;
mod batch;
mod clock;
mod copies;
mod engine;
mod erasing;
mod error;
mod extent;
mod hole;
mod jobs;
mod keys;
mod lease;
mod leaves;
mod ledger;
mod limiter;
mod numbering;
mod page;
mod proving;
mod pruning;
mod reader;
mod readiness;
mod retaining;
mod settings;
mod shared;
mod shelf;
mod sources;
mod steady;
mod tasks;
mod tombstones;
mod witness;
mod writer;

#[cfg(test)]
mod tests;

pub use attested::{Attested, Evidence, PersonalPart};
pub use clock::{Clock, ClockChange, ManualClock, Rng, SeededRng, SystemClock, SystemRng};
pub use copies::{FileSum, VolumeFiles, begins_with, check_copy, live_volumes};
pub use engine::Log;
pub use error::LogError;
pub use hole::Hole;
pub use jobs::{Jobs, LEASE};
pub use lease::{Fence, Lease, Progress};
pub use ledger::checkpoints::witnesses::WitnessState;
pub use ledger::checkpoints::{OVERLAP, Signer, refuse_shorter};
pub use ledger::erase::Erasure;
pub use ledger::prune::{Removal, RetentionRun, UndoneImport};
pub use ledger::verify::{Fault, Verified};
pub use limiter::{Full, Limiter, Permit};
pub use numbering::{BatchNumber, Folded, Gap, Late, NUMBERINGS, Numbering, NumberingId, NumberingTotal, SourceOf};
pub use page::{LogHead, Page, Search, Through};
pub use proof::{Checkpoint, FileName, Manifest, Moment, Origin, SigningKey, Statement, StatementError};
pub use proving::{KeptCheckpoint, Proof};
pub use pruning::{Cut, Retention, RetentionBy};
pub use reader::inquiry::Inquiry;
pub use reader::look::Look;
pub use reader::scan::Scan;
pub use reader::summary::{Summary, Top};
pub use reader::tree::{Inclusion, Tree};
pub use readiness::Obstacle;
pub use settings::LogSettings;
pub use sources::NamedNumbering;
pub use steady::SteadyClock;
pub use store::log::{LogKey, WitnessRow};
pub use tasks::Tasks;
pub use tombstones::{Tombstone, Tombstones, read_tombstones};
pub use volume::{Breakdown, Count, Cursor, Facet, Order, Outcomes};
pub use witness::{Courier, Reply, Replying, Witness};
pub use writer::ingest::{Batch, IdSpace, Idempotency, IngestError, IngestResult, Item, Part};
