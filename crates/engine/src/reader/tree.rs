//! The log's Merkle tree as of one moment, for proofs: nodes that volumes keep, leaves that are kept with what is hot, and
//! all others computed from the rows. Owns where hashes come from; what a proof is made of is the proof crate's.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use activity::Seq;
use activity::canonical::KeptDigest;
use proof::{CoverError, CoverProofError, Hash, NodeSource, ProofError, node_hash};
use store::log::{head, hot_batch, lost_batch, volume as volume_table};
use volume::{Leaf, Leaves as _, TreePart};

use crate::reader::{Reader, volumes};
use crate::shared::{KeyedLeaves, Shared};
use crate::tasks::blocking;
use crate::{LogError, leaves};

/// Nodes of this height are kept by volumes; below it leaves are computed.
const TILE: u32 = 8;
/// How often it is begun again where volumes are replaced under it.
const ATTEMPTS: u32 = 5;

/// The tree of the log's first `size` activities. Proofs of any smaller size can be made from it.
#[derive(Clone, Debug)]
pub struct Tree(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    size: u64,
    root: Hash,
    shared: Arc<Shared>,
    /// By the seq after their last.
    parts: BTreeMap<Seq, Arc<TreePart>>,
    /// Leaves of runs that are in no volume, by the seq after their last.
    loose: BTreeMap<Seq, (Seq, Vec<Leaf>)>,
    /// The leaves that were computed last, from the first on.
    computed: Mutex<(Seq, Vec<Hash>)>,
}

/// The parts of the tree that volumes keep, as far as they were read.
#[derive(Debug, Default)]
pub(crate) struct Parts(Mutex<HashMap<String, Arc<TreePart>>>);

/// That an activity stands at its place in a tree of so many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inclusion {
    /// Its place.
    pub seq: Seq,
    /// Its leaf.
    pub leaf: Hash,
    /// The size of the tree.
    pub size: u64,
    /// The audit path, lowest sibling first.
    pub path: Vec<Hash>,
}

impl Reader {
    /// The tree as of now.
    pub(crate) async fn tree(&self) -> Result<Tree, LogError> {
        for _ in 1..ATTEMPTS {
            match self.try_tree(true).await {
                // A volume that the ledger named was merged away meanwhile, or it is damaged.
                Err(LogError::Volume(_)) => {}
                tree => return tree,
            }
        }
        // What is damaged keeps nothing else from being proved.
        self.try_tree(false).await
    }

    async fn try_tree(&self, whole: bool) -> Result<Tree, LogError> {
        let mut read = self.shared.store().read().await?;
        let head = head::read(&mut read).await?;
        let head = head.ok_or_else(|| LogError::Damaged("its head is gone".to_owned()))?;
        let rows = volume_table::list(&mut read).await?;
        let lost = lost_batch::list(&mut read).await?;
        let hot = hot_batch::ends(&mut read, head.sealed, head.size).await?;
        drop(read);
        let parts = self.parts(rows, whole).await?;
        let mut loose = BTreeMap::new();
        let lost = lost.into_iter().map(|of| (of.first_seq..of.end, of.from, of.leaves));
        let hot = hot
            .into_iter()
            .map(|of| (of.first_seq..of.seq, of.first_seq, of.leaves));
        for (batch, from, bytes) in lost.chain(hot) {
            let kept = leaves::of(bytes.as_deref(), &batch, from);
            let what = || format!("the leaves of the activities {batch:?} cannot be read");
            let kept = kept.map_err(|why| LogError::Damaged(format!("{}: {why}", what())))?;
            let kept = kept.ok_or_else(|| LogError::Damaged(what()))?;
            loose.insert(batch.end, (from, kept));
        }
        Ok(Tree(Arc::new(Inner {
            size: head.size,
            root: head.root,
            shared: Arc::clone(&self.shared),
            parts,
            loose,
            computed: Mutex::default(),
        })))
    }

    async fn parts(
        &self,
        rows: Vec<store::log::VolumeRow>,
        whole: bool,
    ) -> Result<BTreeMap<Seq, Arc<TreePart>>, LogError> {
        let (known, shelf) = (Arc::clone(&self.parts), self.shelf().clone());
        blocking(move || {
            let lock = || known.0.lock().unwrap_or_else(PoisonError::into_inner);
            let mut open = HashMap::new();
            for row in &rows {
                let part = lock().get(&row.id).cloned();
                let opened = || Ok(Arc::new(shelf.open_tree(&volumes::meta(row)?)?));
                match part.map_or_else(opened, Ok) {
                    Ok(part) => drop(open.insert(row.id.clone(), part)),
                    Err(error) if whole => return Err(error),
                    Err(error) => tracing::error!(%error, "a part of the log's tree cannot be read"),
                }
            }
            let parts = open.values().map(|part| (part.seqs().end, Arc::clone(part))).collect();
            *lock() = open;
            Ok(parts)
        })
        .await
    }
}

impl Tree {
    /// How many leaves it has.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.0.size
    }

    /// Its root.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.0.root
    }

    /// The root of its first `size` leaves.
    ///
    /// # Errors
    /// If it has fewer, or a part of the log cannot be read.
    pub async fn root_at(&self, size: u64) -> Result<Hash, LogError> {
        if size > self.size() {
            return Err(outside(size, self.size()));
        }
        self.reading(move |tree| proof::root_at(tree, size)).await
    }

    /// That the activity `seq` stands at its place in the tree of the first `size`.
    ///
    /// # Errors
    /// If `seq` is not below `size`, `size` is larger than the tree, or a part of the log cannot be read.
    pub async fn inclusion(&self, seq: Seq, size: u64) -> Result<Inclusion, LogError> {
        self.within(size)?;
        self.reading(move |tree| {
            let path = proof::inclusion_proof(tree, seq, size).map_err(of_proof)?;
            let leaf = tree.node(0, seq)?;
            Ok(Inclusion { seq, leaf, size, path })
        })
        .await
    }

    /// That the tree of the first `new` extends that of the first `old`.
    ///
    /// # Errors
    /// As [`Tree::inclusion`].
    pub async fn consistency(&self, old: u64, new: u64) -> Result<Vec<Hash>, LogError> {
        self.within(new)?;
        self.reading(move |tree| proof::consistency_proof(tree, old, new).map_err(of_proof))
            .await
    }

    /// The roots of the largest subtrees, from left to right, that together with the leaves of these activities, which come
    /// in order, make the tree of the first `size`.
    ///
    /// # Errors
    /// As [`Tree::inclusion`]; also if they are out of order.
    pub async fn cover(&self, seqs: Arc<Vec<Seq>>, size: u64) -> Result<Vec<Hash>, LogError> {
        self.within(size)?;
        self.reading(move |tree| proof::cover_proof(tree, seqs.iter().copied(), size).map_err(of_cover))
            .await
    }

    /// The digests that are kept with each of these activities, from which somebody's values are gone.
    pub(crate) async fn kept(&self, seqs: Vec<Seq>) -> Result<HashMap<Seq, Vec<KeptDigest>>, LogError> {
        self.reading(move |tree| seqs.into_iter().map(|seq| Ok((seq, tree.kept(seq)?))).collect())
            .await
    }

    /// So many complete subtrees of this height, from this number on.
    ///
    /// # Errors
    /// If the tree has not so many, or a part of the log cannot be read.
    pub async fn nodes(&self, height: u32, indices: Range<u64>) -> Result<Vec<Hash>, LogError> {
        self.reading(move |tree| indices.map(|index| tree.node(height, index)).collect())
            .await
    }

    fn within(&self, size: u64) -> Result<(), LogError> {
        if size > self.size() {
            return Err(outside(size, self.size()));
        }
        Ok(())
    }

    /// Makes something of it on a thread that may read files and wait for keys.
    async fn reading<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Inner) -> Result<T, LogError> + Send + 'static,
    ) -> Result<T, LogError> {
        let tree = Arc::clone(&self.0);
        blocking(move || read(&tree)).await
    }
}

impl Inner {
    /// The leaf of an activity that is in no volume.
    fn loose(&self, seq: Seq) -> Option<&Leaf> {
        let (_, (from, leaves)) = self.loose.range(seq + 1..).next()?;
        held(leaves, *from, seq)
    }

    /// The leaf at this place. Those of the whole tile are computed, where they are not kept.
    fn leaf(&self, seq: Seq) -> Result<Hash, LogError> {
        if let Some(leaf) = self.loose(seq) {
            return Ok(*leaf.hash());
        }
        let lacking = || LogError::Damaged(format!("the leaf of activity {seq} is in no volume and not kept"));
        let part = self.part(seq).ok_or_else(lacking)?;
        if let Some(leaf) = part.node(0, seq) {
            return Ok(leaf);
        }
        let mut computed = self.computed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(leaf) = held(&computed.1, computed.0, seq) {
            return Ok(*leaf);
        }
        let tile = seq >> TILE << TILE;
        let seqs = tile.max(part.seqs().start)..(tile + (1 << TILE)).min(part.seqs().end);
        let (rows, leaves) = (part.rows(&seqs)?, KeyedLeaves::of(&self.shared));
        leaves.expect(&rows);
        let rows = rows.into_iter().map(|row| {
            let of = row.activity.seq;
            row.leaf
                .or_else(|| leaves.leaf(&row.activity, &row.kept))
                .ok_or_else(|| LogError::Damaged(format!("a person named in activity {of} has no key")))
        });
        *computed = (seqs.start, rows.collect::<Result<_, _>>()?);
        held(&computed.1, computed.0, seq).copied().ok_or_else(lacking)
    }

    /// The digests that are kept with an activity from which somebody's values are gone.
    fn kept(&self, seq: Seq) -> Result<Vec<KeptDigest>, LogError> {
        if let Some(leaf) = self.loose(seq) {
            return Ok(leaves::digests_of(Some(leaf)).to_vec());
        }
        let Some(part) = self.part(seq) else {
            return Ok(Vec::new());
        };
        let row = part.rows(&(seq..seq + 1))?.pop();
        Ok(row.map(|row| row.kept).unwrap_or_default())
    }

    fn part(&self, seq: Seq) -> Option<&TreePart> {
        let (_, part) = self.parts.range(seq + 1..).next()?;
        part.seqs().contains(&seq).then_some(part)
    }
}

impl NodeSource for Inner {
    type Error = LogError;

    fn node(&self, height: u32, index: u64) -> Result<Hash, LogError> {
        let first = index.checked_shl(height).filter(|first| first >> height == index);
        let end = index.checked_add(1).and_then(|next| {
            let end = next.checked_shl(height)?;
            (end >> height == next).then_some(end)
        });
        let (Some(first), Some(_)) = (first, end.filter(|end| *end <= self.size)) else {
            return Err(outside(index, self.size));
        };
        if let Some(hash) = self.part(first).and_then(|part| part.node(height, index)) {
            return Ok(hash);
        }
        match height {
            0 => self.leaf(index),
            _ => Ok(node_hash(
                &self.node(height - 1, index * 2)?,
                &self.node(height - 1, index * 2 + 1)?,
            )),
        }
    }
}

/// What is at `seq` among those from `from` on.
fn held<T>(all: &[T], from: Seq, seq: Seq) -> Option<&T> {
    all.get(usize::try_from(seq.checked_sub(from)?).ok()?)
}

fn outside(asked: u64, size: u64) -> LogError {
    LogError::OutsideTree { asked, size }
}

fn of_proof(error: ProofError<LogError>) -> LogError {
    match error {
        ProofError::Outside { asked, size } => outside(asked, size),
        ProofError::Source(error) => error,
    }
}

fn of_cover(error: CoverProofError<LogError>) -> LogError {
    match error {
        CoverProofError::Leaves(CoverError::Outside { index, size }) => outside(index, size),
        CoverProofError::Leaves(error) => LogError::Damaged(error.to_string()),
        CoverProofError::Source(error) => error,
    }
}
