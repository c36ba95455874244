//! What is written about a backup, a snapshot and a volume in it, as JSON. Owns the versions of these forms, and that no name
//! in them leads out of the directory.

use std::collections::BTreeMap;
use std::path::{Component, Path};

use activity::Time;
use anyhow::{Context as _, Result, bail, ensure};
use data_encoding::HEXLOWER;
use engine::FileSum;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The form that is written, and the newest that is read.
const FORMAT: u32 = 1;
/// Most bytes of such a file: a manifest names some ten files for each of some thousand volumes.
const MOST: u64 = 256 << 20;

/// Of which log a directory is the backup: `backup.json`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Head {
    pub(super) format: u32,
    /// The installation's name, with which the origin of its checkpoints ends.
    pub(super) log: String,
}

/// What one snapshot holds: `manifest.json` beside its database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    pub(super) format: u32,
    /// When it was begun: whatever was acknowledged before is in it.
    pub(super) taken_at: String,
    pub(super) log: String,
    /// How many activities.
    pub(crate) size: u64,
    /// The root of their tree, in hexadecimal digits.
    pub(crate) root: String,
    /// The newest signed checkpoint that the database held.
    pub(super) checkpoint: Option<String>,
    pub(super) database: FileSum,
    pub(crate) volumes: Vec<VolumeSums>,
}

/// The files of a volume, `meta.json` among them, by their names below its directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct VolumeSums {
    pub(super) format: u32,
    pub(super) id: String,
    pub(super) files: BTreeMap<String, FileSum>,
}

impl Head {
    pub(super) fn new(log: &str) -> Self {
        Self {
            format: FORMAT,
            log: log.to_owned(),
        }
    }
}

impl Manifest {
    pub(super) const FORMAT: u32 = FORMAT;

    /// When it was begun.
    pub(crate) fn taken(&self) -> Time {
        // It was checked when it was read.
        Time::parse(&self.taken_at).unwrap_or(Time(0))
    }

    /// The root as bytes.
    pub(super) fn root_hash(&self) -> Result<proof::Hash> {
        let bytes = HEXLOWER.decode(self.root.as_bytes()).ok();
        let hash = bytes.and_then(|bytes| bytes.try_into().ok());
        hash.with_context(|| format!("the snapshot of {} names no root", self.taken_at))
    }

    /// Bytes of all that is in it.
    pub(crate) fn bytes(&self) -> u64 {
        self.database.bytes + self.volumes.iter().map(VolumeSums::bytes).sum::<u64>()
    }
}

impl VolumeSums {
    pub(super) fn new(id: &str, files: BTreeMap<String, FileSum>) -> Self {
        Self {
            format: FORMAT,
            id: id.to_owned(),
            files,
        }
    }

    pub(super) fn bytes(&self) -> u64 {
        self.files.values().map(|file| file.bytes).sum()
    }

    fn check(&self) -> Result<()> {
        is_of_this_form(self.format)?;
        for name in [&self.id].into_iter().chain(self.files.keys()) {
            let stays = Path::new(name)
                .components()
                .all(|part| matches!(part, Component::Normal(_)));
            ensure!(stays && !name.is_empty(), "`{name}` is no name of a file in a volume");
        }
        ensure!(!self.id.contains('/'), "`{}` is no name of a volume", self.id);
        Ok(())
    }
}

fn is_of_this_form(format: u32) -> Result<()> {
    if format != FORMAT {
        bail!("it is of form {format}; this version reads form {FORMAT}");
    }
    Ok(())
}

/// Reads which log a directory is the backup of.
pub(super) fn read_head(path: &Path) -> Result<Head> {
    read(path, |head: &Head| is_of_this_form(head.format))
}

/// Reads what a snapshot holds.
pub(super) fn read_manifest(path: &Path) -> Result<Manifest> {
    read(path, |manifest: &Manifest| {
        is_of_this_form(manifest.format)?;
        Time::parse(&manifest.taken_at).context("taken_at is no time")?;
        manifest.volumes.iter().try_for_each(VolumeSums::check)
    })
}

/// Reads what is known of a volume.
pub(super) fn read_volume(path: &Path) -> Result<VolumeSums> {
    read(path, VolumeSums::check)
}

fn read<T: DeserializeOwned>(path: &Path, check: impl FnOnce(&T) -> Result<()>) -> Result<T> {
    let told = || format!("cannot use {}", path.display());
    let bytes = std::fs::metadata(path).with_context(told)?.len();
    ensure!(
        bytes <= MOST,
        "{} has {bytes} bytes, and may have {MOST}",
        path.display()
    );
    let value = serde_json::from_slice(&std::fs::read(path).with_context(told)?).with_context(told)?;
    check(&value).with_context(told)?;
    Ok(value)
}
