//! Choosing the oldest hot activities and making a volume of them.
//!
//! Nothing here remembers a step between two calls: after a crash the same function finds the same work.

use std::ops::Range;
use std::sync::Arc;

use activity::Activity;
use activity::canonical::KeptDigest;
use proof::{Frontier, Hash};
use store::log::hot_batch::{self, End};
use store::log::{Loaded, head};
use volume::{Indexed, Leaf, Part, VolumeMeta};

use super::lost::Unsealable;
use super::rewrite::{Replaced, Step, Work, Workplace};
use crate::keys::{self, Keys};
use crate::ledger::Ledger;
use crate::reader::tail::Chunk;
use crate::tasks::blocking;
use crate::{LogError, batch, leaves};

/// Hot batches read from SQL at a time: few, because one may unpack to megabytes.
const BATCHES: u32 = 64;

/// Where the next volume begins, and where it ends at the latest.
struct Due {
    from: u64,
    end: u64,
    frontier: Frontier,
}

/// A hot batch on its way into a volume.
struct Hot {
    first: u64,
    end: u64,
    /// The root that was committed with it.
    root: Hash,
    /// Its leaves, as they are kept.
    leaves: Option<Vec<u8>>,
    /// All its activities, or those that are not sealed yet; or why they cannot be read.
    rows: Result<Vec<Arc<Activity>>, String>,
}

/// What is read for one volume.
struct Batches {
    within: Range<u64>,
    /// What it may weigh.
    most: u64,
    next: u64,
    batches: Vec<Hot>,
    /// Where it is as heavy as it may be.
    cut: u64,
    weight: u64,
    /// Indexes that the tail has of some of them.
    indexes: Vec<Indexed>,
}

impl Ledger {
    /// Seals what is due; whether anything was. With `all`, whatever is hot is due.
    pub(crate) async fn seal_next(self: &Arc<Self>, all: bool) -> Result<bool, LogError> {
        let Some(due) = self.due(all).await? else {
            return Ok(false);
        };
        self.reached(Work::Seal, Step::Chosen)?;
        let started = std::time::Instant::now();
        let (from, tree) = (due.from, due.frontier.clone());
        if let Err(error) = self.reader.freeze_below(due.end).await {
            tracing::warn!(%error, "what is to be sealed is indexed only then");
        }
        let batches = self.batches(&due).await?;
        let people = keys::people(batches.rows().map(|activity| &activity.facts));
        let keys = self.shared.keys_of(people).await?;
        let sealing = match blocking(move || Ok(Sealing::of(batches, due.frontier, keys))).await? {
            Ok(sealing) => sealing,
            Err(bad) => return self.lose(bad, &tree).await,
        };
        let to = from + sealing.rows.len() as u64;
        let replaced = Replaced::Hot {
            to,
            frontier: sealing.frontier.to_bytes(),
            bytes: sealing.weight,
        };
        let make = move |place: &Workplace<'_>| sealing.make(place);
        let Some(meta) = self.rewrite(Work::Seal, from..to, replaced, make).await? else {
            return Ok(false);
        };
        self.reader.drop_below(to);
        metrics::histogram!("whodid_seal_seconds").record(started.elapsed().as_secs_f64());
        tracing::info!(volume = %meta.id, activities = meta.count, bytes = meta.record_bytes() + meta.index_bytes(),
            millis = started.elapsed().as_millis(), "sealed a volume");
        Ok(true)
    }

    /// Where the next volume is, if one is due: at most up to the next multiple of the volume size, so that volumes
    /// stay aligned whatever was sealed early.
    async fn due(&self, all: bool) -> Result<Option<Due>, LogError> {
        let mut read = self.shared.store().read().await?;
        let Some(head) = head::read(&mut read).await? else {
            return Ok(None);
        };
        let (hot, size) = (head.size - head.sealed, self.shared.settings().seal_at.max(1));
        let old = match hot_batch::oldest(&mut read, head.sealed).await? {
            Some(oldest) => self.shared.clock().now() >= oldest.plus(self.seal_after_micros()),
            None => false,
        };
        let heavy = head.hot_bytes >= self.shared.settings().seal_bytes;
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
    async fn batches(&self, due: &Due) -> Result<Batches, LogError> {
        let within = due.from..due.end;
        let mut batches = Batches::new(within.clone(), self.shared.settings().seal_bytes.max(1));
        let ends = hot_batch::ends(&mut self.shared.store().glance().await?, within.start, within.end).await?;
        // Not where the tail has a hole: what was damaged when it was loaded may have been put right since.
        let held = ends.last().and_then(|end| self.reader.hot(within.start, end.seq));
        if let Some(chunks) = held.filter(|chunks| chunks.iter().all(|chunk| chunk.hole().is_none())) {
            batches.indexes = chunks.iter().filter_map(|chunk| chunk.index().cloned()).collect();
            for end in ends {
                batches.add(Hot::held(end, &chunks, within.start));
                if batches.is_full() {
                    break;
                }
            }
            return Ok(batches);
        }
        let mut next = within.start;
        while !batches.is_full() {
            let loaded = hot_batch::load(&mut self.shared.store().glance().await?, next, within.end, BATCHES).await?;
            next = loaded.last().map(|batch| batch.end()).ok_or_else(|| missing(next))?;
            batches = blocking(move || {
                for batch in loaded {
                    if !batches.is_full() {
                        let from = batches.next;
                        batches.add(Hot::read(batch, from));
                    }
                }
                Ok(batches)
            })
            .await?;
        }
        Ok(batches)
    }

    fn seal_after_micros(&self) -> i64 {
        i64::try_from(self.shared.settings().seal_after_seconds)
            .unwrap_or(i64::MAX)
            .saturating_mul(activity::Time::SECOND)
    }
}

fn missing(seq: u64) -> LogError {
    LogError::Damaged(format!("hot activity {seq} is missing"))
}

impl Hot {
    /// As it is in the tail, from `from` on.
    fn held(end: End, chunks: &[Arc<Chunk>], from: u64) -> Self {
        let seqs = from.max(end.first_seq)..end.seq;
        let rows = chunks.iter().flat_map(|chunk| chunk.shared(seqs.clone()));
        let rows = Ok(rows.cloned().collect());
        Self {
            first: end.first_seq,
            end: end.seq,
            root: end.root,
            leaves: end.leaves,
            rows,
        }
    }

    /// As it is in the database.
    fn read(batch: Loaded, from: u64) -> Self {
        let sealed = |row: &Activity| row.seq < from;
        let rows = batch::unpack(&batch).map_err(|error| error.to_string());
        Self {
            first: batch.first_seq,
            end: batch.end(),
            root: batch.root,
            rows: rows.map(|rows| rows.into_iter().skip_while(sealed).map(Arc::new).collect()),
            leaves: batch.batch.leaves,
        }
    }
}

impl Batches {
    fn new(within: Range<u64>, most: u64) -> Self {
        Self {
            next: within.start,
            cut: within.start,
            weight: 0,
            batches: Vec::new(),
            indexes: Vec::new(),
            within,
            most,
        }
    }

    fn rows(&self) -> impl Iterator<Item = &Activity> {
        let rows = self.batches.iter().filter_map(|batch| batch.rows.as_ref().ok());
        rows.flatten().map(|activity| &**activity)
    }

    /// Whether no further batch belongs to it.
    fn is_full(&self) -> bool {
        let is_stuck = self.batches.last().is_some_and(|batch| batch.rows.is_err());
        is_stuck || self.next >= self.within.end || self.weight >= self.most
    }

    /// Adds the next batch.
    fn add(&mut self, mut batch: Hot) {
        let expected = self.next..batch.end;
        let rows = batch.rows.as_ref().map(|rows| rows.iter().map(|row| row.seq));
        if rows.is_ok_and(|seqs| !seqs.eq(expected)) {
            batch.rows = Err(missing(self.next).to_string());
        }
        for row in batch.rows.iter().flatten() {
            if row.seq < self.within.end && self.weight < self.most {
                self.weight += activity::weight(row) as u64;
                self.cut = row.seq + 1;
            }
        }
        self.next = batch.end;
        self.batches.push(batch);
    }
}

/// What is known before a volume is made: what goes into it, and the tree up to its end.
struct Sealing {
    rows: Vec<Arc<Activity>>,
    leaves: Vec<Leaf>,
    frontier: Frontier,
    keys: Keys,
    weight: u64,
    indexes: Vec<Indexed>,
}

impl Sealing {
    /// Computes the leaves, and checks them against what was committed with every batch: what goes into the volume is what
    /// was acknowledged. It ends before a batch that is not; that one is the error if nothing is before it.
    fn of(batches: Batches, mut frontier: Frontier, keys: Keys) -> Result<Self, Unsealable> {
        let (from, cut) = (batches.within.start, batches.cut);
        let (mut rows, mut leaves) = (Vec::new(), Vec::new());
        for batch in batches.batches {
            let seqs = from + rows.len() as u64..batch.end;
            let committed = leaves::of(batch.leaves.as_deref(), &(batch.first..batch.end), seqs.start);
            let checked = committed.and_then(|committed| {
                let rows = batch.rows?;
                let mut grown = frontier.clone();
                let each = rows.iter().map(|row| &**row);
                let checked = leaves::check(each, committed.as_deref(), &keys, &mut grown, &batch.root)?;
                Ok((rows, checked, grown))
            });
            match checked {
                Ok((mut more, mut yielded, grown)) => {
                    let fitting = usize::try_from(cut.saturating_sub(seqs.start)).unwrap_or(usize::MAX);
                    if fitting < more.len() {
                        more.truncate(fitting);
                        yielded.truncate(fitting);
                        leaves::push(&mut frontier, &yielded);
                    } else {
                        frontier = grown;
                    }
                    rows.append(&mut more);
                    leaves.append(&mut yielded);
                }
                Err(why) if rows.is_empty() => return Err(Unsealable { seqs, why }),
                Err(_) => break,
            }
        }
        Ok(Self {
            weight: rows.iter().map(|row| activity::weight(row) as u64).sum(),
            rows,
            leaves,
            frontier,
            keys,
            indexes: batches.indexes,
        })
    }

    /// The rows, with the indexes that there are of some of them.
    fn parts(&self) -> Vec<Part<'_, Arc<Activity>>> {
        let (mut parts, mut next) = (Vec::new(), 0);
        let first = self.rows.first().map_or(0, |row| row.seq);
        for index in &self.indexes {
            let at = |seq: u64| seq.checked_sub(first).and_then(|at| usize::try_from(at).ok());
            let (Some(from), Some(to)) = (at(index.seqs().start), at(index.seqs().end)) else {
                continue;
            };
            let (Some(rows), Some(leaves)) = (self.rows.get(from..to), self.leaves.get(from..to)) else {
                continue;
            };
            if next < from {
                parts.push(Part::Rows(&self.rows[next..from], &self.leaves[next..from]));
            }
            parts.push(Part::Indexed(rows, leaves, index));
            next = to;
        }
        if next < self.rows.len() {
            parts.push(Part::Rows(&self.rows[next..], &self.leaves[next..]));
        }
        parts
    }

    fn make(self, place: &Workplace<'_>) -> Result<VolumeMeta, LogError> {
        let parts = self.parts();
        let first = self.rows.first().map_or(0, |row| row.seq);
        place.make(parts, &|read: &Activity, kept: &[KeptDigest]| {
            let at = read.seq.checked_sub(first).and_then(|at| usize::try_from(at).ok());
            match at.and_then(|at| self.rows.get(at).zip(self.leaves.get(at))) {
                // The same row has the same leaf, which was computed from it.
                Some((row, Leaf::Yielded(leaf))) if kept.is_empty() && **row == *read => Some(*leaf),
                _ => keys::leaf_at(read, kept, &self.keys),
            }
        })
    }
}
