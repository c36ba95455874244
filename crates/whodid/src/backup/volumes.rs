//! The volumes in a backup, each kept once for all snapshots that name it. What is known of one is written before its first
//! byte, so that whatever lies there and is not known was put there by somebody else.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use engine::{FileSum, VolumeFiles};

use super::files::{self, Copying};
use super::manifest::{VolumeSums, read_volume};
use super::place::{Place, UNFINISHED};

const META: &str = "meta.json";
const KNOWN: &str = ".json";

/// What became of a volume that is to be in the backup.
pub(super) enum Kept {
    /// It is there already.
    Already(VolumeSums),
    /// It was copied.
    Copied(VolumeSums),
}

impl Place {
    fn known(&self, id: &str) -> PathBuf {
        self.volumes_dir().join(format!("{id}{KNOWN}"))
    }

    pub(super) fn volume(&self, id: &str) -> PathBuf {
        self.volumes_dir().join(id)
    }

    fn unfinished(&self, id: &str) -> PathBuf {
        self.volumes_dir().join(format!("{id}{UNFINISHED}"))
    }

    /// What is known of a volume that is in the backup; `None` if it is not, or not as a whole.
    pub(super) fn kept(&self, id: &str) -> Result<Option<VolumeSums>> {
        let path = self.known(id);
        if !path.exists() {
            return Ok(None);
        }
        let sums = read_volume(&path)?;
        let directory = self.volume(id);
        let is_there = |(name, sum): (&String, &FileSum)| {
            fs::metadata(directory.join(name)).is_ok_and(|file| file.len() == sum.bytes)
        };
        Ok(sums.files.iter().all(is_there).then_some(sums))
    }

    /// Sees to it that a volume is in the backup, copying it from `from` unless it is.
    pub(super) fn keep(&self, of: &VolumeFiles, from: &Path, progress: &dyn Fn(u64)) -> Result<Kept> {
        if let Some(kept) = self.kept(&of.id)?
            && of.files.iter().all(|(name, sum)| kept.files.get(name) == Some(sum))
        {
            return Ok(Kept::Already(kept));
        }
        let (place, unfinished) = (self.volume(&of.id), self.unfinished(&of.id));
        if self.known(&of.id).exists() {
            self.remove_volume(&of.id)?;
        }
        if let Some(stranger) = [&place, &unfinished].into_iter().find(|path| path.exists()) {
            bail!(
                "{} is in the way, and no backup made it. Nothing of it was changed; move it away",
                stranger.display()
            );
        }
        let sums = VolumeSums::new(&of.id, sums(of, from)?);
        files::write(&self.known(&of.id), &serde_json::to_vec_pretty(&sums)?)?;
        copy_volume(&sums, from, &unfinished, progress)?;
        files::rename(&unfinished, &place)?;
        Ok(Kept::Copied(sums))
    }

    /// Removes a volume that is known, and nothing else.
    pub(super) fn remove_volume(&self, id: &str) -> Result<()> {
        let sums = read_volume(&self.known(id))?;
        let (place, unfinished) = (self.volume(id), self.unfinished(id));
        if place.exists() {
            remove_files(&sums, &unfinished)?;
            files::rename(&place, &unfinished)?;
        }
        remove_files(&sums, &unfinished)?;
        if unfinished.exists() {
            bail!(
                "{} holds what no backup put there; move that away",
                unfinished.display()
            );
        }
        files::remove(&self.known(id))?;
        Ok(())
    }

    /// The ids of all volumes that are known here.
    pub(super) fn known_volumes(&self) -> Result<Vec<String>> {
        let mut ids = Vec::new();
        for entry in fs::read_dir(self.volumes_dir())? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            ids.extend(name.strip_suffix(KNOWN).map(str::to_owned));
        }
        ids.sort_unstable();
        Ok(ids)
    }
}

/// Copies the files of a volume into a new directory, durably, each held against its sum.
pub(super) fn copy_volume(of: &VolumeSums, from: &Path, to: &Path, progress: &dyn Fn(u64)) -> Result<(), Copying> {
    files::make(to)?;
    let mut directories = vec![to.to_owned()];
    for (name, sum) in &of.files {
        let copy = to.join(name);
        if let Some(parent) = copy
            .parent()
            .filter(|parent| !directories.iter().any(|made| made == parent))
        {
            files::make(parent)?;
            directories.push(parent.to_owned());
        }
        files::copy(&from.join(name), &copy, sum, progress)?;
    }
    directories
        .iter()
        .rev()
        .try_for_each(|directory| files::sync(directory))
}

fn remove_files(of: &VolumeSums, directory: &Path) -> Result<()> {
    let mut directories = vec![directory.to_owned()];
    for name in of.files.keys() {
        let path = directory.join(name);
        files::remove(&path)?;
        directories.extend(path.parent().filter(|parent| *parent != directory).map(Path::to_owned));
    }
    directories.sort();
    directories.dedup();
    for directory in directories.iter().rev() {
        files::remove_empty(directory)?;
    }
    Ok(())
}

/// The sums of all files of a volume: those that its log knows, and of the others as they are.
fn sums(of: &VolumeFiles, from: &Path) -> Result<BTreeMap<String, FileSum>> {
    let mut sums = of.files.clone();
    sums.insert(META.to_owned(), files::sum(&from.join(META), &|_| {})?);
    if of.knows_all {
        return Ok(sums);
    }
    for directory in ["", "index"] {
        for entry in fs::read_dir(from.join(directory)).with_context(|| format!("cannot read {}", from.display()))? {
            let path = entry?.path();
            let name = path.strip_prefix(from)?.to_string_lossy().into_owned();
            // Locks say something only while a process runs.
            if path.is_file() && !name.ends_with(".lock") && !sums.contains_key(&name) {
                sums.insert(name, files::sum(&path, &|_| {})?);
            }
        }
    }
    Ok(sums)
}
