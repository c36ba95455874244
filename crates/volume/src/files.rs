//! Files of a volume on disk: names, durability, sums. A volume is written in a directory of another name and appears
//! under its own in one step, after everything in it is on disk.

use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::error::{Result, VolumeError};
use crate::meta::VolumeMeta;

/// In front of the name of a directory that is being written.
const UNFINISHED: &str = "unfinished-";

pub(crate) fn record(dir: &Path) -> PathBuf {
    dir.join("record.parquet")
}

pub(crate) fn index(dir: &Path) -> PathBuf {
    dir.join("index")
}

pub(crate) fn tree(dir: &Path) -> PathBuf {
    dir.join("tree")
}

pub(crate) fn meta(dir: &Path) -> PathBuf {
    dir.join("meta.json")
}

/// A new directory to write the volume `name` in. Nothing is ever there under this name: if something is, it stays.
pub(crate) fn begin(root: &Path, name: &str) -> Result<PathBuf> {
    let dir = root.join(format!("{UNFINISHED}{name}"));
    if !root.exists() {
        fs::create_dir_all(root).map_err(VolumeError::io(root))?;
        root.parent()
            .filter(|parent| !parent.as_os_str().is_empty())
            .map_or(Ok(()), sync)?;
    }
    let target = root.join(name);
    if target.exists() {
        return Err(VolumeError::Unfit(format!("volume {name} is there already")));
    }
    fs::create_dir(&dir).map_err(VolumeError::io(&dir))?;
    Ok(dir)
}

/// Makes everything under `dir` durable, then gives it its name, durably.
pub(crate) fn publish(root: &Path, dir: &Path, meta: &VolumeMeta) -> Result<()> {
    write_meta(dir, meta)?;
    sync_all(dir)?;
    let target = root.join(&meta.id);
    fs::rename(dir, &target).map_err(VolumeError::io(&target))?;
    sync(root)
}

/// Replaces `meta.json` in one step, durably.
pub(crate) fn write_meta(dir: &Path, meta: &VolumeMeta) -> Result<()> {
    let (path, fresh) = (self::meta(dir), dir.join("meta.json.new"));
    let json = serde_json::to_vec_pretty(meta).map_err(|e| VolumeError::io(&path)(e.into()))?;
    fs::write(&fresh, json).map_err(VolumeError::io(&fresh))?;
    sync(&fresh)?;
    fs::rename(&fresh, &path).map_err(VolumeError::io(&path))?;
    sync(dir)
}

pub(crate) fn read_meta(dir: &Path) -> Result<VolumeMeta> {
    let path = meta(dir);
    let json = fs::read(&path).map_err(VolumeError::io(&path))?;
    serde_json::from_slice(&json).map_err(|e| VolumeError::damaged(&path.to_string_lossy(), e.to_string()))
}

/// Removes a directory and everything in it. Absence is fine.
pub(crate) fn remove_dir(dir: &Path) -> Result<()> {
    match fs::remove_dir_all(dir) {
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(()),
        other => other.map_err(VolumeError::io(dir)),
    }
}

/// Makes one file or directory durable.
pub(crate) fn sync(path: &Path) -> Result<()> {
    File::open(path)
        .and_then(|file| file.sync_all())
        .map_err(VolumeError::io(path))
}

/// Makes everything under `path`, and itself, durable.
pub(crate) fn sync_all(path: &Path) -> Result<()> {
    if path.is_dir() {
        for entry in entries(path)? {
            sync_all(&entry)?;
        }
    }
    sync(path)
}

/// How many bytes the files directly in `dir` have.
pub(crate) fn size(dir: &Path) -> Result<u64> {
    entries(dir)?
        .iter()
        .map(|file| file.metadata().map(|it| it.len()).map_err(VolumeError::io(file)))
        .sum()
}

fn entries(dir: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(dir).map_err(VolumeError::io(dir))?;
    entries
        .map(|entry| entry.map(|it| it.path()).map_err(VolumeError::io(dir)))
        .collect()
}

/// Size and SHA-256 of a file.
pub(crate) fn sum(path: &Path) -> Result<(u64, [u8; 32])> {
    let mut file = File::open(path).map_err(VolumeError::io(path))?;
    let (mut sum, mut size, mut buffer) = (Sha256::new(), 0, vec![0; 1 << 16]);
    loop {
        let read = file.read(&mut buffer).map_err(VolumeError::io(path))?;
        if read == 0 {
            return Ok((size, sum.finalize().into()));
        }
        size += read as u64;
        sum.update(&buffer[..read]);
    }
}

/// Removes a volume's files, finished or not, durably. Absence is fine.
pub fn remove(root: &Path, id: &str) -> Result<()> {
    if id.is_empty() || id.contains(['/', '\\']) || id.starts_with('.') {
        return Err(VolumeError::Unfit(format!("`{id}` is not the name of a volume")));
    }
    remove_dir(&root.join(id))?;
    remove_dir(&root.join(format!("{UNFINISHED}{id}")))?;
    sync(root)
}

/// The volume that a name under `root` is of, finished or not.
#[must_use]
pub fn id_of(name: &str) -> &str {
    name.strip_prefix(UNFINISHED).unwrap_or(name)
}

/// The names under `root`, in order: volumes, finished or not, and whatever else lies there.
pub fn list(root: &Path) -> Result<Vec<String>> {
    match fs::read_dir(root) {
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(e) => Err(VolumeError::io(root)(e)),
        Ok(entries) => {
            let mut names = Vec::new();
            for entry in entries {
                let entry = entry.map_err(VolumeError::io(root))?;
                names.push(entry.file_name().to_string_lossy().into_owned());
            }
            names.sort_unstable();
            Ok(names)
        }
    }
}
