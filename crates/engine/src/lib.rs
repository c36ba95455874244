//! The log engine: one sequence of activities across what is hot (SQL) and what is sealed (volumes).
//!
//! Owns appending, the hot tail, sealing, merging, searching and following. Knows no use case, no permission and no HTTP.

mod append;
mod batch;
mod clock;
mod core;
mod engine;
mod error;
mod heal;
mod hole;
mod ingest;
mod inquiry;
mod keeper;
mod keys;
mod leaves;
mod ledger;
mod limiter;
mod look;
mod lost;
mod merge;
mod page;
mod readiness;
mod rewrite;
mod scan;
mod seal;
mod settings;
mod shelf;
mod steady;
mod stretch;
mod tail;
mod tasks;
mod verify;
mod view;
mod volumes;
mod watermark;

#[cfg(test)]
mod tests;

pub use clock::{Clock, ClockChange, ManualClock, Rng, SeededRng, SystemClock, SystemRng};
pub use engine::Log;
pub use error::LogError;
pub use hole::Hole;
pub use ingest::{Batch, IdSpace, Idempotency, IngestError, IngestResult, Item};
pub use inquiry::Inquiry;
pub use limiter::{Full, Limiter, Permit};
pub use look::Look;
pub use page::{LogHead, Page, Search, Through};
pub use readiness::Obstacle;
pub use scan::Scan;
pub use settings::LogSettings;
pub use steady::SteadyClock;
pub use tasks::Tasks;
pub use verify::{Fault, Verified};
pub use volume::{Count, Cursor, Facet, Order};
