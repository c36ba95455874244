//! Giving the hot tail its indexes: which activities get one together, and the task that makes them.
//!
//! Frozen chunks are whole blocks of seqs, so that the end of a volume is the end of one. A block of the middle size is
//! frozen as soon as it is complete, small ones where it is not; when there is nothing else to do,
//! larger ones are made of them, and what begins the newest block is frozen as well.

use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use activity::{Activity, Seq};
use volume::Indexed;

use super::Reader;
use super::tail::{Chunk, SMALL};
use crate::LogError;
use crate::tasks::blocking;

const MIDDLE: u64 = if cfg!(test) { 8 } else { 32 } * SMALL;
/// What blocks become when there is nothing else to do, each as soon as it is complete.
const IDLE_BLOCKS: [u64; 3] = if cfg!(test) {
    [2 * SMALL, MIDDLE, 8 * MIDDLE]
} else {
    [4 * SMALL, 16 * SMALL, 2 * MIDDLE]
};
/// How long nothing must have come before large chunks are made.
const IDLE: Duration = Duration::from_secs(2);
/// A middle block that is complete so soon after the one before makes small ones not worth it.
const SOON: Duration = Duration::from_millis(500);

/// How much there is to do beside freezing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Load {
    /// Middle blocks are soon complete: nothing is indexed twice.
    Heavy,
    /// Small blocks are frozen meanwhile.
    Usual,
    /// Nothing comes: few large chunks are made of many small ones, and nothing is left without an index.
    None,
}

/// Activities that are worth an index together.
pub(crate) struct Ripe {
    rows: Vec<Arc<Activity>>,
    /// For how many persons they had been rewritten.
    pub(super) rewritten: u64,
}

/// What of these adjacent chunks, which hold `held`, is to be frozen next under this load, of what begins below a seq.
pub(crate) fn ripe(chunks: &[Arc<Chunk>], held: Range<Seq>, (load, below): (Load, Seq)) -> Option<Ripe> {
    let lacks_index = |chunk: &&Arc<Chunk>| chunk.index().is_none() && chunk.hole().is_none();
    let begins = |chunk: &&Arc<Chunk>| lacks_index(chunk) && chunk.first_seq() < below;
    let fresh = chunks.iter().filter(begins).map(|chunk| chunk.first_seq());
    let complete = |seq, size| whole(chunks, &held, block(seq, size));
    let middle = fresh.clone().find_map(|seq| complete(seq, MIDDLE));
    let small = || fresh.clone().find_map(|seq| complete(seq, SMALL));
    let larger = || {
        IDLE_BLOCKS.into_iter().rev().find_map(|size| {
            let firsts = chunks.iter().map(|chunk| chunk.first_seq());
            let mut blocks: Vec<Seq> = firsts.map(|seq| block(seq, size).start).collect();
            blocks.dedup();
            blocks.into_iter().find_map(|seq| complete(seq, size))
        })
    };
    // What begins the newest block, which is frozen anew with what comes.
    let rest = || {
        let begun = block(fresh.clone().next_back()?, SMALL);
        whole(chunks, &held, begun.start..begun.end.min(held.end))
    };
    middle
        .or_else(|| if load >= Load::Usual { small() } else { None })
        .or_else(|| {
            if load == Load::None {
                larger().or_else(rest)
            } else {
                None
            }
        })
}

fn block(seq: Seq, size: u64) -> Range<Seq> {
    let first = seq / size * size;
    first..first + size
}

/// The activities of a block, as far as it is not sealed, if all of it is there and not in one frozen chunk.
fn whole(chunks: &[Arc<Chunk>], held: &Range<Seq>, block: Range<Seq>) -> Option<Ripe> {
    let seqs = block.start.max(held.start)..block.end;
    if seqs.end > held.end {
        return None;
    }
    let from = chunks.partition_point(|chunk| chunk.end_seq() <= seqs.start);
    let to = chunks.partition_point(|chunk| chunk.first_seq() < seqs.end);
    let within = chunks.get(from..to)?;
    let is_whole = within.first()?.first_seq() == seqs.start && within.last()?.end_seq() == seqs.end;
    let is_frozen = within.iter().all(|chunk| chunk.index().is_some());
    if !is_whole || within.iter().any(|chunk| chunk.hole().is_some()) || (is_frozen && within.len() == 1) {
        return None;
    }
    let rows = within.iter().flat_map(|chunk| chunk.rows().iter().cloned()).collect();
    Some(Ripe { rows, rewritten: 0 })
}

impl Reader {
    /// Freezes what is to be sealed, as far as that is worth it: nothing is indexed for a volume beside its being indexed
    /// for the tail.
    pub(crate) async fn freeze_below(&self, end: Seq) -> Result<(), LogError> {
        while self.freeze_one((Load::Heavy, end)).await? > 0 {}
        Ok(())
    }

    /// Freezes what is worth it under this load; how many activities.
    pub(crate) async fn freeze_next(&self, load: Load) -> Result<u64, LogError> {
        self.freeze_one((load, Seq::MAX)).await
    }

    /// The same of what begins below a seq.
    async fn freeze_one(&self, of: (Load, Seq)) -> Result<u64, LogError> {
        let _turn = self.freezing.lock().await;
        let Some(ripe) = self.tail.ripe(of) else {
            return Ok(0);
        };
        let (frozen, rewritten) = (ripe.rows.len() as u64, ripe.rewritten);
        let freeze = move || {
            let index = Indexed::in_memory(ripe.rows.clone())?;
            Ok(Chunk::frozen(ripe.rows, index))
        };
        self.tail.put(blocking(freeze).await?, rewritten);
        Ok(frozen)
    }
}

/// Freezes what comes, as long as it runs.
pub(crate) async fn run(reader: Arc<Reader>) {
    let mut middle: Option<Instant> = None;
    loop {
        let is_idle = tokio::time::timeout(IDLE, reader.tail.grown()).await.is_err();
        loop {
            let load = match middle {
                _ if is_idle => Load::None,
                Some(at) if at.elapsed() < SOON => Load::Heavy,
                _ => Load::Usual,
            };
            match reader.freeze_next(load).await {
                Ok(0) => break,
                Ok(frozen) if frozen >= MIDDLE => middle = Some(Instant::now()),
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(%error, "hot activities cannot be indexed just now; they are read one by one");
                    tokio::time::sleep(IDLE).await;
                    break;
                }
            }
        }
    }
}
