//! What the engine can be told, with its defaults.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Settings of the log engine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogSettings {
    /// Where volumes are; made if absent.
    pub volumes_dir: PathBuf,
    /// Activities in a volume fresh from the hot tail, and how many may be hot before they are sealed.
    pub seal_at: u64,
    /// Bytes of texts in a fresh volume, and how many may be hot before they are sealed.
    pub seal_bytes: u64,
    /// Seconds after which hot activities are sealed even if they are few.
    pub seal_after_seconds: u64,
    /// How many adjacent small volumes become one.
    pub merge_factor: usize,
    /// How many volumes are rewritten beside each other when somebody is erased: each takes a core and some 150 MB meanwhile.
    pub erase_at_once: usize,
    /// Seconds for which a volume that was merged into another stays, for readers that have yet to open it.
    pub grace_seconds: u32,
    /// Microseconds a commit waits for more requests while several arrive at once.
    pub gather_micros: u64,
    /// Most activities in one request, and in one commit.
    pub max_batch: usize,
    /// Hours for which an `Idempotency-Key` and an external id are remembered.
    pub remember_hours: u32,
    /// Bytes of activities that may be on their way into the log at once.
    pub queue_bytes: usize,
    /// Milliseconds that one question may take; 0: as long as somebody waits for it.
    pub query_ms: u64,
    /// Callers' questions that are answered at once, in all.
    pub queries: usize,
    /// The same of one caller.
    pub queries_per_caller: usize,
    /// Bytes of texts after which a page ends before its limit.
    pub page_bytes: usize,
    /// Whether sealing and merging happen by themselves. Without it, only [`crate::Log::settle`] does them.
    pub background: bool,
}

impl LogSettings {
    /// The defaults, with volumes in `volumes_dir`.
    pub fn new(volumes_dir: impl Into<PathBuf>) -> Self {
        Self {
            volumes_dir: volumes_dir.into(),
            ..Self::default()
        }
    }

    pub(crate) fn gather(&self) -> Duration {
        Duration::from_micros(self.gather_micros)
    }
}

impl Default for LogSettings {
    fn default() -> Self {
        Self {
            volumes_dir: PathBuf::from("volumes"),
            seal_at: 65_536,
            seal_bytes: 24 << 20,
            seal_after_seconds: 86_400,
            merge_factor: 16,
            erase_at_once: std::thread::available_parallelism().map_or(1, usize::from).min(4),
            grace_seconds: 60,
            gather_micros: 2_000,
            max_batch: 10_000,
            remember_hours: 24,
            queue_bytes: 32 << 20,
            query_ms: 5_000,
            queries: 32,
            queries_per_caller: 4,
            page_bytes: 4 << 20,
            background: true,
        }
    }
}
