//! Reading: looks at the log as of one moment, across what is hot and what is sealed. Owns the open volumes, the hot tail and
//! who may ask at once.

pub(crate) mod freeze;
mod hidden;
pub(crate) mod inquiry;
mod left;
pub(crate) mod look;
pub(crate) mod scan;
pub(crate) mod stretch;
pub(crate) mod summary;
pub(crate) mod tail;
pub(crate) mod tree;
pub(crate) mod view;
pub(crate) mod volumes;
pub(crate) mod watermark;

use std::sync::{Arc, Mutex as Lock};

use activity::{Activity, Seq};
use store::log::head::Position;
use tokio::sync::Mutex;
use volume::VolumeMeta;

use crate::limiter::Limiter;
use crate::shared::Shared;
use crate::shelf::Shelf;
use tail::{Chunk, Tail};
use volumes::Volumes;
use watermark::Watermark;

/// What answers questions of one open log.
#[derive(Debug)]
pub(crate) struct Reader {
    shared: Arc<Shared>,
    watermark: Arc<Watermark>,
    tail: Tail,
    /// Callers whose questions are being answered.
    asking: Limiter<String>,
    volumes: Arc<Volumes>,
    /// The head as it was read last, and how many commits there had been.
    known: Lock<Option<(u64, Position)>>,
    /// What the open volumes know of the tree.
    parts: Arc<tree::Parts>,
    /// Held while hot activities are loaded from SQL.
    loading: Mutex<()>,
    /// Held while some of them get an index.
    freezing: Mutex<()>,
}

impl Reader {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        let settings = shared.settings();
        Self {
            watermark: Arc::default(),
            tail: Tail::default(),
            asking: Limiter::new(settings.queries, settings.queries_per_caller),
            volumes: Arc::new(Volumes::new(Shelf::new(settings.volumes_dir.clone()))),
            known: Lock::default(),
            parts: Arc::default(),
            loading: Mutex::new(()),
            freezing: Mutex::new(()),
            shared,
        }
    }

    /// The promise of what is complete, which appends must keep.
    pub(crate) fn watermark(&self) -> &Arc<Watermark> {
        &self.watermark
    }

    /// Where the volumes are.
    pub(crate) fn shelf(&self) -> &Shelf {
        self.volumes.shelf()
    }

    /// What is known of the volumes that are open.
    pub(crate) fn open(&self) -> Vec<VolumeMeta> {
        let set = self.volumes.set();
        let whole = set.volumes.iter().map(|volume| volume.meta().clone());
        whole.chain(set.emptied.iter().cloned()).collect()
    }

    /// How many volumes are open.
    pub(crate) fn open_count(&self) -> usize {
        self.volumes.set().volumes.len()
    }

    /// The hot activities from `from` to `to`, if all of them are at hand.
    pub(crate) fn hot(&self, from: Seq, to: Seq) -> Option<Vec<Arc<Chunk>>> {
        self.tail.view(from, to)
    }

    /// How many hot activities are at hand.
    pub(crate) fn held(&self) -> u64 {
        self.tail.held()
    }

    /// Takes activities that were committed here, so that nobody has to load them.
    pub(crate) fn offer(&self, committed: Vec<Activity>) {
        self.tail.extend(committed, false);
    }

    /// Lets go of hot activities that are sealed now.
    pub(crate) fn drop_below(&self, sealed: Seq) {
        self.tail.drop_below(sealed);
    }
}
