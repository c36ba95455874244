//! Taking a snapshot: the database as of one moment, by its own means, and then the volumes that this says are live. What a
//! crash or a full disk leaves is cleared by the next one; earlier snapshots are never touched.

use std::path::Path;

use activity::Time;
use anyhow::{Context as _, Result, bail};
use data_encoding::HEXLOWER;
use engine::{FileSum, live_volumes};
use indicatif::ProgressBar;
use store::log::{checkpoint, head};
use store::{Store, StoreError, StoreUrl};

use super::Copying;
use super::files;
use super::manifest::{Manifest, VolumeSums};
use super::place::{DATABASE, MANIFEST, Place, UNFINISHED, remove_snapshot};
use super::volumes::Kept;

/// How often another snapshot is taken because a volume was replaced before it was copied.
const ATTEMPTS: u32 = 10;

/// A snapshot that was taken, and what it cost.
#[derive(Debug)]
pub(crate) struct Taken {
    pub(crate) name: String,
    pub(crate) manifest: Manifest,
    /// Volumes that were copied; the others were there already.
    pub(crate) copied: usize,
    /// Bytes that were written, the database's among them.
    pub(crate) written: u64,
}

/// Where an installation is.
pub(crate) struct Source<'a> {
    pub(crate) store: &'a Store,
    pub(crate) volumes_dir: &'a Path,
}

/// Takes a snapshot as of `now`.
pub(crate) async fn take(place: &Place, from: Source<'_>, now: Time, bar: &ProgressBar) -> Result<Taken> {
    refuse_another(place, &from).await?;
    let name = now.to_string().replace(':', "-");
    let directory = place.snapshots_dir().join(format!("{name}{UNFINISHED}"));
    let mut gone = None;
    for _ in 0..ATTEMPTS {
        let taken = attempted(place, &from, (now, &directory), bar).await;
        let error = match taken {
            Ok((manifest, copied, written)) => {
                files::rename(&directory, &place.snapshots_dir().join(&name))?;
                return Ok(Taken {
                    name,
                    manifest,
                    copied,
                    written,
                });
            }
            Err(error) => error,
        };
        // What cannot be removed now, the next backup removes.
        let _ = remove_snapshot(&directory);
        let missing = error.downcast_ref().and_then(Copying::gone).map(Path::to_owned);
        // What the next snapshot still names was not replaced: it is damage.
        if missing.is_none() || missing == gone {
            return Err(told(error, place));
        }
        gone = missing;
    }
    bail!("volumes are replaced faster than they can be copied; try again in a minute")
}

/// Refuses a log that does not begin with that of the newest snapshot: a copy of the installation that went on by itself, or
/// an older state of it. Their snapshots must not pass for each other's.
async fn refuse_another(place: &Place, from: &Source<'_>) -> Result<()> {
    let Some(newest) = place.snapshots()?.pop() else {
        return Ok(());
    };
    let (size, root) = (newest.manifest.size, newest.manifest.root_hash()?);
    if engine::begins_with(from.store.clone(), from.volumes_dir, size, &root).await? {
        return Ok(());
    }
    bail!(
        "the newest snapshot in {} is of a log of {size} activities, and this log does not begin with them: it is another copy of \
         the installation, or an older state of it. Nothing was changed. Give it a directory of its own, and keep this one",
        place.root().display()
    );
}

/// The failure, with what it leaves and what to do.
fn told(error: anyhow::Error, place: &Place) -> anyhow::Error {
    let what = match error.downcast_ref() {
        Some(Copying::Write { .. }) => format!(
            "the backup could not be written: its disk may be full. Free some space, or keep fewer snapshots (`whodid backup {} \
             --keep N`), and repeat it",
            place.root().display()
        ),
        Some(Copying::Other { .. } | Copying::Read { .. }) => format!(
            "a file cannot be copied as it was written; `whodid verify` says what is wrong with the log. Where it is a \
             volume of an earlier snapshot, `whodid restore {} --volume ID` puts that back",
            place.root().display()
        ),
        None => "no snapshot was taken".to_owned(),
    };
    error.context(format!("{what}. Earlier snapshots are as they were"))
}

async fn attempted(
    place: &Place,
    from: &Source<'_>,
    (now, directory): (Time, &Path),
    bar: &ProgressBar,
) -> Result<(Manifest, usize, u64)> {
    files::make(directory)?;
    let database = directory.join(DATABASE);
    bar.set_message("database");
    match from.store.copy_into(&database).await {
        Err(StoreError::Full) => {
            let full = std::io::Error::from(std::io::ErrorKind::StorageFull);
            return Err(Copying::write(&database)(full).into());
        }
        done => done.context("the database cannot be copied")?,
    }
    files::sync(&database)?;
    let store = Store::open_reader(&StoreUrl::directory(directory)).await?;
    let kept = kept(place, from, &store, bar).await;
    let manifest = match kept {
        Ok((volumes, copied, written)) => (described(place, &store, now, volumes).await?, copied, written),
        Err(error) => {
            store.close().await;
            return Err(error);
        }
    };
    check(place, store).await?;
    let (mut manifest, copied, written) = manifest;
    let sum: FileSum = files::sum(&database, &|_| {})?;
    files::read_back(&database, &sum)?;
    manifest.database = sum;
    files::write(&directory.join(MANIFEST), &serde_json::to_vec_pretty(&manifest)?)?;
    files::sync(directory)?;
    Ok((manifest, copied, written + sum.bytes))
}

/// Sees to it that all volumes of the snapshot are in the backup: them, how many were copied, and how many bytes.
async fn kept(
    place: &Place,
    from: &Source<'_>,
    snapshot: &Store,
    bar: &ProgressBar,
) -> Result<(Vec<VolumeSums>, usize, u64)> {
    let live = live_volumes(snapshot).await?;
    let bytes = live
        .iter()
        .flat_map(|of| of.files.values())
        .map(|file| file.bytes)
        .sum();
    bar.set_length(bytes);
    bar.set_position(0);
    let (mut volumes, mut copied, mut written) = (Vec::new(), 0, 0);
    for of in &live {
        bar.set_message(format!("volume {} of {}", volumes.len() + 1, live.len()));
        let before = bar.position();
        let source = from.volumes_dir.join(&of.id);
        let kept = tokio::task::block_in_place(|| place.keep(of, &source, &|bytes| bar.inc(bytes)));
        volumes.push(match kept? {
            Kept::Already(sums) => sums,
            Kept::Copied(sums) => {
                copied += 1;
                written += sums.bytes();
                sums
            }
        });
        bar.set_position(before + of.files.values().map(|file| file.bytes).sum::<u64>());
    }
    files::sync(&place.volumes_dir())?;
    Ok((volumes, copied, written))
}

/// What the snapshot holds, but for the sum of its database.
async fn described(place: &Place, snapshot: &Store, now: Time, volumes: Vec<VolumeSums>) -> Result<Manifest> {
    let mut read = snapshot.glance().await?;
    let head = head::read(&mut read)
        .await?
        .context("there is no log in the database")?;
    let newest = checkpoint::list(&mut read, u64::MAX, 1).await?.pop();
    Ok(Manifest {
        format: Manifest::FORMAT,
        taken_at: now.to_string(),
        log: place.log.clone(),
        size: head.size,
        root: HEXLOWER.encode(&head.root),
        checkpoint: newest.map(|kept| kept.note),
        database: FileSum {
            bytes: 0,
            sha256: [0; 32],
        },
        volumes,
    })
}

/// That the copied database is sound, and belongs to the copied volumes.
async fn check(place: &Place, snapshot: Store) -> Result<()> {
    let mut wrong = snapshot.integrity_check().await?;
    let found = engine::check_copy(snapshot.clone(), &place.volumes_dir()).await?;
    snapshot.close().await;
    wrong.extend(found.faults.iter().map(|fault| {
        let last = fault.first_seq + fault.count.saturating_sub(1);
        format!("activities {} to {last}: {}", fault.first_seq, fault.what)
    }));
    match wrong.first() {
        None => Ok(()),
        Some(first) => bail!(
            "what was copied is not a sound log: {first} ({} places); `whodid verify` says what is wrong with the log",
            wrong.len()
        ),
    }
}
