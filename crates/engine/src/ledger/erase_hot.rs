//! Taking a person's values out of hot activities, in the database, before more is sealed.

use std::sync::Arc;

use activity::erased::Remains;
use activity::{Activity, Seq, canonical};
use store::log::erasure::{self, Progress, Stage};
use store::log::{HotBatch, Loaded, head, hot_batch, lost_batch};
use volume::Leaf;

use super::erase::Rewritten;
use super::rewrite::{Step, Work};
use crate::erasing::Erasing;
use crate::keys::Keys;
use crate::ledger::Ledger;
use crate::tasks::blocking;
use crate::{LogError, batch, keys, leaves};

/// Hot batches rewritten in one transaction.
const BATCHES: u32 = 64;

impl Ledger {
    /// Rewrites the hot activities that name somebody who is to be erased. Nothing must be sealed meanwhile.
    pub(crate) async fn erase_hot(self: &Arc<Self>) -> Result<(), LogError> {
        let due = self.at(Stage::Hot).await?;
        if due.is_empty() {
            return Ok(());
        }
        self.reached(Work::Erase, Step::Chosen)?;
        let erasing = Arc::new(Erasing::of(&due));
        let sealed = head::position(&mut self.shared.store().glance().await?).await?.sealed;
        let mut next = sealed;
        while next < erasing.end() {
            let store = self.shared.store();
            let batches = hot_batch::load(&mut store.glance().await?, next, erasing.end(), BATCHES).await?;
            let Some(end) = batches.last().map(|batch| batch.end()) else {
                break;
            };
            self.rewrite_hot(&erasing, batches, sealed).await?;
            next = end;
        }
        self.destroy_lost(&erasing).await?;
        let ids: Vec<u64> = due.iter().map(|of| of.id).collect();
        self.advance(&ids, Stage::Hot).await?;
        // Those in memory go.
        drop(self.reader.view().await?);
        self.reached(Work::Erase, Step::Advanced)
    }

    /// Some hot batches, in one transaction. What of them is below `sealed` is counted with its volume.
    async fn rewrite_hot(&self, erasing: &Arc<Erasing>, batches: Vec<Loaded>, sealed: Seq) -> Result<(), LogError> {
        let fence = self.fence()?;
        let (sound, damaged): (Vec<_>, Vec<_>) = batches.into_iter().partition(|batch| batch.is_sound);
        let damaged = damaged.into_iter().map(|batch| batch.batch);
        let lost: Vec<HotBatch> = damaged.filter(|batch| can_be_seen_in(batch, erasing)).collect();
        let of = Arc::clone(erasing);
        let unpack = move || {
            let rows = sound.into_iter().filter_map(|batch| {
                let rows = batch::unpack(&batch).ok()?;
                rows.iter().any(|row| of.is_named_in(row)).then_some((batch, rows))
            });
            Ok(rows.collect::<Vec<_>>())
        };
        let named = blocking(unpack).await?;
        if named.is_empty() && lost.is_empty() {
            return Ok(());
        }
        let rows = || named.iter().flat_map(|(_, rows)| rows);
        let keys = self.shared.keys_of(keys::people(rows().map(|row| &row.facts))).await?;
        let (mut rewritten, mut lighter, mut changed) = (Rewritten::new(), 0, Vec::new());
        for (batch, rows) in named {
            let before: u64 = rows.iter().map(|row| activity::weight(row) as u64).sum();
            for id in rows
                .iter()
                .filter(|row| row.seq >= sealed)
                .flat_map(|row| erasing.for_whom(row))
            {
                *rewritten.entry(id).or_default() += 1;
            }
            let (batch, after) = erased(erasing, batch.batch, rows, &keys)?;
            lighter += before.saturating_sub(after);
            changed.push(batch);
        }
        let mut tx = self.shared.store().begin().await?;
        if !fence.holds(&mut tx).await? {
            tx.rollback().await;
            return Err(LogError::Elsewhere);
        }
        let emptied = lost.into_iter().map(|batch| HotBatch {
            facts: Vec::new(),
            ..batch
        });
        for batch in changed.into_iter().chain(emptied) {
            hot_batch::rewrite(&mut tx, batch).await?;
        }
        head::lighten(&mut tx, lighter).await?;
        for (id, n) in rewritten {
            let step = Progress {
                looked_at: 0,
                rewritten: n,
            };
            erasure::note(&mut tx, Stage::Hot, id, step).await?;
        }
        tx.commit().await?;
        self.reached(Work::Erase, Step::Rewritten)
    }

    /// Destroys what is kept of damaged batches in which somebody who is to be erased can be seen. One that cannot be
    /// read at all is left: nothing tells whom it names.
    async fn destroy_lost(&self, erasing: &Erasing) -> Result<(), LogError> {
        let lost = lost_batch::contents(&mut self.shared.store().glance().await?, erasing.end()).await?;
        for (from, _) in lost.iter().filter(|(_, batch)| can_be_seen_in(batch, erasing)) {
            let mut tx = self.shared.store().begin().await?;
            lost_batch::destroy(&mut tx, *from).await?;
            tx.commit().await?;
            tracing::warn!(
                first = from,
                "a damaged batch named somebody who is erased, and was destroyed"
            );
        }
        Ok(())
    }
}

/// Whether a damaged batch, as far as it can be read, names one of them.
fn can_be_seen_in(batch: &HotBatch, erasing: &Erasing) -> bool {
    batch::rows(batch).is_ok_and(|rows| rows.iter().any(|row| erasing.is_named_in(row)))
}

/// A hot batch as it is afterwards, and what it weighs.
fn erased(
    erasing: &Erasing,
    mut of: HotBatch,
    mut rows: Vec<Activity>,
    keys: &Keys,
) -> Result<(HotBatch, u64), LogError> {
    let damaged = |why: String| LogError::Damaged(format!("hot batch {}: {why}", of.first_seq));
    let committed = leaves::of(of.leaves.as_deref(), &(of.first_seq..of.end()), of.first_seq).map_err(damaged)?;
    let mut kept = Vec::with_capacity(rows.len());
    for (at, row) in rows.iter_mut().enumerate() {
        let committed = committed.as_ref().and_then(|leaves| leaves.get(at)).cloned();
        // A batch of an earlier version has no leaves; those of its rows are made while there are keys.
        let whole = || {
            let key = |person: &str| erasing.key(person, row.seq).or_else(|| keys.get(person)?.at(row.seq));
            canonical::leaf_of(row, key).map(Leaf::Yielded)
        };
        let leaf = committed.or_else(whole);
        let leaf = leaf.ok_or_else(|| damaged(format!("a person named in activity {} has no key", row.seq)))?;
        let mut digests = leaves::digests_of(Some(&leaf)).to_vec();
        kept.push(match (erasing.erase(row.seq, &mut row.facts, &mut digests), leaf) {
            (Remains::All, leaf) | (_, leaf @ Leaf::Kept(_)) => leaf,
            (Remains::Digests, leaf) => Leaf::Erased(*leaf.hash(), digests.into()),
            (Remains::Leaf, leaf) => Leaf::Kept(*leaf.hash()),
        });
    }
    let facts: Vec<_> = rows.iter().map(|row| &row.facts).collect();
    of.facts = batch::compress(&facts)?;
    of.leaves = Some(leaves::to_bytes(&kept));
    let weight = rows.iter().map(|row| activity::weight(row) as u64).sum();
    Ok((of, weight))
}
