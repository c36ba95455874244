//! Making one volume of many small neighbours, so that a year is tens of files.

use std::io::ErrorKind;
use std::ops::Range;
use std::sync::{Arc, PoisonError};

use activity::Activity;
use volume::{Part, Volume, VolumeError};

use super::rewrite::{Replaced, Work, Workplace};
use crate::LogError;
use crate::ledger::Ledger;
use crate::shared::KeyedLeaves;
use crate::tasks::behind;

/// How often small volumes become larger ones: 16 into 1, twice.
const LEVELS: u32 = 2;
/// From so many times as many volumes on as become one, merging does not wait for a time when little else is done.
const MANY: usize = 8;

impl Ledger {
    /// Merges the oldest run of small neighbours that is due; whether there was one.
    pub(crate) async fn merge_next(self: &Arc<Self>) -> Result<bool, LogError> {
        let view = self.reader.view().await?;
        let adjacent = |a: &Volume, b: &Volume| a.meta().end_seq() == b.meta().first_seq;
        let mut runs = view.volumes.chunk_by(adjacent);
        let parts: Option<Vec<Volume>> = runs.find_map(|run| {
            let counts: Vec<u64> = run.iter().map(|volume| self.mergeable(volume)).collect();
            let due = due(
                &counts,
                self.shared.settings().seal_at,
                self.shared.settings().merge_factor,
            )?;
            Some(run[due].to_vec())
        });
        let Some(parts) = parts else {
            return Ok(false);
        };
        let rows = parts.iter().map(|part| part.meta().count).sum();
        let can_wait = self.can_wait(view.volumes.len(), rows);
        drop(view);
        let started = std::time::Instant::now();
        let (first, last) = (parts[0].meta().first_seq, parts[parts.len() - 1].meta().end_seq());
        let ids: Vec<String> = parts.iter().map(|part| part.meta().id.clone()).collect();
        let leaf_of = KeyedLeaves::of(&self.shared);
        let make = move |place: &Workplace<'_>| {
            let merge = || place.make(parts.iter().map(Part::<Activity>::Volume).collect(), &leaf_of);
            if can_wait { behind(merge) } else { merge() }
        };
        let replaced = Replaced::Volumes(ids.clone());
        let meta = match self.rewrite(Work::Merge, first..last, replaced, make).await {
            Ok(Some(meta)) => meta,
            Ok(None) => return Ok(false),
            Err(error) => return self.set_aside(ids, error),
        };
        metrics::histogram!("whodid_merge_seconds").record(started.elapsed().as_secs_f64());
        tracing::info!(volume = %meta.id, activities = meta.count, parts = ids.len(),
            millis = started.elapsed().as_millis(), "merged volumes");
        self.sweep().await?;
        Ok(true)
    }

    /// Whether a merge into so many activities, in a log of so many volumes, comes after all that somebody waits for. A question
    /// is put to each volume, and while a large merge goes on, no other is begun.
    fn can_wait(&self, volumes: usize, rows: u64) -> bool {
        let settings = self.shared.settings();
        let factor = settings.merge_factor;
        volumes < factor.saturating_mul(MANY) && rows < settings.seal_at.saturating_mul(2 * factor as u64)
    }

    /// How many activities of a volume count for merging: one that is set aside is as good as a large one.
    fn mergeable(&self, volume: &Volume) -> u64 {
        let aside = self.aside.lock().unwrap_or_else(PoisonError::into_inner);
        if aside.contains(&volume.meta().id) {
            u64::MAX
        } else {
            volume.meta().count
        }
    }

    /// After a merge that failed: its parts are left as they are until the next start, so that the others are merged
    /// and sealing goes on. A full disk and an end of the process are not the parts' fault.
    fn set_aside(&self, parts: Vec<String>, error: LogError) -> Result<bool, LogError> {
        let of_the_parts = match &error {
            LogError::Volume(VolumeError::Io { source, .. }) => {
                matches!(source.kind(), ErrorKind::NotFound | ErrorKind::UnexpectedEof)
            }
            LogError::Volume(error) => !matches!(error, VolumeError::Unfit(_) | VolumeError::Overdue(_)),
            _ => false,
        };
        if !of_the_parts {
            return Err(error);
        }
        tracing::error!(%error, parts = ?parts, "these volumes cannot be merged and are left as they are; run `whodid doctor`");
        metrics::counter!("whodid_merge_failures_total").increment(1);
        self.aside.lock().unwrap_or_else(PoisonError::into_inner).extend(parts);
        Ok(true)
    }
}

/// The first run of `factor` neighbours that are all small, smallest kind first: smaller than a fresh volume, than
/// `factor` fresh ones, and so on. A run may hold smaller ones left by early seals.
fn due(counts: &[u64], seal_at: u64, factor: usize) -> Option<Range<usize>> {
    if factor < 2 {
        return None;
    }
    (0..=LEVELS).find_map(|level| {
        let small = seal_at.saturating_mul((factor as u64).saturating_pow(level));
        counts
            .windows(factor)
            .position(|run| run.iter().all(|count| *count < small))
            .map(|at| at..at + factor)
    })
}

#[cfg(test)]
mod tests {
    use super::due;

    #[test]
    fn sixteen_fresh_volumes_become_one_and_sixteen_of_those_one_again() {
        assert_eq!(due(&[100; 15], 100, 16), None);
        assert_eq!(due(&[100; 16], 100, 16), Some(0..16));
        assert_eq!(due(&[1600; 16], 100, 16), Some(0..16));
        assert_eq!(due(&[25_600; 64], 100, 16), None);
    }

    #[test]
    fn small_leftovers_are_merged_among_themselves_first() {
        let counts: Vec<u64> = [100; 15].into_iter().chain([3; 16]).collect();
        assert_eq!(due(&counts, 100, 16), Some(15..31));
    }

    #[test]
    fn a_run_does_not_reach_over_a_large_neighbour() {
        let counts: Vec<u64> = [100; 15].into_iter().chain([25_600]).chain([100; 15]).collect();
        assert_eq!(due(&counts, 100, 16), None);
    }
}
