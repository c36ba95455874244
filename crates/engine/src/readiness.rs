//! What keeps the log from taking activities, measured: the last write, the disk, the sealer, the clock.

use std::fmt;

use activity::Time;
use rustix::fs::statvfs;

use crate::Log;

/// Free bytes below which the log is as good as full.
const LEAST_FREE: u64 = 32 << 20;
/// How far the clock may be behind the newest activity.
const BEHIND: i64 = 60 * Time::SECOND;

/// Why activities cannot be taken, or not as they should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// The process must be started again: it is unknown what the last commit came to.
    Failed,
    /// The log's state cannot be read.
    Unreadable,
    /// The database takes no writes.
    NotWriting,
    /// There is no room left where volumes are made.
    NoSpace,
    /// Sealing fails, and as much is hot as may be.
    NotSealing,
    /// The clock is behind the newest activity.
    ClockBehind,
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Failed => "the state of the last commit is unknown; restart",
            Self::Unreadable => "the database cannot be read",
            Self::NotWriting => "the database takes no writes",
            Self::NoSpace => "the disk is full",
            Self::NotSealing => "sealing fails and nothing more fits",
            Self::ClockBehind => "the clock is behind the log",
        })
    }
}

impl Log {
    /// The first thing that keeps the log from taking activities as it should; `None` if nothing does.
    pub async fn obstacle(&self) -> Option<Obstacle> {
        let (shared, ledger) = (self.shared(), self.ledger());
        if self.failed().borrow().is_some() {
            return Some(Obstacle::Failed);
        }
        let Ok(head) = self.head().await else {
            return Some(Obstacle::Unreadable);
        };
        if head.last_recorded_at > shared.clock().now().plus(BEHIND) {
            return Some(Obstacle::ClockBehind);
        }
        if !shared.store().can_write().await {
            return Some(Obstacle::NotWriting);
        }
        let free = statvfs(&shared.settings().volumes_dir).map(|disk| disk.f_bavail.saturating_mul(disk.f_frsize));
        if free.is_ok_and(|free| free < LEAST_FREE) {
            return Some(Obstacle::NoSpace);
        }
        let stuck = shared.is_backed_up() && ledger.sealing_fails();
        stuck.then_some(Obstacle::NotSealing)
    }
}
