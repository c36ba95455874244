//! Making one volume of many small neighbours, so that a year is tens of files.

use std::io::ErrorKind;
use std::ops::Range;
use std::sync::{Arc, PoisonError};

use activity::Activity;
use store::log::{head, volume as volume_table};
use volume::{Volume, VolumeError, VolumeMeta};

use crate::core::Core;
use crate::seal::Step;
use crate::view::blocking;
use crate::{LogError, volumes};

/// How often small volumes become larger ones: 16 into 1, twice.
const LEVELS: u32 = 2;

impl Core {
    /// Merges the oldest run of small neighbours that is due; whether there was one.
    pub(crate) async fn merge_next(self: &Arc<Self>) -> Result<bool, LogError> {
        let view = self.view().await?;
        let counts: Vec<u64> = view.volumes.iter().map(|volume| self.mergeable(volume)).collect();
        let Some(due) = due(&counts, self.settings.seal_at, self.settings.merge_factor) else {
            return Ok(false);
        };
        let parts: Vec<Volume> = view.volumes[due].to_vec();
        drop(view);
        let started = std::time::Instant::now();
        let (root, core, handle) = (
            self.volumes.root().to_owned(),
            Arc::clone(self),
            tokio::runtime::Handle::current(),
        );
        let ids: Vec<String> = parts.iter().map(|part| part.meta().id.clone()).collect();
        let (first, count) = (
            parts[0].meta().first_seq,
            parts.iter().map(|part| part.meta().count).sum(),
        );
        let id = self.note(first, count).await?;
        self.reached(Step::MergeNoted)?;
        let of = id.clone();
        let merge = move || {
            let meta = volume::merge(&root, &of, &parts)?;
            let key_of = |person: &str| core.key_blocking(person, &handle);
            volume::verify(&root, &meta, &|activity: &Activity| {
                activity::canonical::leaf_of(activity, key_of)
            })?;
            Ok(meta)
        };
        let merged = self.or_clear_away(&id, blocking(merge).await).await;
        let meta = match merged {
            Ok(meta) => meta,
            Err(error) => return self.set_aside(ids, error),
        };
        self.reached(Step::MergeWritten)?;
        if !self.swap(&ids, &meta).await? {
            self.clear_away(&id).await;
            return Ok(false);
        }
        self.reached(Step::MergePublished)?;
        drop(self.view().await?);
        metrics::histogram!("whodid_merge_seconds").record(started.elapsed().as_secs_f64());
        tracing::info!(volume = %meta.id, activities = meta.count, parts = ids.len(),
            millis = started.elapsed().as_millis(), "merged volumes");
        self.sweep().await?;
        Ok(true)
    }

    /// The one transaction: the volume takes the place of its parts. False if one of them is not live any more, because
    /// another maker merged it, or this one took too long.
    async fn swap(&self, parts: &[String], meta: &VolumeMeta) -> Result<bool, LogError> {
        let gone_at = self.clock.now().plus(self.grace());
        let mut tx = self.store.begin().await?;
        for part in parts {
            if !volume_table::doom(tx.conn(), part, gone_at).await? {
                tx.rollback().await;
                return Ok(false);
            }
        }
        if !volume_table::publish(tx.conn(), &volumes::row(meta)?).await? {
            tx.rollback().await;
            return Ok(false);
        }
        head::bump_generation(tx.conn()).await?;
        tx.commit().await?;
        Ok(true)
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
