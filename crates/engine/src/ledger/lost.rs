//! Hot activities that cannot be read when they are due to be sealed. Owns how the log goes on behind them: their batch is
//! set aside as it is, the tree grows by the leaves that were kept with it, and they are a named hole from then on.

use std::ops::Range;

use activity::Seq;
use proof::Frontier;
use store::Tx;
use store::log::head::{self, Sealed};
use store::log::lost_batch::{self, Losing};
use store::log::{Head, Loaded, closed_gap, hot_batch};
use volume::Leaf;

use crate::hole::Hole;
use crate::ledger::Ledger;
use crate::{LogError, batch, keys, leaves};

/// A hot batch that cannot be sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unsealable {
    /// Its activities that are not sealed yet.
    pub(crate) seqs: Range<Seq>,
    /// What is wrong with it.
    pub(crate) why: String,
}

/// The tree behind a batch, and the leaves that it grew by, as they are kept.
struct Grown {
    tree: Frontier,
    leaves: Vec<u8>,
}

impl Ledger {
    /// Sets aside the oldest hot batch, of which `tree` is the log's tree right before; false if it was sealed meanwhile
    /// or the lease has another holder.
    ///
    /// # Errors
    /// [`LogError::Unreadable`] if its leaves are lost as well: nothing behind it can be sealed then.
    pub(crate) async fn lose(&self, bad: Unsealable, tree: &Frontier) -> Result<bool, LogError> {
        let fence = self.fence()?;
        let from = bad.seqs.start;
        let head = head::read(&mut self.shared.store().glance().await?).await?;
        let head = head.ok_or_else(|| LogError::Damaged("its head is gone".to_owned()))?;
        let batches = hot_batch::load(&mut self.shared.store().glance().await?, from, head.size, 2).await?;
        let Some(batch) = batches.first().filter(|batch| batch.first_seq <= from) else {
            return Err(LogError::Damaged(format!("hot activity {from} is missing")));
        };
        let end = batch.end();
        let Some(Grown { tree, leaves }) = self.grown(tree, from, &batches, &head).await? else {
            let why = format!("{}, and so are its leaves: nothing behind it can be sealed", bad.why);
            return Err(LogError::Unreadable(Hole::lost(from..end, why)));
        };
        let sealed = Sealed {
            from,
            to: end,
            frontier: &tree.to_bytes(),
            bytes: 0,
        };
        let why = &bad.why;
        let at = self.shared.clock().now();
        let mut tx = self.shared.store().begin().await?;
        if !fence.holds(&mut tx).await? || !head::seal(&mut tx, sealed).await? {
            tx.rollback().await;
            return Ok(false);
        }
        let leaves = &leaves;
        let lost = Losing {
            from,
            end,
            leaves,
            why,
            at,
        };
        lost_batch::keep(&mut tx, lost).await?;
        hot_batch::delete_sealed(&mut tx, end).await?;
        tx.commit().await?;
        self.reader.drop_below(end);
        tracing::error!(
            first = from,
            last = end - 1,
            why,
            "activities were damaged before they were sealed; their batch is \
            kept as it is, and everything else goes on"
        );
        metrics::counter!("whodid_lost_activities_total").increment(end - from);
        Ok(true)
    }

    /// The tree behind the first of these batches, by its leaves: those that were kept, or those that its activities yield.
    /// `None` if neither are those that were committed.
    async fn grown(
        &self,
        tree: &Frontier,
        from: Seq,
        batches: &[Loaded],
        head: &Head,
    ) -> Result<Option<Grown>, LogError> {
        let [batch, behind @ ..] = batches else {
            return Ok(None);
        };
        let is_last = batch.end() == head.size;
        let sealed = usize::try_from(from - batch.first_seq).unwrap_or(usize::MAX);
        let grown = |leaves: Vec<Leaf>| {
            let mut tree = tree.clone();
            leaves::push(&mut tree, leaves.get(sealed..)?);
            let holds = tree.root() == batch.root
                || (is_last && tree.root() == head.root)
                || behind.first().is_some_and(|next| is_followed_by(tree.clone(), next));
            let leaves = leaves::to_bytes(&leaves);
            holds.then_some(Grown { tree, leaves })
        };
        match all_leaves(batch).and_then(grown) {
            Some(grown) => Ok(Some(grown)),
            None => Ok(self.recomputed(batch).await?.and_then(grown)),
        }
    }

    /// The leaves that the activities of a batch yield, if they can be told.
    async fn recomputed(&self, of: &Loaded) -> Result<Option<Vec<Leaf>>, LogError> {
        let Ok(rows) = batch::rows(of) else {
            return Ok(None);
        };
        let people = keys::people(rows.iter().map(|row| &row.facts));
        let keys = self.shared.keys_of(people).await?;
        let leaves = rows.iter().map(|row| keys::leaf_at(row, &[], &keys).map(Leaf::Yielded));
        Ok(leaves.collect())
    }

    /// Closes a hole inside the caller's transaction: answers are not called incomplete because of it any more.
    pub(crate) async fn close_hole(&self, tx: &mut Tx, hole: &Hole) -> Result<(), LogError> {
        closed_gap::insert(tx, &hole.seqs, self.shared.clock().now()).await?;
        Ok(head::bump_generation(tx).await?)
    }
}

/// The leaves that were kept with a batch, if they can be read.
fn all_leaves(of: &Loaded) -> Option<Vec<Leaf>> {
    leaves::of(of.leaves.as_deref(), &(of.first_seq..of.end()), of.first_seq).ok()?
}

/// Whether the tree together with the leaves of the next batch yields the root that was committed with that.
fn is_followed_by(mut tree: Frontier, next: &Loaded) -> bool {
    all_leaves(next).is_some_and(|leaves| {
        leaves::push(&mut tree, &leaves);
        tree.root() == next.root
    })
}
