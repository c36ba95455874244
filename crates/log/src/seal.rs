//! Making a volume of the oldest hot activities: write, verify, and only then one transaction that swaps them.
//!
//! Nothing here remembers a step between two calls: after a crash the same function finds the same work.

use std::ops::Range;
use std::sync::Arc;

use activity::Activity;
use proof::{Frontier, Hash};
use store::log::head::Sealed;
use store::log::{HotBatch, head, hot_batch, volume as volume_table};
use volume::VolumeMeta;

use crate::core::Core;
use crate::keys::{self, Key, Keys};
use crate::view::blocking;
use crate::{LogError, batch, volumes};

/// Hot batches read from SQL at a time: few, because one may unpack to megabytes.
const BATCHES: u32 = 64;

/// The steps of sealing and merging between which a process can die.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Chosen,
    Noted,
    Written,
    Verified,
    Published,
    MergeNoted,
    MergeWritten,
    MergePublished,
}

/// Where the next volume begins, and where it ends at the latest.
struct Due {
    from: u64,
    end: u64,
    frontier: Frontier,
}

/// What is read for one volume.
#[derive(Default)]
struct Stretch {
    activities: Vec<Activity>,
    /// The rest of the batch that it ends in.
    rest: Vec<Activity>,
    /// Where the batches end, and the roots that were committed there.
    roots: Vec<(u64, Hash)>,
    bytes: u64,
}

impl Core {
    /// Seals what is due; whether anything was. With `all`, whatever is hot is due.
    pub(crate) async fn seal_next(self: &Arc<Self>, all: bool) -> Result<bool, LogError> {
        let Some(due) = self.due(all).await? else {
            return Ok(false);
        };
        self.reached(Step::Chosen)?;
        let started = std::time::Instant::now();
        let stretch = self.stretch(&due).await?;
        let (from, frontier, bytes) = (due.from, due.frontier, stretch.bytes);
        let end = from + stretch.activities.len() as u64;
        let keys = self.keys_of(&stretch).await?;
        let id = self.note(from, end - from).await?;
        self.reached(Step::Noted)?;
        let (root, of) = (self.volumes.root().to_owned(), id.clone());
        let write = move || {
            let (leaves, frontier) = leaves(&stretch, frontier, &keys)?;
            let meta = volume::write(&root, &of, &stretch.activities, &leaves)?;
            Ok((meta, frontier, keys))
        };
        let (meta, frontier, keys) = self.or_clear_away(&id, blocking(write).await).await?;
        self.reached(Step::Written)?;
        let root = self.volumes.root().to_owned();
        let verify = move || {
            let key_of = |person: &str| keys.get(person).copied();
            volume::verify(&root, &meta, &|activity: &Activity| {
                activity::canonical::leaf_of(activity, key_of)
            })?;
            Ok(meta)
        };
        let meta = self.or_clear_away(&id, blocking(verify).await).await?;
        self.reached(Step::Verified)?;
        let sealed = Sealed {
            from,
            to: end,
            frontier: &frontier.to_bytes(),
            bytes,
        };
        if !self.publish(&meta, sealed).await? {
            self.clear_away(&id).await;
            return Ok(false);
        }
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

    /// Where the next volume is, if one is due: at most up to the next multiple of the volume size, so that volumes
    /// stay aligned whatever was sealed early.
    async fn due(&self, all: bool) -> Result<Option<Due>, LogError> {
        let mut read = self.store.read().await?;
        let Some(head) = head::read(read.conn()).await? else {
            return Ok(None);
        };
        let (hot, size) = (head.size - head.sealed, self.settings.seal_at.max(1));
        let old = match hot_batch::oldest(read.conn(), head.sealed).await? {
            Some(oldest) => self.clock.now() >= oldest.plus(self.seal_after_micros()),
            None => false,
        };
        let heavy = head.hot_bytes >= self.settings.seal_bytes;
        if hot == 0 || !(hot >= size || heavy || old || all) {
            return Ok(None);
        }
        let aligned = (head.sealed / size + 1) * size;
        let frontier = Frontier::from_bytes(&head.sealed_frontier)
            .map_err(|why| LogError::Damaged(format!("log_head.sealed_frontier: {why}")))?;
        Ok(Some(Due {
            from: head.sealed,
            end: aligned.min(head.size),
            frontier,
        }))
    }

    /// The activities of the next volume: up to its end, or the one that makes it as heavy as a volume may be.
    async fn stretch(&self, due: &Due) -> Result<Stretch, LogError> {
        let (from, end, most) = (due.from, due.end, self.settings.seal_bytes.max(1));
        let mut stretch = Stretch::default();
        let mut next = from;
        while next < end && stretch.rest.is_empty() && stretch.bytes < most {
            let batches = hot_batch::load(&mut *self.store.glance().await?, next, end, BATCHES).await?;
            next = batches.last().map(HotBatch::end).ok_or_else(|| missing(next))?;
            stretch = blocking(move || {
                for batch in batches {
                    if stretch.bytes >= most {
                        break;
                    }
                    stretch.add(&batch, from..end, most)?;
                }
                Ok(stretch)
            })
            .await?;
        }
        Ok(stretch)
    }

    fn seal_after_micros(&self) -> i64 {
        i64::try_from(self.settings.seal_after_seconds)
            .unwrap_or(i64::MAX)
            .saturating_mul(activity::Time::SECOND)
    }

    async fn keys_of(&self, stretch: &Stretch) -> Result<Keys, LogError> {
        let facts = stretch.all().map(|activity| &activity.facts);
        let (mut keys, missing) = self.keys.split(keys::people(facts));
        if !missing.is_empty() {
            keys.extend(store::log::person_key::load(&mut *self.store.glance().await?, &missing).await?);
        }
        Ok(keys)
    }

    /// The one transaction: the volume is the log's from here on, and its hot rows are gone. False if another sealer
    /// published this stretch, or this one took too long.
    async fn publish(&self, meta: &VolumeMeta, sealed: Sealed<'_>) -> Result<bool, LogError> {
        let mut tx = self.store.begin().await?;
        let fenced =
            !head::seal(tx.conn(), sealed).await? || !volume_table::publish(tx.conn(), &volumes::row(meta)?).await?;
        if fenced {
            tx.rollback().await;
            return Ok(false);
        }
        hot_batch::delete_sealed(tx.conn(), sealed.to).await?;
        tx.commit().await?;
        self.view().await.map(|_| true)
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

impl Stretch {
    fn all(&self) -> impl Iterator<Item = &Activity> {
        self.activities.iter().chain(&self.rest)
    }

    /// Adds what of a batch lies in `within`, until it weighs `most`.
    fn add(&mut self, batch: &HotBatch, within: Range<u64>, most: u64) -> Result<(), LogError> {
        let activities = batch::unpack(batch)?.into_iter();
        for activity in activities.filter(|activity| activity.seq >= within.start) {
            let next = within.start + (self.activities.len() + self.rest.len()) as u64;
            if activity.seq != next {
                return Err(missing(next));
            }
            if activity.seq < within.end && self.bytes < most {
                self.bytes += activity::weight(&activity) as u64;
                self.activities.push(activity);
            } else {
                self.rest.push(activity);
            }
        }
        self.roots.push((batch.end(), batch.root));
        Ok(())
    }
}

/// The leaf hashes, checked against the root that was committed with every batch: what goes into the volume is what
/// was acknowledged.
fn leaves(stretch: &Stretch, mut frontier: Frontier, keys: &Keys) -> Result<(Vec<Hash>, Frontier), LogError> {
    let count = stretch.activities.len();
    let mut leaves = Vec::with_capacity(count);
    let mut sealed = None;
    let mut roots = stretch.roots.iter().peekable();
    for activity in stretch.all() {
        let leaf = keys::leaf(activity, keys)?;
        if leaves.len() < count {
            leaves.push(leaf);
        } else if sealed.is_none() {
            sealed = Some(frontier.clone());
        }
        frontier.push(leaf);
        if let Some((_, root)) = roots.next_if(|(end, _)| *end == frontier.size())
            && *root != frontier.root()
        {
            let size = frontier.size();
            return Err(LogError::Damaged(format!(
                "the hot activities before {size} do not give the committed root"
            )));
        }
    }
    Ok((leaves, sealed.unwrap_or(frontier)))
}
