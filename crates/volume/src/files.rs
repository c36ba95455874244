//! Files of a volume on disk: names, durability, sums.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::error::{Result, VolumeError};
use crate::meta::{FileSum, INDEX, RECORD, TREE, VolumeMeta};
use crate::query::Deadline;

pub(crate) fn record(dir: &Path) -> PathBuf {
    dir.join(RECORD)
}

pub(crate) fn index(dir: &Path) -> PathBuf {
    dir.join(INDEX)
}

pub(crate) fn tree(dir: &Path) -> PathBuf {
    dir.join(TREE)
}

pub(crate) fn meta(dir: &Path) -> PathBuf {
    dir.join("meta.json")
}

/// Writes `meta.json`, the last file of a volume.
pub(crate) fn write_meta(dir: &Path, meta: &VolumeMeta) -> Result<()> {
    let path = self::meta(dir);
    let json = serde_json::to_vec_pretty(meta).map_err(|e| VolumeError::io(&path)(e.into()))?;
    fs::write(&path, json).map_err(VolumeError::io(&path))
}

pub(crate) fn read_meta(dir: &Path) -> Result<VolumeMeta> {
    let path = meta(dir);
    let json = fs::read(&path).map_err(VolumeError::io(&path))?;
    VolumeMeta::from_json(&json).map_err(|e| VolumeError::damaged(&path.to_string_lossy(), e.to_string()))
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

/// Makes everything under `dir` durable, and does `work` while the disk does that.
pub(crate) fn sync_beside<T>(dir: &Path, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let (done, synced) = std::thread::scope(|scope| {
        let syncing = scope.spawn(|| sync_all(dir));
        (work(), syncing.join())
    });
    let broke_off = |_| VolumeError::io(dir)(std::io::Error::other("making it durable broke off"));
    synced.map_err(broke_off)??;
    done
}

/// Size and SHA-256 of every file of the volume in `dir`, but its meta.
pub(crate) fn sums(dir: &Path, halt: &Deadline) -> Result<BTreeMap<String, FileSum>> {
    let mut sums = BTreeMap::new();
    for name in [RECORD, TREE] {
        sums.insert(name.to_owned(), sum(&dir.join(name), halt)?);
    }
    let index = index(dir);
    let of_index = if index.exists() { entries(&index)? } else { Vec::new() };
    for path in of_index {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        // Locks say something only while a process runs.
        if !name.ends_with(".lock") {
            sums.insert(format!("{INDEX}/{name}"), sum(&path, halt)?);
        }
    }
    Ok(sums)
}

/// Checks that every file is there and has its size: what is cut off is not to be mapped into memory.
pub(crate) fn check_sizes(dir: &Path, meta: &VolumeMeta) -> Result<()> {
    for (name, sum) in &meta.files {
        let path = dir.join(name);
        let bytes = path.metadata().map_err(VolumeError::io(&path))?.len();
        if bytes != sum.bytes {
            let detail = format!("{name} has {bytes} bytes instead of {}", sum.bytes);
            return Err(VolumeError::damaged(&meta.id, detail));
        }
    }
    Ok(())
}

/// Checks that every file is the one that was written; the error names the first that is not.
pub(crate) fn check_sums(dir: &Path, meta: &VolumeMeta, halt: &Deadline) -> Result<()> {
    check_sizes(dir, meta)?;
    meta.files.keys().try_for_each(|name| check_sum(dir, meta, name, halt))
}

/// Checks that a file is the one that was written, as far as its sum is known.
pub(crate) fn check_sum(dir: &Path, meta: &VolumeMeta, name: &str, halt: &Deadline) -> Result<()> {
    match meta.files.get(name) {
        Some(expected) if sum(&dir.join(name), halt)? != *expected => {
            let detail = format!("{name} is not the file that was written");
            Err(VolumeError::damaged(&meta.id, detail))
        }
        _ => Ok(()),
    }
}

fn entries(dir: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(dir).map_err(VolumeError::io(dir))?;
    entries
        .map(|entry| entry.map(|it| it.path()).map_err(VolumeError::io(dir)))
        .collect()
}

fn sum(path: &Path, halt: &Deadline) -> Result<FileSum> {
    let mut file = File::open(path).map_err(VolumeError::io(path))?;
    let (mut sum, mut size, mut buffer) = (Sha256::new(), 0, vec![0; 1 << 16]);
    loop {
        let read = file.read(&mut buffer).map_err(VolumeError::io(path))?;
        if read == 0 {
            return Ok(FileSum {
                bytes: size,
                sha256: sum.finalize().into(),
            });
        }
        halt.check()?;
        size += read as u64;
        sum.update(&buffer[..read]);
    }
}
