//! One consistent view of the log: the head, the volumes below it and the hot activities up to it.
//!
//! Owns how a view is taken and when it has to be taken again, also while another process seals and merges.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use activity::query::Expr;
use activity::{Activity, Seq};
use store::log::head::{self, Position};
use store::log::{closed_gap, erasure, hot_batch, lost_batch, retention, volume as volume_table};
use volume::{Cursor, Order, RecordOnly, Volume};

use crate::erasing::Erasing;
use crate::hole::Hole;
use crate::pruning::Pruning;
use crate::reader::Reader;
use crate::reader::hidden::Hidden;
use crate::reader::left::Left;
use crate::reader::stretch::Stretch;
use crate::reader::tail::Chunk;
use crate::reader::volumes::Listed;
use crate::tasks::blocking;
use crate::{LogError, Through, batch};

/// How often a view is taken again when the log changes underneath.
const ATTEMPTS: u32 = 40;
const PAUSE: Duration = Duration::from_millis(5);
/// Hot batches read from SQL at a time.
const BATCHES: u32 = 512;

/// The log as of one moment.
#[derive(Clone, Debug)]
pub(crate) struct View {
    pub(crate) position: Position,
    pub(crate) through: Through,
    pub(crate) volumes: Arc<[Volume]>,
    pub(crate) unindexed: Arc<[RecordOnly]>,
    pub(crate) holes: Arc<[Hole]>,
    /// Holes that somebody has closed.
    pub(crate) closed: Arc<[Hole]>,
    /// Whose values are being taken out of the log, and are not shown any more.
    pub(crate) erasing: Arc<Erasing>,
    /// What was kept long enough and is being removed, and is not shown any more.
    pub(crate) pruning: Arc<Pruning>,
    /// How many activities have been removed from what can be read.
    pub(crate) removed: u64,
    hot: Vec<Arc<Chunk>>,
}

impl View {
    /// Everything there is, oldest first but for what has no index, which comes first.
    pub(crate) fn stretches(&self) -> impl DoubleEndedIterator<Item = Stretch> {
        let seqs = self.position.sealed..self.position.size;
        let hot = self
            .hot
            .iter()
            .map(move |chunk| Stretch::Hot(Arc::clone(chunk), seqs.clone()));
        let unindexed = self.unindexed.iter().cloned().map(Stretch::Unindexed);
        let sealed = self.volumes.iter().cloned().map(Stretch::Sealed);
        let all = unindexed.chain(sealed).chain(hot);
        let left = all.map(|stretch| Left::of(stretch, &self.pruning));
        left.flat_map(|stretch| Hidden::split(stretch, &self.erasing).into_iter().flatten())
    }

    /// What cannot be read and may hold something that the question asks for.
    pub(crate) fn holes_of<'a>(
        &'a self,
        expr: &'a Expr,
        order: Order,
        after: Option<Cursor>,
    ) -> impl Iterator<Item = &'a Hole> {
        self.holes.iter().filter(move |hole| hole.may_match(expr, order, after))
    }

    /// The hot chunk that holds `seq`.
    pub(crate) fn hot_at(&self, seq: Seq) -> Option<&Arc<Chunk>> {
        self.hot
            .iter()
            .find(|chunk| (chunk.first_seq()..chunk.end_seq()).contains(&seq))
    }
}

impl Reader {
    /// Takes a view of everything committed before this call.
    pub(crate) async fn view(&self) -> Result<View, LogError> {
        // Claimed before the head is read: what the claim promises is then in the head.
        let claimed = self.watermark.claim(self.shared.clock().now());
        let mut attempt = 0;
        loop {
            match self.try_view(claimed).await {
                Ok(Some(view)) => return Ok(view),
                Ok(None) if attempt < 2 => {}
                Ok(None) if attempt < ATTEMPTS => tokio::time::sleep(PAUSE).await,
                Ok(None) => {
                    return Err(LogError::Damaged(
                        "hot activities are missing between volumes and head".into(),
                    ));
                }
                Err(error) => return Err(error),
            }
            attempt += 1;
        }
    }

    /// Where the head is: as it was read last, if nothing was committed since and nobody else writes.
    async fn position(&self) -> Result<Position, LogError> {
        let commits = self.shared.store().commits();
        let known = *self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, position)) = known
            && Some(at) == commits
        {
            return Ok(position);
        }
        let position = head::position(&mut self.shared.store().glance().await?).await?;
        // Counted before it was read: it may be newer than that, and is then read again.
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = commits.map(|commits| (commits, position));
        Ok(position)
    }

    /// `None` if the log changed while it was looked at.
    async fn try_view(&self, claimed: activity::Time) -> Result<Option<View>, LogError> {
        let position = self.position().await?;
        let set = self.volumes.set();
        let (position, set) = if set.is_of(position.generation) {
            (position, set)
        } else {
            let mut read = self.shared.store().read().await?;
            let position = head::position(&mut read).await?;
            let listed = Listed {
                generation: position.generation,
                sealed: position.sealed,
                volumes: volume_table::list(&mut read).await?,
                lost: lost_batch::list(&mut read).await?,
                closed: closed_gap::list(&mut read).await?,
                erasures: head::erasures(&mut read).await?,
                erasing: erasure::pending(&mut read).await?,
                pruning: retention::pending(&mut read).await?,
            };
            drop(read);
            let volumes = Arc::clone(&self.volumes);
            self.shared.keys().follow(listed.erasures);
            let set = blocking(move || Ok(volumes.open(&listed))).await?;
            self.shared.set_erasing(Arc::clone(&self.volumes.set().erasing));
            self.reload_tail(set.rewritten).await;
            // A volume that the ledger named may have been merged away by another process meanwhile.
            if !set.holes.is_empty() && self.position().await?.generation != position.generation {
                return Ok(None);
            }
            (position, set)
        };
        let hot = match self.tail.view(position.sealed, position.size) {
            Some(hot) => Some(hot),
            None => {
                self.load(position).await?;
                self.tail.view(position.sealed, position.size)
            }
        };
        let Some(hot) = hot else { return Ok(None) };
        self.shared.notice(position.into());
        let at = self.shared.complete_at(claimed, position.last_recorded_at);
        let through = Through {
            size: position.size,
            at,
        };
        let removed = set.volumes.iter().map(|volume| volume.meta().removed).sum::<u64>()
            + set.unindexed.iter().map(|volume| volume.meta().removed).sum::<u64>()
            + set.emptied.iter().map(|meta| meta.count).sum::<u64>();
        Ok(Some(View {
            position,
            through,
            pruning: set.pruning,
            removed,
            volumes: set.volumes,
            unindexed: set.unindexed,
            holes: with_hot(set.holes, &hot),
            closed: set.closed,
            erasing: set.erasing,
            hot,
        }))
    }

    /// Lets go of the hot activities if some were rewritten since they came here; they are loaded anew.
    async fn reload_tail(&self, rewritten: u64) {
        if self.tail.is_older_than(rewritten) {
            // What is being loaded just now may be older.
            let _loading = self.loading.lock().await;
            self.tail.clear(rewritten);
        }
    }

    /// Loads the hot activities that are lacking up to the head; one read at a time does it for all.
    async fn load(&self, position: Position) -> Result<(), LogError> {
        let _loading = self.loading.lock().await;
        self.tail.drop_below(position.sealed);
        let mut from = self.tail.lacks_from(position.sealed);
        while from < position.size {
            let batches =
                hot_batch::load(&mut self.shared.store().glance().await?, from, position.size, BATCHES).await?;
            // None, or a gap: they were sealed since the head was read. The caller looks again.
            let Some(end) = batches.last().map(|batch| batch.end()) else {
                return Ok(());
            };
            if batches[0].first_seq > from {
                return Ok(());
            }
            let unpack = move || {
                Ok(batches
                    .iter()
                    .map(|of| batch::unpack(of).map_err(|e| Hole::lost(of.first_seq..of.end(), e.to_string())))
                    .collect())
            };
            let unpacked: Vec<Result<Vec<Activity>, Hole>> = blocking(unpack).await?;
            for activities in unpacked {
                match activities {
                    Ok(activities) => self.tail.extend(activities, true),
                    Err(hole) => {
                        tracing::error!(%hole, "a hot batch cannot be read; see `whodid doctor`");
                        self.tail.extend_hole(hole);
                    }
                }
            }
            from = end;
        }
        Ok(())
    }
}

/// The holes of the volumes and of the hot tail.
fn with_hot(sealed: Arc<[Hole]>, hot: &[Arc<Chunk>]) -> Arc<[Hole]> {
    let mut more = hot.iter().filter_map(|chunk| chunk.hole()).peekable();
    match more.peek() {
        None => sealed,
        Some(_) => sealed.iter().chain(more).cloned().collect(),
    }
}
