//! The open volumes of one process: which there are follows the catalogue in SQL, generation by generation.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use activity::Time;
use store::log::erasure::{Erasure, Stage};
use store::log::retention::Run;
use store::log::{LostBatch, VolumeRow};
use volume::{RecordOnly, Volume, VolumeError, VolumeMeta};

use crate::LogError;
use crate::erasing::Erasing;
use crate::hole::Hole;
use crate::pruning::Pruning;
use crate::shelf::Shelf;

/// How long a volume that could not be read is left alone before it is looked at again.
const AGAIN: Duration = Duration::from_secs(10);

/// The volumes as of one generation of the ledger, oldest first.
#[derive(Clone, Debug)]
pub(crate) struct VolumeSet {
    pub(crate) generation: u64,
    pub(crate) volumes: Arc<[Volume]>,
    /// Of these only the record can be read: slowly, until their index has been built anew.
    pub(crate) unindexed: Arc<[RecordOnly]>,
    /// Those in which nothing is left but leaves.
    pub(crate) emptied: Arc<[VolumeMeta]>,
    /// What of the sealed log is in none of them.
    pub(crate) holes: Arc<[Hole]>,
    /// Of which somebody has closed these.
    pub(crate) closed: Arc<[Hole]>,
    /// Whose values are being taken out of the log.
    pub(crate) erasing: Arc<Erasing>,
    /// What was kept long enough and is being removed.
    pub(crate) pruning: Arc<Pruning>,
    /// For how many persons the hot activities were rewritten.
    pub(crate) rewritten: u64,
    /// When it was opened.
    opened: Instant,
}

impl VolumeSet {
    /// Whether it is what a reader of this generation needs: one with holes is tried again after a while.
    pub(crate) fn is_of(&self, generation: u64) -> bool {
        self.generation == generation && (self.holes.is_empty() || self.opened.elapsed() < AGAIN)
    }
}

/// A volume that was opened.
enum Opened {
    Whole(Volume),
    Unindexed(RecordOnly),
    Emptied(VolumeMeta),
}

/// What the database says of the sealed log at one moment.
pub(crate) struct Listed {
    pub(crate) generation: u64,
    /// Where the sealed log ends.
    pub(crate) sealed: u64,
    pub(crate) volumes: Vec<VolumeRow>,
    /// What was lost before it could be sealed.
    pub(crate) lost: Vec<LostBatch>,
    /// Stretches that somebody has closed.
    pub(crate) closed: Vec<Range<u64>>,
    /// How many persons were to be erased so far.
    pub(crate) erasures: u64,
    /// Those who are not yet.
    pub(crate) erasing: Vec<Erasure>,
    /// What is being removed.
    pub(crate) pruning: Vec<Run>,
}

/// The newest set that was opened.
#[derive(Debug)]
pub(crate) struct Volumes {
    shelf: Shelf,
    set: RwLock<VolumeSet>,
}

impl Volumes {
    /// None yet.
    pub(crate) fn new(shelf: Shelf) -> Self {
        Self {
            shelf,
            set: RwLock::new(VolumeSet {
                generation: 0,
                volumes: Arc::new([]),
                unindexed: Arc::new([]),
                emptied: Arc::new([]),
                holes: Arc::new([]),
                closed: Arc::new([]),
                erasing: Arc::default(),
                pruning: Arc::default(),
                rewritten: 0,
                opened: Instant::now(),
            }),
        }
    }

    /// Where the volumes are.
    pub(crate) fn shelf(&self) -> &Shelf {
        &self.shelf
    }

    /// The newest set that was opened.
    pub(crate) fn set(&self) -> VolumeSet {
        self.set.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Opens what the ledger names and is not open yet, on the calling thread, and keeps the set if it is newer. What
    /// cannot be opened is a hole.
    pub(crate) fn open(&self, listed: &Listed) -> VolumeSet {
        let known = self.set();
        let mut open: HashMap<&str, Opened> = HashMap::new();
        for volume in known.volumes.iter() {
            open.insert(&volume.meta().id, Opened::Whole(volume.clone()));
        }
        for volume in known.unindexed.iter() {
            open.insert(&volume.meta().id, Opened::Unindexed(volume.clone()));
        }
        for meta in known.emptied.iter() {
            open.insert(&meta.id, Opened::Emptied(meta.clone()));
        }
        let (mut volumes, mut unindexed, mut emptied) = (Vec::new(), Vec::new(), Vec::new());
        let (mut holes, mut next) = (Vec::new(), 0);
        for row in &listed.volumes {
            lacking(next..row.first_seq, &listed.lost, &mut holes);
            next = row.first_seq + row.count;
            let opened = open.remove(row.id.as_str());
            match opened.map_or_else(|| self.open_one(row), Ok) {
                Ok(Opened::Whole(volume)) => volumes.push(volume),
                Ok(Opened::Unindexed(volume)) => unindexed.push(volume),
                Ok(Opened::Emptied(meta)) => emptied.push(meta),
                Err(hole) => holes.push(hole),
            }
        }
        lacking(next..listed.sealed, &listed.lost, &mut holes);
        let is_closed = |hole: &Hole| {
            let covers = |gap: &Range<u64>| gap.start <= hole.seqs.start && hole.seqs.end <= gap.end;
            listed.closed.iter().any(covers)
        };
        let (closed, holes): (Vec<Hole>, Vec<Hole>) = holes.into_iter().partition(is_closed);
        let hot = listed.erasing.iter().filter(|of| of.stage == Stage::Hot).count();
        let set = VolumeSet {
            generation: listed.generation,
            volumes: volumes.into(),
            unindexed: unindexed.into(),
            emptied: emptied.into(),
            holes: holes.into(),
            closed: closed.into(),
            erasing: Arc::new(Erasing::of(&listed.erasing)),
            pruning: Arc::new(Pruning::of_runs(&listed.pruning)),
            rewritten: listed.erasures.saturating_sub(hot as u64),
            opened: Instant::now(),
        };
        let mut kept = self.set.write().unwrap_or_else(PoisonError::into_inner);
        if set.generation >= kept.generation {
            for hole in set.holes.iter().filter(|hole| !kept.holes.contains(hole)) {
                tracing::error!(%hole, volume = hole.volume, "a part of the log cannot be read; see `whodid doctor`");
            }
            *kept = set.clone();
        }
        set
    }

    fn open_one(&self, row: &VolumeRow) -> Result<Opened, Hole> {
        let meta = meta(row).map_err(|error| hole(row, None, &error))?;
        if meta.is_emptied() {
            return Ok(Opened::Emptied(meta));
        }
        let error = match self.shelf.open(meta.clone()) {
            Ok(volume) => return Ok(Opened::Whole(volume)),
            Err(error) => LogError::from(error),
        };
        match self.shelf.open_record(meta.clone()) {
            Ok(volume) => {
                tracing::warn!(volume = %meta.id, why = chain(&error),
                    "the index of a volume cannot be read; its record answers slowly until the index is built anew");
                Ok(Opened::Unindexed(volume))
            }
            Err(_) => Err(hole(row, Some(&meta), &error)),
        }
    }

    /// Takes the volume that an error tells of out of the set, for a while; whether there was one.
    pub(crate) fn distrust(&self, error: &VolumeError) -> bool {
        let why = chain(error);
        let mut kept = self.set.write().unwrap_or_else(PoisonError::into_inner);
        let Some(bad) = kept.volumes.iter().find(|volume| why.contains(&volume.meta().id)) else {
            return false;
        };
        let meta = bad.meta().clone();
        tracing::error!(volume = %meta.id, error = %why, "a volume cannot be read");
        let others = kept.volumes.iter().filter(|volume| volume.meta().id != meta.id);
        let volumes = others.cloned().collect();
        if let Ok(volume) = self.shelf.open_record(meta.clone()) {
            kept.unindexed = kept.unindexed.iter().cloned().chain([volume]).collect();
            kept.volumes = volumes;
            return true;
        }
        let mut holes = kept.holes.to_vec();
        holes.push(Hole {
            seqs: meta.seqs(),
            times: meta.times(),
            volume: Some(meta.id),
            why,
        });
        (kept.volumes, kept.holes, kept.opened) = (volumes, holes.into(), Instant::now());
        true
    }
}

/// Adds what no volume of the ledger holds: what was lost before it could be sealed, and what there is no trace of.
fn lacking(seqs: Range<u64>, lost: &[LostBatch], holes: &mut Vec<Hole>) {
    let mut next = seqs.start;
    for batch in lost.iter().filter(|batch| seqs.contains(&batch.from)) {
        untold(next..batch.from, holes);
        let why = format!("they were damaged before they were sealed ({})", batch.why);
        holes.push(Hole::lost(batch.from..batch.end, why));
        next = batch.end;
    }
    untold(next..seqs.end, holes);
}

fn untold(seqs: Range<u64>, holes: &mut Vec<Hole>) {
    if !seqs.is_empty() {
        holes.push(Hole::lost(
            seqs,
            "the ledger names no volume that holds them".to_owned(),
        ));
    }
}

fn hole(row: &VolumeRow, meta: Option<&VolumeMeta>, error: &LogError) -> Hole {
    Hole {
        seqs: row.first_seq..row.first_seq + row.count,
        volume: Some(row.id.clone()),
        why: chain(error),
        times: meta.map_or((Time::MIN, Time::MAX), VolumeMeta::times),
    }
}

/// An error and what caused it, as one text.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let more = cause.to_string();
        if !text.contains(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        next = cause.source();
    }
    text
}

/// A catalogue row's own description of its volume.
pub(crate) fn meta(row: &VolumeRow) -> Result<VolumeMeta, LogError> {
    let meta = VolumeMeta::from_json(row.meta.as_bytes())
        .map_err(|why| LogError::Damaged(format!("the catalogue entry of volume {}: {why}", row.id)))?;
    if (meta.first_seq, meta.count, meta.id.as_str()) != (row.first_seq, row.count, row.id.as_str()) {
        return Err(LogError::Damaged(format!(
            "the catalogue entry of volume {} contradicts itself",
            row.id
        )));
    }
    Ok(meta)
}

/// The catalogue row of a volume.
pub(crate) fn row(meta: &VolumeMeta) -> Result<VolumeRow, LogError> {
    let text = serde_json::to_string(meta).map_err(|why| LogError::Damaged(why.to_string()))?;
    Ok(VolumeRow {
        first_seq: meta.first_seq,
        count: meta.count,
        id: meta.id.clone(),
        meta: text,
    })
}
