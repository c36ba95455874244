//! Reading the whole log back and holding all of it against the tree: every file, every row, every leaf, every root.

use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

use proof::{CompactRange, Frontier};
use store::log::{Loaded, LostBatch, VolumeRow, closed_gap, head, hot_batch, lost_batch};

use crate::ledger::Ledger;
use crate::reader::volumes::{self, chain};
use crate::shared::KeyedLeaves;
use crate::tasks::blocking;
use crate::{LogError, batch, keys, leaves};

/// How often the whole is begun again where volumes are replaced under it.
const ATTEMPTS: u32 = 5;

/// How many times as long as the work a rest is: two threads work.
const RESTS: u32 = 3;

/// What a verification found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// How many activities the log has.
    pub size: u64,
    /// How many of them were read and hold.
    pub sound: u64,
    /// How many are known to be lost, and were closed.
    pub lost: u64,
    /// How many of the sound ones could not be held against the tree one by one, because the key of a person they name is gone.
    pub without_key: u64,
    /// What is wrong, in the order of the log.
    pub faults: Vec<Fault>,
}

/// A place at which the log is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The first activity concerned.
    pub first_seq: u64,
    /// How many are.
    pub count: u64,
    /// The volume that holds them; `None` if they are hot.
    pub volume: Option<String>,
    /// What was expected and what was found.
    pub what: String,
    /// Of a volume: its files that are not the ones that were written, by their names below its directory.
    pub damaged: Vec<String>,
}

impl Fault {
    /// Whether the record of the volume is what was written, so that its index can be made anew from it.
    #[must_use]
    pub fn is_record_whole(&self) -> bool {
        self.volume.is_some() && self.damaged.iter().all(|file| file != volume::RECORD)
    }
}

/// How much of a volume is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Depth {
    /// Every file and row.
    All,
    /// The same with rests, each three times as long as the work before it, which two threads share: at most half of one
    /// processor.
    Gently,
    /// What it knows of the tree.
    Tree,
}

/// The log as the database describes it at one moment.
struct Snapshot {
    head: head::Head,
    volumes: Vec<VolumeRow>,
    lost: Vec<LostBatch>,
    closed: Vec<Range<u64>>,
    hot: Vec<Loaded>,
}

impl Ledger {
    /// Verifies everything as of now; `progress` is told how many activities were looked at.
    pub(crate) async fn verify(self: &Arc<Self>, progress: impl Fn(u64) + Send + Sync) -> Result<Verified, LogError> {
        self.verify_all(Depth::All, &progress).await
    }

    /// The same beside whatever goes on, taking at most half of one processor.
    pub(crate) async fn verify_gently(
        self: &Arc<Self>,
        progress: impl Fn(u64) + Send + Sync,
    ) -> Result<Verified, LogError> {
        self.verify_all(Depth::Gently, &progress).await
    }

    async fn verify_all(
        self: &Arc<Self>,
        depth: Depth,
        progress: &(impl Fn(u64) + Send + Sync),
    ) -> Result<Verified, LogError> {
        for _ in 1..ATTEMPTS {
            let found = self.verify_once(depth, progress).await?;
            if !self.names_what_is_gone(&found).await? {
                return Ok(found);
            }
        }
        self.verify_once(depth, progress).await
    }

    /// Verifies that the trees of the volumes, the hot activities and the head belong together.
    pub(crate) async fn verify_trees(self: &Arc<Self>) -> Result<Verified, LogError> {
        self.verify_once(Depth::Tree, &|_| {}).await
    }

    /// Whether a fault is of a volume that another process, or the keeper, has replaced meanwhile.
    async fn names_what_is_gone(&self, found: &Verified) -> Result<bool, LogError> {
        if found.faults.iter().all(|fault| fault.volume.is_none()) {
            return Ok(false);
        }
        let live = store::log::volume::list(&mut self.shared.store().glance().await?).await?;
        let mut named = found.faults.iter().filter_map(|fault| fault.volume.as_ref());
        Ok(named.any(|id| live.iter().all(|row| row.id != *id)))
    }

    async fn snapshot(&self) -> Result<Option<Snapshot>, LogError> {
        let mut read = self.shared.store().read().await?;
        let Some(head) = head::read(&mut read).await? else {
            return Ok(None);
        };
        let volumes = store::log::volume::list(&mut read).await?;
        // As they are packed, so that what is sealed meanwhile is not missing; unpacked one by one.
        let hot = hot_batch::load(&mut read, head.sealed, head.size, u32::MAX).await?;
        let lost = lost_batch::list(&mut read).await?;
        let closed = closed_gap::list(&mut read).await?;
        Ok(Some(Snapshot {
            head,
            volumes,
            lost,
            closed,
            hot,
        }))
    }

    async fn verify_once(
        self: &Arc<Self>,
        depth: Depth,
        progress: &(impl Fn(u64) + Send + Sync),
    ) -> Result<Verified, LogError> {
        let Some(snapshot) = self.snapshot().await? else {
            return Ok(Verified::default());
        };
        let mut found = Verified {
            size: snapshot.head.size,
            ..Verified::default()
        };
        let frontier = self.verify_volumes(&mut found, &snapshot, (depth, progress)).await?;
        let Snapshot { head, hot, .. } = snapshot;
        let sealed = Frontier::from_bytes(&head.sealed_frontier).ok();
        if sealed.is_none() {
            const NONE: &str = "the state of the tree of what is sealed cannot be read";
            found.fault(0, head.sealed, None, NONE);
        }
        if let (Some(tree), Some(sealed)) = (&frontier, &sealed)
            && tree.root() != sealed.root()
        {
            const OTHER: &str = "the volumes together do not yield the tree that was committed";
            found.fault(0, head.sealed, None, OTHER);
        }
        let tree = self.verify_hot(&mut found, &head, hot, frontier.or(sealed)).await?;
        if tree.is_some_and(|tree| tree.root() != head.root) {
            const OTHER: &str = "the head's root is not that of the last batch";
            found.fault(head.sealed, head.size - head.sealed, None, OTHER);
        }
        if depth != Depth::Tree {
            self.verify_checkpoints(&mut found).await?;
        }
        progress(head.size);
        Ok(found)
    }

    /// The volumes; gives the tree up to `sealed`, or `None` where something is wrong before: no later root can be held
    /// against anything then.
    async fn verify_volumes(
        self: &Arc<Self>,
        found: &mut Verified,
        of: &Snapshot,
        (depth, progress): (Depth, &(impl Fn(u64) + Send + Sync)),
    ) -> Result<Option<Frontier>, LogError> {
        let (mut frontier, mut next) = (Some(Frontier::new()), 0);
        for row in &of.volumes {
            found.between(next..row.first_seq, of, &mut frontier);
            next = row.first_seq + row.count;
            let began = Instant::now();
            match self.verify_volume(row, depth).await {
                Ok((unknown, range)) => {
                    found.sound += row.count;
                    found.without_key += unknown;
                    frontier = frontier.and_then(|mut tree| tree.join(&range).ok().map(|()| tree));
                }
                Err(error @ (LogError::Volume(_) | LogError::Damaged(_))) => {
                    found.fault(row.first_seq, row.count, Some(row.id.clone()), &chain(&error));
                    if let Some(fault) = found.faults.last_mut() {
                        fault.damaged = self.damaged(row).await?;
                    }
                    frontier = None;
                }
                Err(error) => return Err(error),
            }
            progress(next);
            if depth == Depth::Gently {
                tokio::time::sleep(began.elapsed() * RESTS).await;
            }
        }
        found.between(next..of.head.sealed, of, &mut frontier);
        Ok(frontier)
    }

    /// One volume: for how many rows nothing can be told, and its part of the tree.
    async fn verify_volume(self: &Arc<Self>, row: &VolumeRow, depth: Depth) -> Result<(u64, CompactRange), LogError> {
        let (ledger, leaf_of) = (Arc::clone(self), KeyedLeaves::of(&self.shared));
        let meta = volumes::meta(row)?;
        blocking(move || {
            let dir = ledger.reader.shelf().place(&meta.id)?;
            let unknown = match depth {
                Depth::All | Depth::Gently => volume::verify(&dir, &meta, &leaf_of, ledger.shared.halt())?,
                Depth::Tree => 0,
            };
            Ok((unknown, volume::tree_range(&dir, &meta)?))
        })
        .await
    }

    /// Which files of a volume are not the ones that were written.
    async fn damaged(self: &Arc<Self>, row: &VolumeRow) -> Result<Vec<String>, LogError> {
        let (shelf, halt) = (self.reader.shelf().clone(), self.shared.halt().clone());
        let Ok(meta) = volumes::meta(row) else {
            return Ok(Vec::new());
        };
        blocking(move || Ok(volume::damaged(&shelf.place(&meta.id)?, &meta, &halt)?)).await
    }

    /// The hot activities, from the tree that the volumes give; gives the tree up to the head, as the volumes do.
    async fn verify_hot(
        &self,
        found: &mut Verified,
        head: &head::Head,
        hot: Vec<Loaded>,
        mut frontier: Option<Frontier>,
    ) -> Result<Option<Frontier>, LogError> {
        const NOWHERE: &str = "they are in no hot batch and in no volume";
        let mut next = head.sealed;
        for batch in hot {
            if batch.first_seq > next {
                found.fault(next, batch.first_seq - next, None, NOWHERE);
                frontier = None;
            }
            let from = next.max(batch.first_seq);
            self.verify_batch(found, &batch, from, &mut frontier).await?;
            next = batch.end();
        }
        if next < head.size {
            found.fault(next, head.size - next, None, NOWHERE);
            frontier = None;
        }
        Ok(frontier)
    }

    /// Sees to it at a start that the tree goes on from what was committed: a state of the tree that does not yield its
    /// root is made anew from the volumes' state and the hot activities, or nothing is appended to it.
    pub(crate) async fn check_head(&self) -> Result<(), LogError> {
        let Some(head) = head::read(&mut self.shared.store().glance().await?).await? else {
            return Ok(());
        };
        if Frontier::from_bytes(&head.frontier).is_ok_and(|tree| tree.root() == head.root) {
            return Ok(());
        }
        let Some(Snapshot { head, hot, .. }) = self.snapshot().await? else {
            return Ok(());
        };
        let sealed = Frontier::from_bytes(&head.sealed_frontier).ok();
        let tree = self.verify_hot(&mut Verified::default(), &head, hot, sealed).await?;
        match tree.filter(|tree| tree.root() == head.root) {
            Some(tree) => {
                let mut tx = self.shared.store().begin().await?;
                head::mend(&mut tx, &head.root, &tree.to_bytes()).await?;
                tx.commit().await?;
                tracing::error!("the state of the log's tree was damaged and has been made anew from the log itself");
                Ok(())
            }
            None => Err(LogError::Damaged(
                "the state of its tree does not yield the committed root and cannot be made anew, so nothing can be \
                 recorded; run `whodid verify`, and put the database back from a backup, beside the volumes of that time"
                    .to_owned(),
            )),
        }
    }

    async fn verify_batch(
        &self,
        found: &mut Verified,
        batch: &Loaded,
        from: u64,
        frontier: &mut Option<Frontier>,
    ) -> Result<(), LogError> {
        let count = batch.end() - from;
        let rows = match batch::unpack(batch) {
            Ok(rows) => rows,
            Err(error) => {
                found.fault(from, count, None, &error.to_string());
                *frontier = None;
                return Ok(());
            }
        };
        let keys = self
            .shared
            .keys_of(keys::people(rows.iter().map(|row| &row.facts)))
            .await?;
        let rows = || rows.iter().filter(|row| row.seq >= from);
        let committed = leaves::of(batch.leaves.as_deref(), &(batch.first_seq..batch.end()), from);
        let all = committed.as_ref().ok().and_then(Option::as_deref);
        let leaf_at = |(at, row)| {
            let kept = leaves::digests_of(all.and_then(|all| all.get(at)));
            keys::leaf_at(row, kept, &keys)
        };
        let unknown = rows().enumerate().filter(|row| leaf_at(*row).is_none()).count() as u64;
        let checked = match (committed, frontier.as_mut()) {
            (Err(why), _) => Err(why),
            // Without their leaves nothing can be told of them, nor of what comes after.
            (Ok(None), _) if unknown > 0 => {
                *frontier = None;
                Ok(())
            }
            (Ok(committed), Some(tree)) => {
                leaves::check(rows(), committed.as_deref(), &keys, tree, &batch.root).map(drop)
            }
            (Ok(_), None) => Ok(()),
        };
        if let Err(why) = checked {
            found.fault(from, count, None, &why);
            *frontier = None;
            return Ok(());
        }
        found.sound += count;
        found.without_key += unknown;
        Ok(())
    }
}

impl Verified {
    /// What no volume holds: what was lost is told, and its leaves make the tree grow.
    fn between(&mut self, seqs: Range<u64>, of: &Snapshot, tree: &mut Option<Frontier>) {
        let mut next = seqs.start;
        for lost in of.lost.iter().filter(|lost| seqs.contains(&lost.from)) {
            self.untold(next..lost.from, tree);
            next = lost.end;
            let count = lost.end - lost.from;
            let leaves = leaves::of(lost.leaves.as_deref(), &(lost.first_seq..lost.end), lost.from);
            match (leaves, tree.as_mut()) {
                (Ok(Some(leaves)), Some(tree)) => leaves::push(tree, &leaves),
                _ => *tree = None,
            }
            if of.closed.iter().any(|gap| gap.contains(&lost.from)) {
                self.lost += count;
            } else {
                let what = format!("they were damaged before they were sealed ({})", lost.why);
                self.fault(lost.from, count, None, &what);
            }
        }
        self.untold(next..seqs.end, tree);
    }

    fn untold(&mut self, seqs: Range<u64>, tree: &mut Option<Frontier>) {
        if !seqs.is_empty() {
            let count = seqs.end - seqs.start;
            self.fault(seqs.start, count, None, "the ledger names no volume that holds them");
            *tree = None;
        }
    }

    pub(super) fn fault(&mut self, first_seq: u64, count: u64, volume: Option<String>, what: &str) {
        self.faults.push(Fault {
            first_seq,
            count,
            volume,
            what: what.to_owned(),
            damaged: Vec::new(),
        });
    }
}
