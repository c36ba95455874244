//! The ledger of volumes: a row before the first byte, one swap of rows when a volume is there, and the only thing that
//! says what may be removed. What lies beside the volumes and is not in the ledger is never touched.

use std::collections::HashSet;

use store::log::head;
use store::log::volume::{self as table, Pending};
use volume::VolumeMeta;

use crate::LogError;
use crate::ledger::Ledger;
use crate::shelf::Owner;
use crate::tasks::blocking;

/// How long a maker has a pending volume to itself, in seconds: a merge of the largest takes minutes.
const LEASE: i64 = 3_600;

impl Ledger {
    /// Notes a volume that is going to be made, before its first byte, and names it.
    pub(crate) async fn note(&self, first_seq: u64, count: u64) -> Result<String, LogError> {
        let now = self.shared.clock().now();
        let making = self.shared.rng().uuid(now).simple().to_string();
        let id = VolumeMeta::new_id(first_seq, count, &making);
        let pending = Pending {
            id: &id,
            first_seq,
            count,
            until: now.plus(LEASE * activity::Time::SECOND),
        };
        let mut tx = self.shared.store().begin().await?;
        table::begin(&mut tx, pending).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Removes what there is of a volume that is not live. If that fails, a later sweep does it.
    pub(crate) async fn clear_away(&self, id: &str) {
        if let Err(error) = self.remove(id).await {
            tracing::warn!(%error, volume = id, "the files of a volume that is not part of the log could not be removed yet");
        }
    }

    async fn remove(&self, id: &str) -> Result<(), LogError> {
        let (shelf, of) = (self.reader.shelf().clone(), id.to_owned());
        blocking(move || Ok(shelf.remove(&of)?)).await?;
        let mut tx = self.shared.store().begin().await?;
        table::forget(&mut tx, id).await?;
        Ok(tx.commit().await?)
    }

    /// Gives up the volumes that nobody makes any more, and with `all` whatever was begun.
    pub(crate) async fn give_up_begun(&self, all: bool) -> Result<(), LogError> {
        let mut tx = self.shared.store().begin().await?;
        let begun = table::give_up(&mut tx, self.shared.clock().now(), all).await?;
        tx.commit().await?;
        if begun > 0 {
            tracing::info!(volumes = begun, "removing what an interrupted seal or merge left");
        }
        Ok(())
    }

    /// Removes the doomed volumes whose time is over, and nothing else.
    pub(crate) async fn sweep(&self) -> Result<(), LogError> {
        let due = table::due(&mut self.shared.store().glance().await?, self.shared.clock().now()).await?;
        for id in due {
            self.clear_away(&id).await;
        }
        Ok(())
    }

    /// Microseconds for which a volume that was replaced stays.
    pub(crate) fn grace(&self) -> i64 {
        i64::from(self.shared.settings().grace_seconds) * activity::Time::SECOND
    }

    /// What lies where the volumes are and is not in the ledger, in order.
    pub(crate) async fn strangers(&self) -> Result<Vec<String>, LogError> {
        let known: HashSet<String> = table::known(&mut self.shared.store().glance().await?)
            .await?
            .into_iter()
            .collect();
        let shelf = self.reader.shelf().clone();
        let found = blocking(move || Ok(shelf.list()?)).await?;
        let strangers = found.into_iter().filter(|(id, _)| !known.contains(id));
        let mut names: Vec<String> = strangers.map(|(_, name)| name).collect();
        names.sort_unstable();
        Ok(names)
    }

    /// Refuses to go on where the volumes are another installation's, or reach beyond what the database knows; and says
    /// what else lies there.
    pub(crate) async fn check_place(&self) -> Result<(), LogError> {
        let strangers = self.strangers().await?;
        let size = head::position(&mut self.shared.store().glance().await?).await?.size;
        let ends = strangers
            .iter()
            .filter_map(|name| Some((VolumeMeta::end_of_id(name)?, name)));
        let place = self.reader.shelf().name();
        if let Some((end, name)) = ends.max().filter(|(end, _)| *end > size) {
            return Err(LogError::OlderThanVolumes {
                place,
                volume: name.clone(),
                size,
                end,
            });
        }
        self.check_gone().await?;
        self.claim_place().await?;
        if !strangers.is_empty() {
            tracing::warn!(place, names = ?strangers,
                "what lies beside the volumes and is none of this log's is left as it is");
        }
        Ok(())
    }

    /// Refuses to go on where a live volume is gone and another, which is none, holds activities of it: what a merge or an
    /// erasure made of it after this database was copied. Guarantee: the only copy of activities is never taken for what
    /// a crash left, because this comes before anything is given up or removed.
    async fn check_gone(&self) -> Result<(), LogError> {
        let mut read = self.shared.store().glance().await?;
        let live = table::list(&mut read).await?;
        // What this database replaced itself is older than what it has.
        let replaced: HashSet<String> = table::due(&mut read, activity::Time(i64::MAX))
            .await?
            .into_iter()
            .collect();
        drop(read);
        let shelf = self.reader.shelf().clone();
        let found: Vec<String> = blocking(move || Ok(shelf.list()?))
            .await?
            .into_iter()
            .filter_map(|(id, name)| (id == name).then_some(id))
            .collect();
        let gone = live.iter().filter(|row| !found.contains(&row.id));
        for row in gone {
            let holds = |id: &&String| {
                VolumeMeta::seqs_of_id(id)
                    .is_some_and(|of| of.start < row.first_seq + row.count && row.first_seq < of.end)
            };
            if let Some(volume) = found.iter().filter(|id| !replaced.contains(*id)).find(holds) {
                return Err(LogError::Outdated {
                    place: self.reader.shelf().name(),
                    gone: row.id.clone(),
                    volume: volume.clone(),
                });
            }
        }
        Ok(())
    }

    /// Writes whose volumes these are, or finds that they are another installation's.
    async fn claim_place(&self) -> Result<(), LogError> {
        let new = self.shared.rng().uuid(self.shared.clock().now()).to_string();
        let mut tx = self.shared.store().begin().await?;
        let ours = head::installation(&mut tx, &new).await?;
        tx.commit().await?;
        let shelf = self.reader.shelf();
        match shelf.claim(&ours)? {
            Owner::Ours => Ok(()),
            Owner::Theirs(theirs) => Err(LogError::OthersVolumes {
                place: shelf.name(),
                theirs,
                ours,
            }),
        }
    }
}
