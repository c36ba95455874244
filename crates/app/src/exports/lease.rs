//! The lease on an export that is being written. Owns its renewal by time, whatever the writing waits for, and the
//! progress that the page shows.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use store::exports::ExportRow;

use super::ExportError;
use super::rows::written;
use crate::{App, Quiet};

/// How long a row is its writer's without a renewal.
pub(super) const LEASE: Duration = Duration::from_secs(60);
/// How often it is renewed, which is also how often the progress on the page moves.
const RENEW: Duration = Duration::from_millis(if cfg!(test) { 10 } else { 500 });

/// How much is written.
#[derive(Clone, Debug, Default)]
pub(super) struct Progress {
    counts: Arc<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    expected: AtomicU64,
    rows: AtomicU64,
    bytes: AtomicU64,
}

impl Progress {
    pub(super) fn expect(&self, rows: u64) {
        self.counts.expected.store(rows, Ordering::Relaxed);
    }

    pub(super) fn reached(&self, rows: u64, bytes: u64) {
        self.counts.rows.store(rows, Ordering::Relaxed);
        self.counts.bytes.store(bytes, Ordering::Relaxed);
    }

    fn get(&self) -> [u64; 3] {
        let Counts { expected, rows, bytes } = &*self.counts;
        [expected, rows, bytes].map(|count| count.load(Ordering::Relaxed))
    }
}

/// Keeps the row for as long as this is polled; done when it was lost to another or is gone.
pub(super) async fn keep(app: &App, row: &ExportRow, progress: &Progress) {
    let mut known = progress.get();
    let mut since = app.now();
    loop {
        tokio::time::sleep(RENEW).await;
        // A third of the lease, unless there is progress to show.
        let due = app.now() >= since.plus(micros(LEASE) / 3);
        if !due && progress.get() == known {
            continue;
        }
        (known, since) = (progress.get(), app.now());
        match renew(app, row, known).await {
            Ok(true) => {}
            Ok(false) => return,
            // It is the row's as long as the lease lasts; until then it is tried again.
            Err(error) => {
                tracing::warn!(id = %row.id, error = %error, "the lease of an export could not be renewed yet")
            }
        }
    }
}

async fn renew(app: &App, row: &ExportRow, [expected, rows, bytes]: [u64; 3]) -> Result<bool, ExportError> {
    let mut tx = app.begin().await?;
    let until = app.now().plus(micros(LEASE)).0;
    let held = store::exports::renew(&mut tx, &row.id, row.fence, until, written(expected, rows, bytes)).await?;
    tx.commit_quietly(Quiet::ExportQueue).await?;
    Ok(held)
}

pub(super) fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}
