//! Making a volume of the oldest hot activities: write, verify, and only then one transaction that swaps them.
//!
//! Nothing here remembers a step between two calls: after a crash the same function finds the same work.

use std::sync::Arc;

use activity::Activity;
use proof::{Frontier, Hash};
use store::log::{HotBatch, head, hot_batch, volume as volume_table};
use volume::VolumeMeta;

use crate::core::Core;
use crate::keys::{self, Key, Keys};
use crate::view::blocking;
use crate::{LogError, batch, volumes};

/// Hot batches read from SQL at a time.
const BATCHES: u32 = 4096;

/// The steps of sealing and merging between which a process can die.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Chosen,
    Written,
    Verified,
    Published,
    MergeWritten,
    MergePublished,
}

/// What is read for one volume.
struct Stretch {
    from: u64,
    end: u64,
    frontier: Frontier,
    batches: Vec<HotBatch>,
}

impl Core {
    /// Seals what is due; whether anything was. With `all`, whatever is hot is due.
    pub(crate) async fn seal_next(self: &Arc<Self>, all: bool) -> Result<bool, LogError> {
        let Some(stretch) = self.next_stretch(all).await? else {
            return Ok(false);
        };
        self.reached(Step::Chosen)?;
        let started = std::time::Instant::now();
        let (from, end) = (stretch.from, stretch.end);
        let (activities, rest, frontier, batches) = blocking(move || unpack(stretch)).await?;
        let keys = self.keys_of(&activities, &rest).await?;
        let root = self.volumes.root().to_owned();
        let write = move || {
            let (leaves, frontier) = leaves(&activities, &rest, &batches, frontier, &keys)?;
            let meta = volume::write(&root, &activities, &leaves)?;
            Ok((meta, frontier, keys))
        };
        let (meta, frontier, keys) = blocking(write).await?;
        self.reached(Step::Written)?;
        let root = self.volumes.root().to_owned();
        let verify = move || {
            let key_of = |person: &str| keys.get(person).copied();
            volume::verify(&root, &meta, &|activity: &Activity| {
                activity::canonical::leaf_of(activity, key_of)
            })?;
            Ok(meta)
        };
        let meta = blocking(verify).await?;
        self.reached(Step::Verified)?;
        self.publish(&meta, from, end, &frontier).await?;
        self.reached(Step::Published)?;
        self.tail.drop_below(end);
        metrics::histogram!("whodid_seal_seconds").record(started.elapsed().as_secs_f64());
        tracing::info!(volume = %meta.id, activities = meta.count, bytes = meta.record_bytes + meta.index_bytes,
            millis = started.elapsed().as_millis(), "sealed a volume");
        Ok(true)
    }

    /// Says how far the work has come; a test lets it end here as a crash would.
    pub(crate) fn reached(&self, step: Step) -> Result<(), LogError> {
        tracing::debug!(?step, "sealing");
        #[cfg(test)]
        if *self.crash.lock().unwrap() == Some(step) {
            return Err(LogError::Closed);
        }
        Ok(())
    }

    /// What the next volume is made of, if one is due: up to the next multiple of the volume size, so that volumes
    /// stay aligned whatever was sealed early.
    async fn next_stretch(&self, all: bool) -> Result<Option<Stretch>, LogError> {
        let mut read = self.store.read().await?;
        let Some(head) = head::read(read.conn()).await? else {
            return Ok(None);
        };
        let (hot, size) = (head.size - head.sealed, self.settings.seal_at.max(1));
        let old = match hot_batch::oldest(read.conn(), head.sealed).await? {
            Some(oldest) => self.clock.now() >= oldest.plus(self.seal_after_micros()),
            None => false,
        };
        if hot == 0 || !(hot >= size || old || all) {
            return Ok(None);
        }
        let aligned = (head.sealed / size + 1) * size;
        let end = aligned.min(head.size);
        let mut batches = Vec::new();
        let mut next = head.sealed;
        while next < end {
            let more = hot_batch::load(read.conn(), next, end, BATCHES).await?;
            next = more.last().map(HotBatch::end).ok_or_else(|| missing(next))?;
            batches.extend(more);
        }
        let frontier = Frontier::from_bytes(&head.sealed_frontier)
            .map_err(|why| LogError::Damaged(format!("log_head.sealed_frontier: {why}")))?;
        Ok(Some(Stretch {
            from: head.sealed,
            end,
            frontier,
            batches,
        }))
    }

    fn seal_after_micros(&self) -> i64 {
        i64::try_from(self.settings.seal_after_seconds)
            .unwrap_or(i64::MAX)
            .saturating_mul(activity::Time::SECOND)
    }

    async fn keys_of(&self, activities: &[Activity], rest: &[Activity]) -> Result<Keys, LogError> {
        let facts = activities.iter().chain(rest).map(|activity| &activity.facts);
        let (mut keys, missing) = self.keys.split(keys::people(facts));
        if !missing.is_empty() {
            keys.extend(store::log::person_key::load(&mut *self.store.glance().await?, &missing).await?);
        }
        Ok(keys)
    }

    /// The one transaction: the volume is the log's from here on, and its hot rows are gone.
    async fn publish(&self, meta: &VolumeMeta, from: u64, end: u64, frontier: &Frontier) -> Result<(), LogError> {
        let mut tx = self.store.begin().await?;
        // The fence: false means that another sealer published this stretch, and this volume is nobody's.
        if !head::seal(tx.conn(), from, end, &frontier.to_bytes()).await? {
            tx.rollback().await;
            self.remove(vec![meta.id.clone()]).await?;
            return Ok(());
        }
        volume_table::insert(tx.conn(), &volumes::row(meta)?).await?;
        hot_batch::delete_sealed(tx.conn(), end).await?;
        tx.commit().await?;
        self.view().await.map(drop)
    }

    /// Removes the files of volumes that are not in the catalogue.
    pub(crate) async fn remove(&self, ids: Vec<String>) -> Result<(), LogError> {
        let root = self.volumes.root().to_owned();
        let remove = move || {
            ids.iter()
                .try_for_each(|id| volume::remove(&root, id))
                .map_err(LogError::from)
        };
        blocking(remove).await
    }

    /// Removes what a crash left: files of no volume of the catalogue. Only at start, when nothing else writes.
    pub(crate) async fn remove_orphans(&self) -> Result<(), LogError> {
        let rows = volume_table::list(&mut *self.store.glance().await?).await?;
        let root = self.volumes.root().to_owned();
        let found = blocking(move || Ok(volume::list(&root)?)).await?;
        let orphans: Vec<String> = found
            .into_iter()
            .filter(|name| rows.iter().all(|row| row.id != *name))
            .collect();
        for orphan in &orphans {
            tracing::info!(volume = %orphan, "removing what an interrupted seal or merge left");
        }
        self.remove(orphans).await
    }

    /// A key for verifying, from the cache or else from SQL. For blocking threads only.
    pub(crate) fn key_blocking(&self, person: &str, handle: &tokio::runtime::Handle) -> Option<Key> {
        if let Some(key) = self.keys.get(person) {
            return Some(key);
        }
        let load = async {
            let mut conn = self.store.glance().await.ok()?;
            store::log::person_key::load(&mut conn, &[person])
                .await
                .ok()?
                .remove(person)
        };
        let key = handle.block_on(load)?;
        self.keys.put([(person.to_owned(), key)]);
        Some(key)
    }
}

fn missing(seq: u64) -> LogError {
    LogError::Damaged(format!("hot activity {seq} is missing"))
}

type Unpacked = (Vec<Activity>, Vec<Activity>, Frontier, Vec<HotBatch>);

/// The activities of the stretch, and the rest of the batch that it ends in.
fn unpack(stretch: Stretch) -> Result<Unpacked, LogError> {
    let Stretch {
        from,
        end,
        frontier,
        mut batches,
    } = stretch;
    let capacity = usize::try_from(end - from).unwrap_or(0);
    let (mut activities, mut rest) = (Vec::with_capacity(capacity), Vec::new());
    let mut next = from;
    for batch in &mut batches {
        for activity in batch::unpack(batch)?
            .into_iter()
            .filter(|activity| activity.seq >= from)
        {
            if activity.seq != next {
                return Err(missing(next));
            }
            next += 1;
            if activity.seq < end {
                activities.push(activity)
            } else {
                rest.push(activity)
            }
        }
        batch.facts = Vec::new();
    }
    if next < end {
        return Err(missing(next));
    }
    Ok((activities, rest, frontier, batches))
}

/// The leaf hashes, checked against the root that was committed with every batch: what goes into the volume is what
/// was acknowledged.
fn leaves(
    activities: &[Activity],
    rest: &[Activity],
    batches: &[HotBatch],
    mut frontier: Frontier,
    keys: &Keys,
) -> Result<(Vec<Hash>, Frontier), LogError> {
    let mut leaves = Vec::with_capacity(activities.len());
    let mut sealed = None;
    let mut roots = batches.iter().map(|batch| (batch.end(), batch.root)).peekable();
    for activity in activities.iter().chain(rest) {
        let leaf = keys::leaf(activity, keys)?;
        if leaves.len() < activities.len() {
            leaves.push(leaf);
        } else if sealed.is_none() {
            sealed = Some(frontier.clone());
        }
        frontier.push(leaf);
        if let Some((_, root)) = roots.next_if(|(end, _)| *end == frontier.size())
            && root != frontier.root()
        {
            let size = frontier.size();
            return Err(LogError::Damaged(format!(
                "the hot activities before {size} do not give the committed root"
            )));
        }
    }
    Ok((leaves, sealed.unwrap_or(frontier)))
}
