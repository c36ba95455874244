//! Whoever was erased after a snapshot was taken is erased again when it is put back. Who that is, tombstones tell: of the
//! newest snapshot, and of the file beside the data. Owns whom they match; what erasing is, is the log's.

use std::path::Path;

use anyhow::Result;
use engine::{Log, Tombstone, read_tombstones};
use store::Store;
use store::log::{erasure, person_key};

use super::files;
use super::place::{DATABASE, Place, Snapshot};

/// Persons looked at at once.
const PAGE: u32 = 4_096;

/// What is known of erasures outside of the snapshot that is put back.
pub(super) struct Known {
    pub(super) tombstones: Vec<Tombstone>,
    /// What of it could not be read.
    pub(super) notes: Vec<String>,
}

/// The tombstones of the newest of these snapshots that is sound, which come oldest first, and of this file.
pub(super) async fn known(place: &Place, snapshots: &[Snapshot], file: &Path) -> Result<Known> {
    let beside = read_tombstones(file)?;
    let mut known = Known {
        tombstones: beside.all,
        notes: beside
            .unreadable
            .iter()
            .map(|line| {
                let file = file.display();
                format!("line {line} of {file} cannot be read: whoever it is of is not erased again")
            })
            .collect(),
    };
    for snapshot in snapshots.iter().rev() {
        match of_snapshot(place, snapshot).await {
            Ok(tombstones) => {
                known.tombstones.extend(tombstones);
                break;
            }
            Err(error) => known.notes.push(format!(
                "the snapshot {} does not tell who was erased before it: {error:#}",
                snapshot.name
            )),
        }
    }
    Ok(known)
}

async fn of_snapshot(place: &Place, snapshot: &Snapshot) -> Result<Vec<Tombstone>> {
    let database = place.snapshots_dir().join(&snapshot.name).join(DATABASE);
    tokio::task::block_in_place(|| files::check(&database, &snapshot.manifest.database, &|_| {}))?;
    let store = Store::open_reader(&place.store_of(&snapshot.name)).await?;
    let tombstones = erasure::tombstones(&mut store.glance().await?, 0).await;
    store.close().await;
    Ok(tombstones?)
}

/// Erases whoever these are of and this database still knows, to the end; how many. Each person is held against each
/// tombstone that the database has not, a SHA-256 of some sixty bytes: a thousand erasures of a hundred thousand persons
/// take about half a minute.
pub(super) async fn erase_again(store: &Store, log: &Log, known: &[Tombstone]) -> Result<usize> {
    let own = erasure::tombstones(&mut store.glance().await?, 0).await?;
    let mut new: Vec<Tombstone> = Vec::new();
    for tombstone in known {
        if !own.iter().chain(&new).any(|one| one.salt == tombstone.salt) {
            new.push(*tombstone);
        }
    }
    let mut erased = 0;
    let mut after = String::new();
    while !new.is_empty() {
        let page = person_key::persons(&mut store.glance().await?, &after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after.clone_from(last);
        for person in tokio::task::block_in_place(|| matched(&page, &new, &own)) {
            erase_one(store, log, &person).await?;
            erased += 1;
        }
    }
    if erased > 0 {
        log.settle(false).await?;
    }
    Ok(erased)
}

/// Those who are to be erased. Who was erased at that time or later, and is named again, is somebody new: they stay.
fn matched(persons: &[String], new: &[Tombstone], own: &[Tombstone]) -> Vec<String> {
    let is_due = |person: &&String| {
        let of = |all: &[Tombstone]| {
            let theirs = all.iter().filter(|one| one.is_of(person));
            theirs.map(|one| one.requested_at).max()
        };
        of(new).is_some_and(|requested| of(own).is_none_or(|done| done < requested))
    };
    persons.iter().filter(is_due).cloned().collect()
}

/// The one place where somebody is erased again. What the log says of them goes; a use case that also takes accounts away is
/// to be called from here once there is one.
async fn erase_one(store: &Store, log: &Log, person: &str) -> Result<()> {
    let mut tx = store.begin().await?;
    log.erase(&mut tx, person).await?;
    Ok(tx.commit().await?)
}
