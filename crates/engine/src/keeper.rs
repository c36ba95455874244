//! The background task that seals, merges and forgets. Owns when; how is the sealer's.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use activity::{By, Facts};
use store::log::{external_id, head, idempotency};
use tokio::sync::watch;
use tokio::time::sleep;

use crate::core::Core;
use crate::heal::Health;
use crate::{ClockChange, LogError};

/// How often the task looks for what became due by time alone.
const LOOK: Duration = Duration::from_secs(60);
/// After so many times what one merge takes, volumes that were sealed wait no longer until nothing is to be sealed:
/// each open one costs memory, and a load that never ends would never let them be merged.
const UNMERGED: usize = 2;
/// How long it rests after a failure.
const REST: Duration = Duration::from_secs(10);

impl Core {
    /// Seals and merges until nothing is due.
    pub(crate) async fn settle(self: &Arc<Self>, all: bool) -> Result<(), LogError> {
        let _alone = self.sealing.lock().await;
        let most = self.settings.merge_factor.saturating_mul(UNMERGED);
        let (mut untidy, mut unmerged) = (false, 0);
        loop {
            let sealed = self.seal_next(all).await?;
            untidy |= sealed;
            unmerged += usize::from(sealed);
            let merged = (!sealed || unmerged >= most) && self.merge_next().await?;
            if !sealed || (unmerged >= most && !merged) {
                unmerged = 0;
            }
            self.gauges();
            if !sealed && !merged {
                if untidy {
                    self.store.tidy().await?;
                }
                return Ok(());
            }
            if self.is_closing() {
                return Err(LogError::Closed);
            }
        }
    }

    /// Tells of changes of the clock.
    pub(crate) async fn tell_changes(self: &Arc<Self>) -> Result<(), LogError> {
        for ClockChange { from, to } in self.clock.changes() {
            let mut facts = Facts::new("log.clock_changed", self.clock.now());
            facts.by = By::System;
            let told = [("from", from.to_string()), ("to", to.to_string())];
            facts.metadata.extend(told.map(|(key, value)| (key.to_owned(), value)));
            let mut tx = self.store.begin().await?;
            head::skip(&mut tx, to.0.saturating_sub(from.0)).await?;
            self.append(&mut tx, vec![facts]).await?;
            tx.commit().await?;
            tracing::warn!(%from, %to, "the clock was set, and has stayed there");
        }
        Ok(())
    }

    /// Forgets answers and external ids whose time is over.
    pub(crate) async fn forget(&self) -> Result<(), LogError> {
        let now = self.by_what_passed();
        let mut tx = self.store.begin().await?;
        idempotency::forget_expired(&mut tx, now).await?;
        external_id::forget_expired(&mut tx, now).await?;
        Ok(tx.commit().await?)
    }

    #[allow(clippy::cast_precision_loss)]
    fn gauges(&self) {
        metrics::gauge!("whodid_hot_activities").set(self.hot() as f64);
        metrics::gauge!("whodid_hot_bytes").set(self.hot_bytes() as f64);
        metrics::gauge!("whodid_volumes").set(self.volumes.set().volumes.len() as f64);
        metrics::gauge!("whodid_activities").set(*self.size.borrow() as f64);
    }
}

/// Runs until `stop` is done.
pub(crate) async fn run(core: Arc<Core>, stop: impl Future<Output = ()>) {
    let mut stop = std::pin::pin!(stop);
    let mut size = core.size.subscribe();
    // Due by time, and so looked for, at the start and then at every tick.
    let mut look = true;
    let mut health = Health::default();
    while !core.is_closing() {
        if look || core.is_due() {
            let work = async {
                if look {
                    core.tell_changes().await?;
                    core.forget().await?;
                    core.sweep().await?;
                }
                let settled = core.settle(false).await;
                if look {
                    core.mend_all(&mut health).await?;
                }
                settled
            };
            let done = work.await;
            core.note_sealing(done.is_err());
            match done {
                Ok(()) | Err(LogError::Closed | LogError::Overdue(_)) => {}
                Err(error) => {
                    tracing::error!(%error, "sealing failed; the activities stay hot and it is tried again");
                    metrics::counter!("whodid_seal_failures_total").increment(1);
                    tokio::select! {
                        () = sleep(REST) => {}
                        () = &mut stop => core.closing.store(true, Ordering::SeqCst),
                    }
                }
            }
        }
        core.gauges();
        look = tokio::select! {
            () = &mut stop => { core.closing.store(true, Ordering::SeqCst); false }
            () = due(&core, &mut size) => false,
            () = check(&core, &mut health) => health.has_damage(),
            () = sleep(LOOK) => true,
        };
    }
}

/// Compares files with their sums as long as there is nothing else to do, one volume after the other.
async fn check(core: &Arc<Core>, health: &mut Health) {
    match core.check_one(health).await {
        Ok(true) => {}
        Ok(false) | Err(LogError::Closed | LogError::Overdue(_)) => std::future::pending().await,
        Err(error) => {
            tracing::warn!(%error, "volumes cannot be checked just now");
            std::future::pending().await
        }
    }
}

/// Waits until enough is hot.
async fn due(core: &Core, size: &mut watch::Receiver<u64>) {
    while !core.is_due() {
        if size.changed().await.is_err() {
            return std::future::pending().await;
        }
    }
}
