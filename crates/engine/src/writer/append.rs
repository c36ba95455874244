//! Giving activities their place: the one function that assigns seq, and the append inside a caller's transaction.

use std::ops::Range;
use std::sync::Arc;

use activity::{Activity, Facts, Seq, Time};
use proof::{Frontier, Hash};
use store::Tx;
use store::log::head::Advance;
use store::log::{Head, HotBatch, activity_type, head, hot_batch};

use super::{Kind, Writer};
use crate::batch::Packed;
use crate::shared::Hot;
use crate::{LogError, batch, keys, leaves};

/// What becomes one row of `hot_batch`.
#[derive(Debug)]
pub(crate) struct BatchRow {
    pub(crate) packed: Vec<u8>,
    pub(crate) leaves: Vec<Hash>,
    /// What the activities weigh.
    pub(crate) bytes: u64,
}

impl BatchRow {
    /// The rows of facts that were packed, with the leaf of each.
    pub(crate) fn of(packed: Vec<Packed>, leaves: &[Hash]) -> Vec<Self> {
        let mut rest = leaves;
        let row = |packed: Packed| {
            let (own, others) = rest.split_at(packed.count.min(rest.len()));
            rest = others;
            Self {
                packed: packed.bytes,
                leaves: own.to_vec(),
                bytes: packed.weight,
            }
        };
        packed.into_iter().map(row).collect()
    }
}

/// The tree that the head tells of. Guarantee: nothing is appended to another one than was committed.
fn tree_of(head: &Head) -> Result<Frontier, LogError> {
    let tree =
        Frontier::from_bytes(&head.frontier).map_err(|why| LogError::Damaged(format!("log_head.frontier: {why}")))?;
    if tree.size() == head.size && tree.root() == head.root {
        return Ok(tree);
    }
    Err(LogError::Damaged(
        "the head's tree is not the one that was committed; restart, and it is made anew from the log".to_owned(),
    ))
}

/// What activities weigh.
pub(crate) fn weight<'a>(facts: impl IntoIterator<Item = &'a Facts>) -> u64 {
    facts.into_iter().map(|facts| activity::weight(facts) as u64).sum()
}

/// Where activities were placed.
#[derive(Clone, Debug)]
pub(crate) struct Placed {
    pub(crate) seqs: Range<Seq>,
    pub(crate) recorded_at: Time,
}

impl Writer {
    /// Locks the head and appends `rows` behind it. The persons' keys are there already; what is still to come in the
    /// transaction is short.
    pub(crate) async fn place(
        self: &Arc<Self>,
        tx: &mut Tx,
        rows: Vec<BatchRow>,
        kinds: Vec<Kind>,
    ) -> Result<Placed, LogError> {
        let head = head::lock(tx).await?;
        let ticket = self.reader.watermark().enter(self.shared.clock().now());
        // Guarantee: recorded_at never decreases with seq, whatever the clock does.
        let recorded_at = ticket.floor().max(head.last_recorded_at);
        let mut frontier = tree_of(&head)?;
        let mut next = head.size;
        let bytes: u64 = rows.iter().map(|row| row.bytes).sum();
        for row in rows {
            let count = row.leaves.len() as u64;
            for leaf in &row.leaves {
                frontier.push(*leaf);
            }
            let root = frontier.root();
            let row = HotBatch {
                first_seq: next,
                count,
                recorded_at,
                root,
                facts: row.packed,
                leaves: Some(leaves::of_whole(&row.leaves)),
            };
            hot_batch::insert(tx, row).await?;
            next += count;
        }
        for kind in &kinds {
            match kind.reported {
                false => activity_type::ensure(tx, &kind.code, recorded_at).await?,
                true => activity_type::ensure_reported(tx, &kind.code, recorded_at).await?,
            }
        }
        let to = Advance {
            size: next,
            frontier: &frontier.to_bytes(),
            root: &frontier.root(),
            recorded_at,
            bytes,
        };
        head::advance(tx, to).await?;
        let hot = Hot {
            size: next,
            sealed: head.sealed,
            bytes: head.hot_bytes + bytes,
        };
        let writer = Arc::clone(self);
        tx.on_commit(move || {
            // Held until now, or until the transaction is dropped: readers do not claim completeness past it.
            drop(ticket);
            writer.shared.notice(hot);
            writer.know(kinds);
            metrics::counter!("whodid_activities_appended_total").increment(next - head.size);
        });
        Ok(Placed {
            seqs: head.size..next,
            recorded_at,
        })
    }

    /// Appends inside the caller's transaction.
    pub(crate) async fn append(self: &Arc<Self>, tx: &mut Tx, facts: Vec<Facts>) -> Result<Range<Seq>, LogError> {
        if self.shared.store().is_reader() {
            return Err(LogError::ReadOnly);
        }
        if facts.is_empty() {
            let size = head::position(tx).await?.size;
            return Ok(size..size);
        }
        let (known, fresh) = keys::ensure(tx, self.shared.keys(), keys::people(&facts), self.shared.rng()).await?;
        let leaves = facts
            .iter()
            .map(|facts| keys::leaf(facts, &known))
            .collect::<Result<Vec<_>, _>>()?;
        let rows = BatchRow::of(batch::pack(&facts.iter().collect::<Vec<_>>())?, &leaves);
        let kinds = self.new_kinds(facts.iter());
        let placed = self.place(tx, rows, kinds).await?;
        let (writer, seqs) = (Arc::clone(self), placed.seqs.clone());
        tx.on_commit(move || {
            // Somebody may have been erased since: then a read loads what is left.
            if fresh.erasures == writer.shared.keys().erasures() {
                writer.offer(placed, facts);
            }
            writer.shared.keys().put(fresh);
        });
        Ok(seqs)
    }

    /// Hands what was committed to the hot tail, decoded as it is.
    fn offer(&self, placed: Placed, facts: Vec<Facts>) {
        let recorded_at = placed.recorded_at;
        let activity = |(seq, facts)| Activity {
            seq,
            recorded_at,
            facts,
        };
        self.offer_all(placed.seqs.zip(facts).map(activity).collect());
    }

    /// Hands what was committed to the hot tail, unless the tail is long already: then a read that wants it loads it.
    pub(super) fn offer_all(&self, activities: Vec<Activity>) {
        if self.reader.held() <= self.shared.settings().seal_at.saturating_mul(2) && !self.shared.is_backed_up() {
            self.reader.offer(activities);
        }
    }
}
