//! Finding damage of volumes before somebody needs what is in them, and mending what can be: an index is built anew from
//! its record, a record from its index. What comes out is held against the tree, so nothing but what was recorded passes.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use activity::Activity;
use store::log::volume as table;
use volume::{Part, VolumeError, VolumeMeta};

use super::rewrite::{Replaced, Work, Workplace};
use crate::LogError;
use crate::ledger::Ledger;
use crate::reader::volumes;
use crate::shared::KeyedLeaves;
use crate::tasks::blocking;

/// For every second of checking so many of rest: the machine is there for others.
const REST: u32 = 9;
/// How often every file is read and compared with its sum.
const CHECK: Duration = Duration::from_secs(24 * 3_600);

/// What this process knows of the state of its volumes.
#[derive(Debug, Default)]
pub(crate) struct Health {
    /// Volumes whose files were compared with their sums, and when.
    checked: HashMap<String, Instant>,
    /// Volumes found damaged, and what of them is to be made anew.
    damaged: Vec<(String, Remedy)>,
    /// Volumes that could not be mended.
    hopeless: HashSet<String>,
}

impl Health {
    /// Whether there is something to mend.
    pub(crate) fn has_damage(&self) -> bool {
        !self.damaged.is_empty()
    }
}

/// What of a volume is to be made anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Remedy {
    /// The index, from the record.
    Index,
    /// The record, from the index.
    Record,
}

impl Ledger {
    /// Mends the volumes that cannot be read or were found damaged, as far as they can be.
    pub(crate) async fn mend_all(self: &Arc<Self>, health: &mut Health) -> Result<(), LogError> {
        let unreadable = self.unreadable().await?.into_iter().map(|id| (id, Remedy::Index));
        let mut due: Vec<(String, Remedy)> = unreadable.collect();
        due.append(&mut health.damaged);
        for (id, remedy) in due {
            if !health.hopeless.contains(&id) {
                self.mend(health, &id, remedy).await?;
            }
        }
        Ok(())
    }

    /// Compares the files of one volume, of which none were compared for long, with their sums; whether there was one. May
    /// be given up at any point.
    pub(crate) async fn check_one(self: &Arc<Self>, health: &mut Health) -> Result<bool, LogError> {
        health.checked.retain(|_, at| at.elapsed() < CHECK);
        let is_due = |meta: &&VolumeMeta| !health.checked.contains_key(&meta.id) && !health.hopeless.contains(&meta.id);
        let Some(meta) = self.reader.open().into_iter().find(|meta| is_due(&meta)) else {
            return Ok(false);
        };
        let begun = Instant::now();
        let (shelf, halt, of) = (self.reader.shelf().clone(), self.shared.halt().clone(), meta.clone());
        let damaged = blocking(move || Ok(volume::first_damaged(&shelf.place(&of.id)?, &of, &halt)?)).await?;
        health.checked.insert(meta.id.clone(), Instant::now());
        if let Some(file) = damaged {
            tracing::error!(volume = %meta.id, file, "a file of a volume is not what was written");
            metrics::counter!("whodid_damaged_volumes_total").increment(1);
            let remedy = if file == volume::RECORD {
                Remedy::Record
            } else {
                Remedy::Index
            };
            health.damaged.push((meta.id, remedy));
        }
        tokio::time::sleep((begun.elapsed() * REST).min(Duration::from_secs(60))).await;
        Ok(true)
    }

    /// Builds the indexes of all live volumes anew, or only of those that cannot be read or are of an older format.
    pub(crate) async fn reindex(self: &Arc<Self>, all: bool) -> Result<Vec<(String, Result<(), LogError>)>, LogError> {
        let unreadable = self.unreadable().await?;
        let mut done = Vec::new();
        // Of nothing but leaves there is no index.
        for meta in self.live().await?.into_iter().filter(|meta| !meta.is_emptied()) {
            let is_old = meta.formats.index < volume::INDEX_FORMAT;
            if all || is_old || unreadable.contains(&meta.id) {
                let id = meta.id.clone();
                let result = self.remake(meta, Remedy::Index).await.map(drop);
                done.push((id, result));
            }
        }
        Ok(done)
    }

    /// Volumes that cannot be read, or only slowly.
    async fn unreadable(&self) -> Result<HashSet<String>, LogError> {
        let view = self.reader.view().await?;
        let holes = view.holes.iter().chain(&*view.closed);
        let holes = holes.filter_map(|hole| hole.volume.clone());
        let unindexed = view.unindexed.iter().map(|volume| volume.meta().id.clone());
        Ok(holes.chain(unindexed).collect())
    }

    /// What the ledger says of the live volumes.
    pub(crate) async fn live(&self) -> Result<Vec<VolumeMeta>, LogError> {
        let rows = table::list(&mut self.shared.store().glance().await?).await?;
        rows.iter().map(volumes::meta).collect()
    }

    async fn mend(self: &Arc<Self>, health: &mut Health, id: &str, remedy: Remedy) -> Result<(), LogError> {
        let Some(meta) = self.live().await?.into_iter().find(|meta| meta.id == id) else {
            return Ok(());
        };
        match self.remake(meta, remedy).await {
            Ok(Some(made)) => {
                tracing::info!(volume = id, into = %made.id, ?remedy, "a volume was made anew of what is sound of it");
                Ok(())
            }
            Ok(None) => Ok(()),
            Err(LogError::Volume(error)) => {
                tracing::error!(volume = id, %error, ?remedy,
                    "a volume cannot be made anew; put it back from a backup, and see `whodid verify`");
                health.hopeless.insert(id.to_owned());
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    async fn remake(self: &Arc<Self>, meta: VolumeMeta, remedy: Remedy) -> Result<Option<VolumeMeta>, LogError> {
        let (seqs, replaced) = (meta.first_seq..meta.end_seq(), Replaced::Volumes(vec![meta.id.clone()]));
        let (ledger, leaf_of) = (Arc::clone(self), KeyedLeaves::of(&self.shared));
        let make = move |place: &Workplace<'_>| {
            let shelf = ledger.reader.shelf();
            let dir = shelf.place(&meta.id)?;
            let made = match remedy {
                Remedy::Index => place.make(vec![Part::<Activity>::record(&dir, &meta)], &leaf_of)?,
                Remedy::Record => place.make(vec![Part::<Activity>::Index(&shelf.open(meta.clone())?)], &leaf_of)?,
            };
            // The record says what it likes; the tree says what was recorded.
            if made.tree_root != meta.tree_root {
                let detail = "what is left of it does not yield its tree root".to_owned();
                return Err(VolumeError::Damaged {
                    volume: meta.id,
                    detail,
                }
                .into());
            }
            Ok(made)
        };
        self.rewrite(Work::Reindex, seqs, replaced, make).await
    }
}
