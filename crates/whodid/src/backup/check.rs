//! Reading all of a backup and holding every file against its sum.

use std::collections::HashSet;

use anyhow::Result;
use indicatif::ProgressBar;

use super::files::{self, Copying};
use super::place::{DATABASE, Place, Snapshot};

/// Reads every file of every snapshot, those that several share once; what is wrong, each with the name of the file.
pub(crate) fn check(place: &Place, snapshots: &[Snapshot], bar: &ProgressBar) -> Result<Vec<String>> {
    let mut seen = HashSet::new();
    let (mut wanted, mut bytes) = (Vec::new(), 0);
    for snapshot in snapshots {
        let manifest = &snapshot.manifest;
        let database = place.snapshots_dir().join(&snapshot.name).join(DATABASE);
        let files = manifest.volumes.iter().flat_map(|volume| {
            let directory = place.volume(&volume.id);
            volume.files.iter().map(move |(name, sum)| (directory.join(name), *sum))
        });
        for (path, sum) in [(database, manifest.database)].into_iter().chain(files) {
            if seen.insert((path.clone(), sum.sha256)) {
                bytes += sum.bytes;
                wanted.push((path, sum));
            }
        }
    }
    bar.set_length(bytes);
    let mut wrong = Vec::new();
    for (path, sum) in wanted {
        match files::check(&path, &sum, &|bytes| bar.inc(bytes)) {
            Ok(()) => {}
            Err(error @ Copying::Write { .. }) => return Err(error.into()),
            Err(error) => wrong.push(error.to_string()),
        }
    }
    Ok(wrong)
}
