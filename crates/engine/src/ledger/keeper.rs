//! The background task that seals, merges, erases and forgets, in one process at a time. Owns when; how is the sealer's.

use std::sync::Arc;
use std::time::Duration;

use activity::{By, Facts};
use store::log::{external_id, head, idempotency};
use tokio::sync::{Notify, watch};
use tokio::time::sleep;

use super::heal::Health;
use crate::ledger::Ledger;
use crate::shared::Hot;
use crate::{ClockChange, LogError};

/// How often the task looks for what became due by time alone.
const LOOK: Duration = Duration::from_secs(60);
/// After so many times what one merge takes, volumes that were sealed wait no longer until nothing is to be sealed:
/// each open one costs memory, and a load that never ends would never let them be merged.
const UNMERGED: usize = 2;
/// How long it rests after a failure, and while it is another process's turn.
const REST: Duration = Duration::from_secs(1);

impl Ledger {
    /// One turn of the background task; whether it is this process's. With `look`, also what is due by time alone.
    async fn turn(self: &Arc<Self>, look: bool, health: &mut Health) -> Result<bool, LogError> {
        if look {
            self.tell_changes().await?;
        }
        let work = async {
            if look {
                self.forget().await?;
                self.give_up_begun(false).await?;
                self.sweep().await?;
            }
            let settled = self.settle(false).await;
            if look {
                self.mend_all(health).await?;
            }
            settled
        };
        let is_ours = self.in_turn(work).await?;
        if !is_ours {
            // What another process seals is hot here no more.
            self.reader.view().await?;
        }
        Ok(is_ours)
    }

    /// Seals and merges until nothing is due. For the holder of the lease.
    pub(crate) async fn settle(self: &Arc<Self>, all: bool) -> Result<(), LogError> {
        let most = self.shared.settings().merge_factor.saturating_mul(UNMERGED);
        let (mut untidy, mut unmerged) = (false, 0);
        loop {
            self.erase_hot().await?;
            // What goes is taken out of volumes.
            let sealed = self.seal_next(all || self.prunes_hot().await?).await?;
            untidy |= sealed;
            unmerged += usize::from(sealed);
            let (mut merged, mut beside) = (false, 0);
            if !sealed || unmerged >= most {
                // Whoever is to be erased comes first: a merge would only make more to be rewritten.
                (merged, beside) = Box::pin(self.beside_sealing(self.take_out_next())).await?;
                if !merged {
                    let more;
                    (merged, more) = Box::pin(self.beside_sealing(self.merge_next())).await?;
                    beside += more;
                }
                untidy |= beside > 0;
            }
            if !sealed || (unmerged >= most && !merged) {
                unmerged = 0;
            }
            unmerged += beside;
            self.gauges();
            if !sealed && !merged && beside == 0 {
                if untidy {
                    self.shared.store().tidy().await?;
                }
                return Ok(());
            }
            if self.shared.is_closing() {
                return Err(LogError::Closed);
            }
        }
    }

    /// Takes out of the volumes what is to go next: those who are erased first, then what was kept long enough.
    async fn take_out_next(self: &Arc<Self>) -> Result<bool, LogError> {
        Ok(self.erase_next().await? || self.prune_next().await?)
    }

    /// Does a work, and seals beside it what becomes due meanwhile: merging takes long, and whoever waits for room in the
    /// hot tail would have to be refused. Whether there was anything to do, and how often was sealed.
    async fn beside_sealing(
        self: &Arc<Self>,
        work: impl Future<Output = Result<bool, LogError>>,
    ) -> Result<(bool, usize), LogError> {
        let ended = Notify::new();
        let working = async {
            let done = work.await;
            ended.notify_one();
            done
        };
        let sealing = async {
            let (mut hot, mut sealed) = (self.shared.watch_hot(), 0);
            loop {
                tokio::select! {
                    biased;
                    () = ended.notified() => return Ok(sealed),
                    () = due(self, &mut hot) => {}
                }
                if self.seal_next(false).await? {
                    sealed += 1;
                } else {
                    // Known here was more than there is: it is read anew, and sealing goes on when that is due.
                    drop(self.reader.view().await?);
                    tokio::select! {
                        () = ended.notified() => return Ok(sealed),
                        () = sleep(REST) => {}
                    }
                }
            }
        };
        // Neither is given up because the other fails: what was begun comes to its end.
        let (done, sealed) = tokio::join!(working, sealing);
        let sealed: Result<usize, LogError> = sealed;
        Ok((done?, sealed?))
    }

    /// Tells of changes of the clock.
    pub(crate) async fn tell_changes(self: &Arc<Self>) -> Result<(), LogError> {
        for ClockChange { from, to } in self.shared.clock().changes() {
            let mut facts = Facts::new("log.clock_changed", self.shared.clock().now());
            facts.by = By::System;
            let told = [("from", from.to_string()), ("to", to.to_string())];
            facts.metadata.extend(told.map(|(key, value)| (key.to_owned(), value)));
            let mut tx = self.shared.store().begin().await?;
            head::skip(&mut tx, to.0.saturating_sub(from.0)).await?;
            self.writer.append(&mut tx, vec![facts]).await?;
            tx.commit().await?;
            tracing::warn!(%from, %to, "the clock was set, and has stayed there");
        }
        Ok(())
    }

    /// Forgets answers and external ids whose time is over.
    pub(crate) async fn forget(&self) -> Result<(), LogError> {
        let now = self.shared.by_what_passed();
        let mut tx = self.shared.store().begin().await?;
        idempotency::forget_expired(&mut tx, now).await?;
        external_id::forget_expired(&mut tx, now).await?;
        Ok(tx.commit().await?)
    }

    #[allow(clippy::cast_precision_loss)]
    fn gauges(&self) {
        metrics::gauge!("whodid_hot_activities").set(self.shared.hot() as f64);
        metrics::gauge!("whodid_hot_bytes").set(self.shared.hot_bytes() as f64);
        metrics::gauge!("whodid_volumes").set(self.reader.open_count() as f64);
        metrics::gauge!("whodid_activities").set(self.shared.size() as f64);
    }
}

/// Runs until `stop` is done.
pub(crate) async fn run(ledger: Arc<Ledger>, stop: impl Future<Output = ()>) {
    let mut stop = std::pin::pin!(stop);
    let mut hot = ledger.shared.watch_hot();
    // Due by time, and so looked for, at the start and then at every tick.
    let mut look = true;
    let mut health = Health::default();
    while !ledger.shared.is_closing() {
        if look || ledger.shared.is_due() {
            let turn = ledger.turn(look, &mut health).await;
            if !matches!(turn, Ok(false)) {
                ledger.note_sealing(turn.is_err());
            }
            let is_over = match turn {
                Ok(is_ours) => is_ours,
                Err(LogError::Closed | LogError::Overdue(_)) => true,
                Err(error) => {
                    tracing::error!(%error, "sealing failed; the activities stay hot and it is tried again");
                    metrics::counter!("whodid_seal_failures_total").increment(1);
                    false
                }
            };
            if !is_over {
                tokio::select! {
                    () = sleep(REST) => {}
                    () = &mut stop => ledger.shared.close(),
                }
            }
        }
        ledger.gauges();
        let rest = if ledger.awaits_others().await.unwrap_or(false) {
            REST
        } else {
            LOOK
        };
        look = tokio::select! {
            () = &mut stop => { ledger.shared.close(); false }
            () = ledger.shared.asked_to_erase() => true,
            () = due(&ledger, &mut hot) => false,
            () = check(&ledger, &mut health) => health.has_damage(),
            () = sleep(rest) => true,
        };
    }
}

/// Compares files with their sums as long as there is nothing else to do, one volume after the other.
async fn check(ledger: &Arc<Ledger>, health: &mut Health) {
    match ledger.check_one(health).await {
        Ok(true) => {}
        Ok(false) | Err(LogError::Closed | LogError::Overdue(_)) => std::future::pending().await,
        Err(error) => {
            tracing::warn!(%error, "volumes cannot be checked just now");
            std::future::pending().await
        }
    }
}

/// Waits until enough is hot.
async fn due(ledger: &Ledger, hot: &mut watch::Receiver<Hot>) {
    while !ledger.shared.is_due() {
        if hot.changed().await.is_err() {
            return std::future::pending().await;
        }
    }
}
