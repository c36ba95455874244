//! Which snapshots are kept, and that of the others nothing is left but what those that are kept need. The newest is always
//! kept.

use std::collections::HashSet;

use activity::Time;
use anyhow::Result;

use super::files;
use super::place::{Place, UNFINISHED, remove_snapshot};

/// Which snapshots are kept: those that no rule takes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Keep {
    /// Only so many of the newest.
    pub(crate) newest: Option<usize>,
    /// Only those that were taken since.
    pub(crate) since: Option<Time>,
}

/// What was removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pruned {
    pub(crate) snapshots: usize,
    pub(crate) volumes: usize,
}

/// Removes the snapshots that are not kept, and the volumes that then are in none.
pub(crate) fn prune(place: &Place, keep: Keep) -> Result<Pruned> {
    let mut pruned = Pruned::default();
    let mut snapshots = place.snapshots()?;
    let Some(newest) = snapshots.pop() else {
        return Ok(pruned);
    };
    let mut needed = vec![newest];
    for (age, snapshot) in (1..).zip(snapshots.into_iter().rev()) {
        let is_kept = keep.newest.is_none_or(|most| age < most)
            && keep.since.is_none_or(|since| snapshot.manifest.taken() >= since);
        if is_kept {
            needed.push(snapshot);
            continue;
        }
        let directory = place.snapshots_dir().join(&snapshot.name);
        let going = place.snapshots_dir().join(format!("{}{UNFINISHED}", snapshot.name));
        // No snapshot any more, before the first of its files goes.
        files::rename(&directory, &going)?;
        remove_snapshot(&going)?;
        pruned.snapshots += 1;
    }
    let needed: HashSet<&str> = needed
        .iter()
        .flat_map(|snapshot| &snapshot.manifest.volumes)
        .map(|volume| volume.id.as_str())
        .collect();
    for id in place.known_volumes()? {
        if !needed.contains(id.as_str()) {
            place.remove_volume(&id)?;
            pruned.volumes += 1;
        }
    }
    Ok(pruned)
}
