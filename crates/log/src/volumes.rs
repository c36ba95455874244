//! The open volumes of one process: which there are follows the catalogue in SQL, generation by generation.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use store::log::VolumeRow;
use volume::{Volume, VolumeMeta};

use crate::LogError;
use crate::shelf::Shelf;

/// The volumes as of one generation of the catalogue, oldest first.
#[derive(Clone, Debug)]
pub(crate) struct VolumeSet {
    pub(crate) generation: u64,
    pub(crate) volumes: Arc<[Volume]>,
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

    /// Opens what the catalogue names and is not open yet, on the calling thread, and keeps the set if it is newer.
    pub(crate) fn open(&self, generation: u64, rows: &[VolumeRow]) -> Result<VolumeSet, LogError> {
        let known = self.set();
        let open: HashMap<&str, &Volume> = known
            .volumes
            .iter()
            .map(|volume| (volume.meta().id.as_str(), volume))
            .collect();
        let volume = |row: &VolumeRow| match open.get(row.id.as_str()) {
            Some(volume) => Ok((*volume).clone()),
            None => Ok(self.shelf.open(meta(row)?)?),
        };
        let volumes = rows.iter().map(volume).collect::<Result<Arc<[Volume]>, LogError>>()?;
        let set = VolumeSet { generation, volumes };
        let mut kept = self.set.write().unwrap_or_else(PoisonError::into_inner);
        if generation > kept.generation {
            *kept = set.clone();
        }
        Ok(set)
    }
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
