//! Choosing the oldest hot activities and making a volume of them.
//!
//! Nothing here remembers a step between two calls: after a crash the same function finds the same work.

use std::ops::Range;
use std::sync::Arc;

use activity::{Activity, canonical};
use proof::{Frontier, Hash};
use store::log::{head, hot_batch};
use volume::{Leaf, Part, VolumeMeta};

use crate::core::Core;
use crate::keys::{self, Keys};
use crate::rewrite::{Replaced, Step, Work, Workplace};
use crate::view::blocking;
use crate::{LogError, batch};

/// Hot batches read from SQL at a time: few, because one may unpack to megabytes.
const BATCHES: u32 = 64;

/// Where the next volume begins, and where it ends at the latest.
struct Due {
    from: u64,
    end: u64,
    frontier: Frontier,
}

/// What is read for one volume.
#[derive(Default)]
struct Stretch {
    within: Range<u64>,
    /// What it may weigh.
    most: u64,
    next: u64,
    activities: Vec<Arc<Activity>>,
    /// The rest of the batch that it ends in.
    rest: Vec<Arc<Activity>>,
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
        self.reached(Work::Seal, Step::Chosen)?;
        let started = std::time::Instant::now();
        let stretch = self.stretch(&due).await?;
        let (from, bytes) = (due.from, stretch.bytes);
        let to = from + stretch.activities.len() as u64;
        let keys = self.keys_of(&stretch).await?;
        let sealing = blocking(move || Sealing::of(stretch, due.frontier, keys)).await?;
        let replaced = Replaced::Hot {
            to,
            frontier: sealing.frontier.to_bytes(),
            bytes,
        };
        let make = move |place: &Workplace<'_>| sealing.make(place);
        let Some(meta) = self.rewrite(Work::Seal, from..to, replaced, make).await? else {
            return Ok(false);
        };
        self.tail.drop_below(to);
        metrics::histogram!("whodid_seal_seconds").record(started.elapsed().as_secs_f64());
        tracing::info!(volume = %meta.id, activities = meta.count, bytes = meta.record_bytes() + meta.index_bytes(),
            millis = started.elapsed().as_millis(), "sealed a volume");
        Ok(true)
    }

    /// Where the next volume is, if one is due: at most up to the next multiple of the volume size, so that volumes
    /// stay aligned whatever was sealed early.
    async fn due(&self, all: bool) -> Result<Option<Due>, LogError> {
        let mut read = self.store.read().await?;
        let Some(head) = head::read(&mut read).await? else {
            return Ok(None);
        };
        let (hot, size) = (head.size - head.sealed, self.settings.seal_at.max(1));
        let old = match hot_batch::oldest(&mut read, head.sealed).await? {
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

    /// The activities of the next volume: up to its end, or the one that makes it as heavy as a volume may be. Those of
    /// the tail are taken as they are.
    async fn stretch(&self, due: &Due) -> Result<Stretch, LogError> {
        let within = due.from..due.end;
        let mut stretch = Stretch::new(within.clone(), self.settings.seal_bytes.max(1));
        let roots = hot_batch::roots(&mut self.store.glance().await?, within.start, within.end).await?;
        let held = roots.last().and_then(|(end, _)| self.tail.view(within.start, *end));
        if let Some(chunks) = held {
            let mut next = within.start;
            for (end, root) in roots {
                let hole = chunks
                    .iter()
                    .filter_map(|chunk| chunk.hole())
                    .find(|hole| hole.seqs.contains(&next));
                if let Some(hole) = hole {
                    stretch.end_before(LogError::Unreadable(hole.clone()))?;
                    break;
                }
                let rows = chunks.iter().flat_map(|chunk| chunk.shared(next..end)).cloned();
                stretch.add(rows, end, root)?;
                next = end;
                if stretch.is_full() {
                    break;
                }
            }
            return Ok(stretch);
        }
        let mut next = within.start;
        while !stretch.is_full() {
            let batches = hot_batch::load(&mut self.store.glance().await?, next, within.end, BATCHES).await?;
            next = batches.last().map(|batch| batch.end()).ok_or_else(|| missing(next))?;
            stretch = blocking(move || {
                for batch in batches {
                    if stretch.is_full() {
                        break;
                    }
                    match batch::unpack(&batch) {
                        Ok(rows) => stretch.add(rows.into_iter().map(Arc::new), batch.end(), batch.root)?,
                        Err(error) => stretch.end_before(error)?,
                    }
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
            keys.extend(store::log::person_key::load(&mut self.store.glance().await?, &missing).await?);
        }
        Ok(keys)
    }
}

fn missing(seq: u64) -> LogError {
    LogError::Damaged(format!("hot activity {seq} is missing"))
}

impl Stretch {
    fn new(within: Range<u64>, most: u64) -> Self {
        Self {
            next: within.start,
            within,
            most,
            ..Self::default()
        }
    }

    fn all(&self) -> impl Iterator<Item = &Activity> {
        self.activities.iter().chain(&self.rest).map(|activity| &**activity)
    }

    /// Whether no further batch belongs to it.
    fn is_full(&self) -> bool {
        self.next >= self.within.end || self.bytes >= self.most
    }

    /// Ends before a batch that cannot be read; fails if there is nothing before it.
    fn end_before(&mut self, error: LogError) -> Result<(), LogError> {
        self.within.end = self.next;
        match self.activities.is_empty() {
            true => Err(error),
            false => Ok(()),
        }
    }

    /// Adds what of a batch that ends at `end` lies within, until it weighs as much as it may.
    fn add(&mut self, rows: impl Iterator<Item = Arc<Activity>>, end: u64, root: Hash) -> Result<(), LogError> {
        for activity in rows.filter(|activity| activity.seq >= self.within.start) {
            if activity.seq != self.next {
                return Err(missing(self.next));
            }
            self.next += 1;
            if activity.seq < self.within.end && self.bytes < self.most {
                self.bytes += activity::weight(&activity) as u64;
                self.activities.push(activity);
            } else {
                self.rest.push(activity);
            }
        }
        if self.next != end {
            return Err(missing(self.next));
        }
        self.roots.push((end, root));
        Ok(())
    }
}

/// What is known before a volume is made: what goes into it, and the tree up to its end.
struct Sealing {
    stretch: Stretch,
    leaves: Vec<Leaf>,
    frontier: Frontier,
    keys: Keys,
}

impl Sealing {
    /// Computes the leaves, and checks them against the root that was committed with every batch: what goes into the
    /// volume is what was acknowledged.
    fn of(mut stretch: Stretch, mut frontier: Frontier, keys: Keys) -> Result<Self, LogError> {
        let count = stretch.activities.len();
        let mut leaves = Vec::with_capacity(count);
        let mut sealed = None;
        let mut roots = stretch.roots.iter().peekable();
        for activity in stretch.all() {
            let leaf = keys::leaf(activity, &keys)?;
            if leaves.len() < count {
                leaves.push(Leaf::Yielded(leaf));
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
        stretch.rest = Vec::new();
        Ok(Self {
            stretch,
            leaves,
            frontier: sealed.unwrap_or(frontier),
            keys,
        })
    }

    fn make(self, place: &Workplace<'_>) -> Result<VolumeMeta, LogError> {
        let key_of = |person: &str| self.keys.get(person).copied();
        let parts = vec![Part::Rows(&self.stretch.activities, &self.leaves)];
        place.make(parts, &|activity| canonical::leaf_of(activity, key_of))
    }
}
