//! The one way in which a volume comes to be: rows and volumes in, files out, read back and checked before anything that
//! they replace may go. Sealing, merging and building an index anew are calls of it, as is whatever changes rows.

use std::path::Path;
use std::sync::Arc;

use activity::canonical::KeptDigest;
use activity::{Activity, Seq};
use proof::Hash;

use crate::error::{Result, VolumeError};
use crate::files;
use crate::index::build::IndexBuilder;
use crate::indexed::Indexed;
use crate::making::{Made, Making};
use crate::meta::VolumeMeta;
use crate::patch;
use crate::query::Deadline;
use crate::record::read::{Glance, RecordRow};
use crate::record::write::Kept;
use crate::verify::{self, LeafOf, Merged};
use crate::volume::Volume;

/// A leaf of the log's tree, and whether its row yields it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leaf {
    /// It is computed from the row.
    Yielded(Hash),
    /// It is computed from the row and digests of values that are gone; the record carries those.
    Erased(Hash, Arc<[KeptDigest]>),
    /// Values of the row are gone; the record carries the leaf.
    Kept(Hash),
}

impl Leaf {
    /// The hash.
    #[must_use]
    pub fn hash(&self) -> &Hash {
        match self {
            Self::Yielded(hash) | Self::Erased(hash, _) | Self::Kept(hash) => hash,
        }
    }

    pub(crate) fn kept(&self) -> Kept<'_> {
        match self {
            Self::Yielded(_) => Kept::NOTHING,
            Self::Erased(_, digests) => Kept { leaf: None, digests },
            Self::Kept(hash) => Kept {
                leaf: Some(hash),
                digests: &[],
            },
        }
    }
}

/// Changes rows of a record.
pub struct Alteration<'a> {
    /// Whether a row may be changed, as far as a glance tells: where this is false, it is not.
    pub may: &'a dyn Fn(&Glance<'_>) -> bool,
    /// Changes a row; whether it did. Where values go, the digests of them or the leaf must be there: set by it if they were
    /// not.
    pub alter: &'a mut dyn FnMut(&mut RecordRow) -> bool,
}

/// What a volume is made of, in order.
pub enum Part<'a, A> {
    /// New rows and their leaves, as many.
    Rows(&'a [A], &'a [Leaf]),
    /// The same, of which there is an index already.
    Indexed(&'a [A], &'a [Leaf], &'a Indexed),
    /// A whole volume as it is: record, index and tree.
    Volume(&'a Volume),
    /// The rows of a volume's index, of which a record is made anew. All of them must yield their leaves.
    Index(&'a Volume),
    /// The rows of a volume's record, changed or not. Its index is made anew; only where the rows are changed, there is no other
    /// part and all of the volume is whole, what is not changed is taken as it is.
    Record {
        /// Its directory.
        dir: &'a Path,
        /// What is known of it.
        meta: &'a VolumeMeta,
        /// What becomes of each row.
        alter: Option<Alteration<'a>>,
    },
}

impl<'a, A: AsRef<Activity>> Part<'a, A> {
    /// The rows of a volume's record as they are.
    pub fn record(dir: &'a Path, meta: &'a VolumeMeta) -> Self {
        Self::Record { dir, meta, alter: None }
    }

    fn first_seq(&self) -> Option<Seq> {
        match self {
            Self::Rows(rows, _) | Self::Indexed(rows, ..) => rows.first().map(|row| row.as_ref().seq),
            Self::Volume(volume) | Self::Index(volume) => Some(volume.meta().first_seq),
            Self::Record { meta, .. } => Some(meta.first_seq),
        }
    }
}

/// Makes the volume `id` of these parts in the new directory `dir`, durably, and reads it back: whole when this returns,
/// and to be removed if it fails. `leaf_of` gives the leaf of a row of a record that does not carry it; with `halt` the
/// work ends early.
pub fn rewrite<'a, A: AsRef<Activity>>(
    dir: &Path,
    id: &str,
    mut parts: Vec<Part<'a, A>>,
    leaf_of: LeafOf<'_>,
    halt: &Deadline,
) -> Result<VolumeMeta> {
    let unfit = |detail: String| VolumeError::Unfit(detail);
    let Some(first) = parts.first().and_then(Part::first_seq) else {
        return Err(unfit("there are no activities".to_owned()));
    };
    std::fs::create_dir(dir).map_err(VolumeError::io(dir))?;
    if let [
        Part::Record {
            dir: of,
            meta,
            alter: Some(change),
        },
    ] = parts.as_mut_slice()
        && let Some(source) = patch::whole(of, meta, halt)?
    {
        return patch::patch((dir, id), &source, change, leaf_of, halt);
    }
    // Before anything of them is read: rows whose leaves nothing yields any more are held against nothing but this.
    for part in &parts {
        if let Part::Volume(volume) = part {
            files::check_sums(volume.dir(), volume.meta(), halt)?;
        }
    }
    let beside = indexes(&parts);
    let index = beside.is_none().then(|| builder(dir, halt));
    let mut making = Making::begin(dir, first, index, (leaf_of, halt))?;
    let whole = |part: &Part<'a, A>| match part {
        Part::Volume(volume) => Some(*volume),
        _ => None,
    };
    let volumes: Option<Vec<&Volume>> = parts.iter().map(whole).collect();
    let (added, joined) = std::thread::scope(|scope| {
        let joining = beside.map(|indexes| scope.spawn(|| join(indexes, dir, halt)));
        let added = parts.into_iter().try_for_each(|part| making.add(part));
        (added, joining.map(std::thread::ScopedJoinHandle::join))
    });
    added?;
    let broke_off = |_| VolumeError::damaged(id, "making its index broke off");
    joined.map_or(Ok(()), |joined| joined.map_err(broke_off)?)?;
    let Made { meta, levels, record } = making.finish(dir, id)?;
    files::sync_beside(dir, || match &volumes {
        Some(parts) => {
            let merged = Merged { parts, levels, record };
            verify::verify_merged(dir, &meta, merged, halt)
        }
        None => verify::verify(dir, &meta, leaf_of, halt).map(drop),
    })?;
    Ok(meta)
}

/// The indexes that the new one is made of, if nothing else belongs to it: it is made beside the record then.
fn indexes<A: AsRef<Activity>>(parts: &[Part<'_, A>]) -> Option<Vec<tantivy::Index>> {
    let index = |part: &Part<'_, A>| match part {
        Part::Indexed(.., index) => Some(index.0.index.index.clone()),
        Part::Volume(volume) => Some(volume.0.index.index.clone()),
        _ => None,
    };
    parts.iter().map(index).collect()
}

fn builder(dir: &Path, halt: &Deadline) -> IndexBuilder {
    IndexBuilder::new(dir.join("index.parts"), halt.clone())
}

/// Makes the index of a volume of these, in order.
fn join(indexes: Vec<tantivy::Index>, dir: &Path, halt: &Deadline) -> Result<()> {
    let mut index = builder(dir, halt);
    indexes.into_iter().try_for_each(|part| index.join(part))?;
    index.finish(&files::index(dir))
}
