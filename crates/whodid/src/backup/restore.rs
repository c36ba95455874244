//! Putting a snapshot into an empty data directory: files held against their sums, whoever was erased since erased again, and
//! the whole log verified. Until all of that has ended well, a file in the directory keeps everybody from opening it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use activity::Time;
use anyhow::{Context as _, Result, bail};
use engine::{Clock as _, Log, SystemClock, SystemRng, Verified};
use indicatif::ProgressBar;
use store::exports::{self, Gone};
use store::{Store, StoreUrl};

use super::erased::{self, Known};
use super::files;
use super::manifest::VolumeSums;
use super::place::{DATABASE, Place, Snapshot};
use super::volumes::copy_volume;
use crate::compose::RESTORING;
use crate::config::Config;

/// What was put back.
#[derive(Debug)]
pub(crate) struct Restored {
    pub(crate) name: String,
    pub(crate) taken_at: Time,
    pub(crate) verified: Verified,
    /// How many persons were erased again.
    pub(crate) erased: usize,
    /// How many exports have no file any more.
    pub(crate) exports: u64,
    pub(crate) notes: Vec<String>,
}

/// Puts the newest snapshot that was taken not after `until` into the data directory of these settings.
pub(crate) async fn restore(
    place: &Place,
    config: &Config,
    until: Option<Time>,
    bar: impl Fn() -> ProgressBar,
) -> Result<Restored> {
    let snapshots = place.snapshots()?;
    let chosen = snapshots
        .iter()
        .rposition(|snapshot| until.is_none_or(|until| snapshot.manifest.taken() <= until));
    let Some((chosen, since)) = chosen.and_then(|at| Some((snapshots.get(at)?, snapshots.get(at..)?))) else {
        match until {
            Some(until) => bail!("no snapshot in {} was taken by {until}", place.root().display()),
            None => bail!("{} holds no snapshot", place.root().display()),
        }
    };
    let volumes_dir = &config.log.volumes_dir;
    for directory in [&config.data_dir, volumes_dir] {
        refuse_what_is_there(directory)?;
    }
    // Before anything is written: without it nobody knows who is to be erased.
    let known = erased::known(place, since, &config.erasures_file).await?;
    make(&config.data_dir)?;
    make(volumes_dir)?;
    let marker = config.data_dir.join(RESTORING);
    files::write(&marker, format!("{}\n", chosen.name).as_bytes())?;
    let copying = bar();
    copying.set_length(chosen.manifest.bytes());
    tokio::task::block_in_place(|| copy(place, config, chosen, &copying)).with_context(|| left(&config.data_dir))?;
    copying.finish_and_clear();
    let restored = Box::pin(finish(config, chosen, known, bar())).await;
    let restored = restored.with_context(|| left(&config.data_dir))?;
    if restored.verified.faults.is_empty() {
        files::remove(&marker)?;
        files::sync(&config.data_dir)?;
    }
    Ok(restored)
}

fn left(directory: &Path) -> String {
    format!(
        "nothing was restored, and the backup is as it was. Remove what is in {} before it is tried again; nothing opens it \
         as it is",
        directory.display()
    )
}

/// Refuses a place in which there is anything.
fn refuse_what_is_there(directory: &Path) -> Result<()> {
    let mut entries = match fs::read_dir(directory) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        entries => entries.with_context(|| format!("cannot use {}", directory.display()))?,
    };
    if let Some(entry) = entries.find(|entry| entry.as_ref().is_ok_and(|entry| entry.file_name() != "lost+found")) {
        bail!(
            "{} is not empty: {} is in it. Nothing was changed. A backup is put back only into an empty place; give another \
             with --data-dir, or move away what is there",
            directory.display(),
            entry?.file_name().display()
        );
    }
    Ok(())
}

/// Makes a directory, and has it on the disk.
fn make(directory: &Path) -> Result<()> {
    files::make(directory)?;
    let parent = directory.parent().filter(|parent| !parent.as_os_str().is_empty());
    Ok(files::sync(parent.unwrap_or(Path::new(".")))?)
}

/// Copies the volumes, and the database last.
fn copy(place: &Place, config: &Config, chosen: &Snapshot, bar: &ProgressBar) -> Result<()> {
    let progress = |bytes| bar.inc(bytes);
    let manifest = &chosen.manifest;
    for of in &manifest.volumes {
        let VolumeSums { id, .. } = of;
        copy_volume(of, &place.volume(id), &config.log.volumes_dir.join(id), &progress)?;
    }
    files::sync(&config.log.volumes_dir)?;
    let database = place.snapshots_dir().join(&chosen.name).join(DATABASE);
    let to: PathBuf = config.data_dir.join(DATABASE);
    files::copy(&database, &to, &manifest.database, &progress)?;
    Ok(files::sync(&config.data_dir)?)
}

/// What follows once the files are there.
async fn finish(config: &Config, chosen: &Snapshot, known: Known, bar: ProgressBar) -> Result<Restored> {
    let store = Store::open(&StoreUrl::directory(&config.data_dir)).await?;
    let settings = engine::LogSettings {
        background: false,
        ..config.log.clone()
    };
    let clock = Arc::new(SystemClock);
    let log = Log::open(store.clone(), settings, clock, Arc::new(SystemRng)).await?;
    let erased = erased::erase_again(&store, &log, &known.tombstones).await?;
    // No file of an export is in a backup: what is known of them must not promise one.
    let mut tx = store.begin().await?;
    let exports = exports::let_all_go(&mut tx, Gone::Deleted, SystemClock.now().0).await?;
    tx.commit().await?;
    bar.set_length(log.head().await?.through.size);
    let verified = log.verify(|at| bar.set_position(at)).await;
    bar.finish_and_clear();
    log.close().await;
    store.close().await;
    Ok(Restored {
        name: chosen.name.clone(),
        taken_at: chosen.manifest.taken(),
        verified: verified?,
        erased,
        exports,
        notes: known.notes,
    })
}
