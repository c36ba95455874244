//! Making a volume in the place of hot activities or other volumes: a row in the ledger, the files, their check, their
//! name, and then one transaction that swaps what readers see. Written once; sealing, merging and building an index anew
//! say only what goes in and what it replaces.

use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use activity::Activity;
use store::log::erasure::{self, Progress, Stage};
use store::log::head::{self, Sealed};
use store::log::{hot_batch, volume as table};
use volume::{Deadline, LeafOf, Part, VolumeMeta};

use crate::ledger::Ledger;
use crate::ledger::erase::Rewritten;
use crate::reader::volumes;
use crate::tasks::blocking;
use crate::{Fence, LogError};

/// What a volume is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    Seal,
    Merge,
    Reindex,
    Erase,
    Prune,
}

/// The steps between which a process can die.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// It is known what goes in; nothing was done.
    Chosen,
    /// The ledger has a row.
    Noted,
    /// The files are there, checked and under their name.
    Made,
    /// Readers see it.
    Published,
    /// Some hot activities were rewritten.
    Rewritten,
    /// All that belongs together is rewritten.
    Advanced,
    /// Nothing that was deleted is left in the database's files.
    Scrubbed,
}

/// What a test does at a step.
#[cfg(test)]
#[derive(Clone)]
pub(crate) struct Hook(pub(crate) Arc<dyn Fn() -> Result<(), LogError> + Send + Sync>);

#[cfg(test)]
impl std::fmt::Debug for Hook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hook")
    }
}

/// What a new volume takes the place of.
#[derive(Debug)]
pub(crate) enum Replaced {
    /// Hot activities up to `to`.
    Hot {
        to: u64,
        /// The tree up to there.
        frontier: Vec<u8>,
        /// What the activities weigh.
        bytes: u64,
    },
    /// These volumes.
    Volumes(Vec<String>),
    /// This volume, whose files go at once.
    Pruned(String),
    /// The same, because of somebody who is erased.
    Erased {
        id: String,
        /// Below which all activities were looked at with it.
        looked_at: u64,
        /// How many named whom; known when the volume is made.
        rewritten: Arc<Mutex<Rewritten>>,
    },
}

/// Where a volume is made.
pub(crate) struct Workplace<'a> {
    dir: &'a Path,
    id: &'a str,
    halt: &'a Deadline,
}

impl Workplace<'_> {
    /// Makes the volume and checks it.
    pub(crate) fn make<A: AsRef<Activity>>(
        &self,
        parts: Vec<Part<'_, A>>,
        leaf_of: LeafOf<'_>,
    ) -> Result<VolumeMeta, LogError> {
        Ok(volume::rewrite(self.dir, self.id, parts, leaf_of, self.halt)?)
    }
}

impl Ledger {
    /// Makes a volume of the activities `seqs` and puts it in the place of what it replaces. `None` if that was replaced
    /// by another maker meanwhile, this one took too long or has not the lease any more: nothing is left of it then, as
    /// after a failure.
    pub(crate) async fn rewrite(
        &self,
        work: Work,
        seqs: Range<u64>,
        replaced: Replaced,
        make: impl FnOnce(&Workplace<'_>) -> Result<VolumeMeta, LogError> + Send + 'static,
    ) -> Result<Option<VolumeMeta>, LogError> {
        let fence = self.fence()?;
        let id = self.note(seqs.start, seqs.end - seqs.start).await?;
        self.reached(work, Step::Noted)?;
        let (shelf, of, halt) = (self.reader.shelf().clone(), id.clone(), self.shared.halt().clone());
        let make = move || {
            let place = Workplace {
                dir: &shelf.workplace(&of)?,
                id: &of,
                halt: &halt,
            };
            let meta = make(&place)?;
            shelf.publish(&of)?;
            Ok(meta)
        };
        let made = blocking(make).await;
        if made.is_err() {
            self.clear_away(&id).await;
        }
        let meta = made?;
        self.reached(work, Step::Made)?;
        if !self.publish(&meta, &replaced, &fence).await? {
            self.clear_away(&id).await;
            return Ok(None);
        }
        self.reached(work, Step::Published)?;
        drop(self.reader.view().await?);
        Ok(Some(meta))
    }

    /// The one transaction: readers see the volume and nothing of what it replaces. False if something of that is not
    /// there any more, the volume was given up, or the lease it was begun with has another holder.
    async fn publish(&self, meta: &VolumeMeta, replaced: &Replaced, fence: &Fence) -> Result<bool, LogError> {
        let gone_at = self.shared.clock().now().plus(self.grace());
        let mut tx = self.shared.store().begin().await?;
        let mut fenced = !fence.holds(&mut tx).await?;
        match replaced {
            Replaced::Hot { to, frontier, bytes } => {
                let sealed = Sealed {
                    from: meta.first_seq,
                    to: *to,
                    frontier,
                    bytes: *bytes,
                };
                fenced |= !head::seal(&mut tx, sealed).await?;
            }
            Replaced::Volumes(ids) => {
                for id in ids {
                    fenced |= !table::doom(&mut tx, id, gone_at).await?;
                }
                head::bump_generation(&mut tx).await?;
            }
            Replaced::Pruned(id) => {
                fenced |= !table::doom(&mut tx, id, self.shared.clock().now()).await?;
                head::bump_generation(&mut tx).await?;
            }
            Replaced::Erased {
                id,
                looked_at,
                rewritten,
            } => {
                fenced |= !table::doom(&mut tx, id, self.shared.clock().now()).await?;
                let rewritten = rewritten.lock().unwrap_or_else(PoisonError::into_inner).clone();
                for (id, rewritten) in rewritten {
                    let step = Progress {
                        looked_at: *looked_at,
                        rewritten,
                    };
                    erasure::note(&mut tx, Stage::Sealed, id, step).await?;
                }
                head::bump_generation(&mut tx).await?;
            }
        }
        if fenced || !table::publish(&mut tx, &volumes::row(meta)?).await? {
            tx.rollback().await;
            return Ok(false);
        }
        if let Replaced::Hot { to, .. } = replaced {
            hot_batch::delete_sealed(&mut tx, *to).await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    /// Says how far the work has come; a test lets it end here as a crash would, or wait.
    pub(crate) fn reached(&self, work: Work, step: Step) -> Result<(), LogError> {
        tracing::debug!(?work, ?step, "rewriting");
        #[cfg(test)]
        {
            let hook = self.at_step.lock().unwrap().clone();
            if let Some((at, hook)) = hook
                && at == (work, step)
            {
                return hook.0();
            }
        }
        Ok(())
    }
}
