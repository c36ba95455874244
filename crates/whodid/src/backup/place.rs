//! The directory of a backup: whose it is, who writes it, and which snapshots it has.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use store::StoreUrl;

use super::files;
use super::manifest::{Head, Manifest, read_head, read_manifest};

const HEAD: &str = "backup.json";
const LOCK: &str = "backup.lock";
const SNAPSHOTS: &str = "snapshots";
const VOLUMES: &str = "volumes";
pub(super) const DATABASE: &str = "whodid.db";
pub(super) const MANIFEST: &str = "manifest.json";
/// At the end of the name of what is being made or removed.
pub(super) const UNFINISHED: &str = ".unfinished";
/// Whatever a snapshot may have in its directory.
const OF_A_SNAPSHOT: [&str; 6] = [
    MANIFEST,
    "manifest.json.new",
    DATABASE,
    "whodid.db-journal",
    "whodid.db-wal",
    "whodid.db-shm",
];

/// A backup that this process has: for itself to write, with others to read.
#[derive(Debug)]
pub(crate) struct Place {
    root: PathBuf,
    pub(super) log: String,
    _lock: Option<File>,
}

/// A snapshot that is whole.
#[derive(Debug)]
pub(crate) struct Snapshot {
    pub(crate) name: String,
    pub(crate) manifest: Manifest,
}

impl Place {
    /// Takes the directory to write the backup of this log into it, and begins one where there is nothing.
    pub(crate) fn to_write(root: &Path, log: &str) -> Result<Self> {
        files::make(root)?;
        let head = root.join(HEAD);
        if !head.exists() {
            let unknown = fs::read_dir(root)?
                .filter_map(Result::ok)
                .map(|entry| entry.file_name());
            // What broke off before its first file, and what a file system puts into its root.
            let ours = [LOCK, "backup.json.new", "lost+found"];
            if let Some(name) = unknown.into_iter().find(|name| ours.iter().all(|ours| name != *ours)) {
                bail!(
                    "{} is no backup and is not empty: {} is in it. Nothing was changed. Give an empty directory, or one that \
                     holds a backup of this log",
                    root.display(),
                    name.display()
                );
            }
        }
        let lock = locked(root, true)?;
        if !head.exists() {
            let text = serde_json::to_vec_pretty(&Head::new(log))?;
            files::write(&head, &text)?;
        }
        let found = read_head(&head)?;
        if found.log != log {
            bail!(
                "{} is the backup of another log ({}), and this is {log}. Nothing was changed. Give each installation a \
                 directory of its own",
                root.display(),
                found.log
            );
        }
        let place = Self {
            root: root.to_owned(),
            log: found.log,
            _lock: lock,
        };
        for directory in [place.snapshots_dir(), place.volumes_dir()] {
            files::make(&directory)?;
        }
        files::sync(root)?;
        place.clear()?;
        Ok(place)
    }

    /// Takes the directory to read.
    pub(crate) fn to_read(root: &Path) -> Result<Self> {
        let head = root.join(HEAD);
        if !head.exists() {
            bail!("{} holds no backup: there is no {HEAD} in it", root.display());
        }
        let lock = locked(root, false)?;
        Ok(Self {
            root: root.to_owned(),
            log: read_head(&head)?.log,
            _lock: lock,
        })
    }

    pub(super) fn snapshots_dir(&self) -> PathBuf {
        self.root.join(SNAPSHOTS)
    }

    pub(super) fn volumes_dir(&self) -> PathBuf {
        self.root.join(VOLUMES)
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Where the database of a snapshot is, as a store.
    pub(super) fn store_of(&self, snapshot: &str) -> StoreUrl {
        StoreUrl::directory(self.snapshots_dir().join(snapshot))
    }

    /// The snapshots that are whole, oldest first.
    pub(crate) fn snapshots(&self) -> Result<Vec<Snapshot>> {
        let directory = self.snapshots_dir();
        let entries = match fs::read_dir(&directory) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.with_context(|| format!("cannot read {}", directory.display()))?,
        };
        let mut found = Vec::new();
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let manifest = entry.path().join(MANIFEST);
            if !name.ends_with(UNFINISHED) && manifest.exists() {
                let manifest = read_manifest(&manifest)
                    .with_context(|| format!("the snapshot {name} is damaged; move its directory away"))?;
                found.push(Snapshot { name, manifest });
            }
        }
        found.sort_by_key(|snapshot| snapshot.manifest.taken());
        Ok(found)
    }

    /// Removes what is left of snapshots that were not finished, or not wholly removed.
    pub(super) fn clear(&self) -> Result<()> {
        for entry in fs::read_dir(self.snapshots_dir())? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().ends_with(UNFINISHED) {
                remove_snapshot(&entry.path())?;
            }
        }
        Ok(())
    }
}

/// Removes what a snapshot may have in its directory, and that if nothing else is in it.
pub(super) fn remove_snapshot(directory: &Path) -> Result<bool> {
    for name in OF_A_SNAPSHOT {
        files::remove(&directory.join(name))?;
    }
    Ok(files::remove_empty(directory)?)
}

/// The lock of a backup: one writes it, or any number read it.
fn locked(root: &Path, to_write: bool) -> Result<Option<File>> {
    let path = root.join(LOCK);
    let open = match to_write {
        true => OpenOptions::new().write(true).create(true).truncate(false).open(&path),
        false => File::open(&path),
    };
    let file = match open {
        Ok(file) => file,
        // A copy of a backup, or a medium that cannot be written: nobody writes there.
        Err(_) if !to_write => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("cannot use {}", path.display())),
    };
    let done = match to_write {
        true => file.try_lock(),
        false => file.try_lock_shared(),
    };
    match done {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => bail!(
            "another `whodid backup` or `whodid restore` uses {} just now; wait until it has ended",
            root.display()
        ),
        Err(TryLockError::Error(_)) if !to_write => Ok(None),
        Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("cannot lock {}", path.display())),
    }
}
