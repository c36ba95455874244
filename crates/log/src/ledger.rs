//! The ledger of volumes: a row before the first byte, one swap of rows when a volume is there, and the only thing that
//! says what may be removed. What lies beside the volumes and is not in the ledger is never touched.

use std::collections::HashSet;
use std::path::Path;

use store::Dialect;
use store::log::head;
use store::log::volume::{self as table, Pending};
use volume::VolumeMeta;

use crate::LogError;
use crate::core::Core;
use crate::view::blocking;

/// How long a maker has a pending volume to itself, in seconds: a merge of the largest takes minutes.
const LEASE: i64 = 3_600;
/// The file that says whose volumes these are.
const OWNER: &str = "installation";

impl Core {
    /// Notes a volume that is going to be made, before its first byte, and names it.
    pub(crate) async fn note(&self, first_seq: u64, count: u64) -> Result<String, LogError> {
        let now = self.clock.now();
        let making = self.rng.uuid(now).simple().to_string();
        let id = VolumeMeta::new_id(first_seq, count, &making);
        let pending = Pending {
            id: &id,
            first_seq,
            count,
            until: now.plus(LEASE * activity::Time::SECOND),
        };
        let mut tx = self.store.begin().await?;
        table::begin(tx.conn(), pending).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// What came of making the volume `id`; if that failed, what was written of it goes.
    pub(crate) async fn or_clear_away<T>(&self, id: &str, made: Result<T, LogError>) -> Result<T, LogError> {
        if made.is_err() {
            self.clear_away(id).await;
        }
        made
    }

    /// Removes what there is of a volume that is not live. If that fails, a later sweep does it.
    pub(crate) async fn clear_away(&self, id: &str) {
        if let Err(error) = self.remove(id).await {
            tracing::warn!(%error, volume = id, "the files of a volume that is not part of the log could not be removed yet");
        }
    }

    async fn remove(&self, id: &str) -> Result<(), LogError> {
        let (root, of) = (self.volumes.root().to_owned(), id.to_owned());
        blocking(move || Ok(volume::remove(&root, &of)?)).await?;
        let mut tx = self.store.begin().await?;
        table::forget(tx.conn(), id).await?;
        Ok(tx.commit().await?)
    }

    /// Gives up what earlier processes began: all of it where this process is alone, else what nobody has any more.
    pub(crate) async fn give_up_begun(&self) -> Result<(), LogError> {
        let mut tx = self.store.begin().await?;
        let begun = table::give_up(tx.conn(), self.clock.now(), self.store.dialect() == Dialect::Sqlite).await?;
        tx.commit().await?;
        if begun > 0 {
            tracing::info!(volumes = begun, "removing what an interrupted seal or merge left");
        }
        Ok(())
    }

    /// Removes the doomed volumes whose time is over, and nothing else.
    pub(crate) async fn sweep(&self) -> Result<(), LogError> {
        let due = table::due(&mut *self.store.glance().await?, self.clock.now()).await?;
        for id in due {
            self.clear_away(&id).await;
        }
        Ok(())
    }

    /// Microseconds for which a volume that was replaced stays.
    pub(crate) fn grace(&self) -> i64 {
        i64::from(self.settings.grace_seconds) * activity::Time::SECOND
    }

    /// What lies where the volumes are and is not in the ledger, in order.
    pub(crate) async fn strangers(&self) -> Result<Vec<String>, LogError> {
        let known: HashSet<String> = table::known(&mut *self.store.glance().await?)
            .await?
            .into_iter()
            .collect();
        let root = self.volumes.root().to_owned();
        let mut found = blocking(move || Ok(volume::list(&root)?)).await?;
        found.retain(|name| name != OWNER && !known.contains(volume::id_of(name)));
        Ok(found)
    }

    /// Refuses to go on where the volumes are another installation's, or reach beyond what the database knows; and says
    /// what else lies there.
    pub(crate) async fn check_place(&self) -> Result<(), LogError> {
        let strangers = self.strangers().await?;
        let size = head::position(&mut *self.store.glance().await?).await?.size;
        let ends = strangers
            .iter()
            .filter_map(|name| Some((VolumeMeta::end_of_id(name)?, name)));
        let root = self.volumes.root();
        if let Some((end, name)) = ends.max().filter(|(end, _)| *end > size) {
            return Err(LogError::OlderThanVolumes {
                place: root.display().to_string(),
                volume: name.clone(),
                size,
                end,
            });
        }
        self.claim_place().await?;
        if !strangers.is_empty() {
            tracing::warn!(place = %root.display(), names = ?strangers,
                "what lies beside the volumes and is none of this log's is left as it is");
        }
        Ok(())
    }

    /// Writes whose volumes these are, or finds that they are another installation's.
    async fn claim_place(&self) -> Result<(), LogError> {
        let new = self.rng.uuid(self.clock.now()).to_string();
        let mut tx = self.store.begin().await?;
        let ours = head::installation(tx.conn(), &new).await?;
        tx.commit().await?;
        let path = self.volumes.root().join(OWNER);
        let found = read(&path)?;
        match found {
            None => std::fs::write(&path, format!("{ours}\n")).map_err(|error| io(&path, error)),
            Some(theirs) if theirs == ours => Ok(()),
            Some(theirs) => Err(LogError::OthersVolumes {
                place: self.volumes.root().display().to_string(),
                theirs,
                ours,
            }),
        }
    }
}

fn read(path: &Path) -> Result<Option<String>, LogError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text.trim().to_owned())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(io(path, error)),
    }
}

fn io(path: &Path, error: std::io::Error) -> LogError {
    LogError::Volume(volume::VolumeError::Io {
        path: path.to_owned(),
        source: error,
    })
}
