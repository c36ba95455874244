//! Medians of repeated calls, and the bytes of a directory.

use std::future::Future;
use std::time::{Duration, Instant};

use anyhow::Result;

/// How often a question is asked, after once that is not counted: the same for every peer.
pub const RUNS: usize = 15;
/// A question that takes longer is asked less often, but never less often than this.
pub const RUNS_AT_LEAST: usize = 3;
/// How long asking one question may take.
pub const ASKED_FOR: Duration = Duration::from_secs(5);

/// The median of `runs` calls in milliseconds, of fewer if they take long, after one call that is not counted.
pub async fn median_ms<F, Fut>(runs: usize, mut call: F) -> Result<f64>
where
    F: FnMut(usize) -> Fut,
    Fut: Future<Output = Result<()>>,
{
    call(0).await?;
    let (begun, mut times) = (Instant::now(), Vec::with_capacity(runs));
    while times.len() < runs && (times.len() < RUNS_AT_LEAST || begun.elapsed() < ASKED_FOR) {
        let started = Instant::now();
        call(times.len()).await?;
        times.push(started.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(at_share(&mut times, 0.5))
}

/// The value below which this share of them lie; 0 of none.
pub fn at_share(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let place = (values.len() as f64 * share) as usize;
    values
        .get(place.min(values.len().saturating_sub(1)))
        .copied()
        .unwrap_or(0.0)
}

/// Bytes of every file below a directory.
pub fn bytes_below(directory: &std::path::Path) -> Result<u64> {
    let mut sum = 0;
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        sum += if entry.file_type()?.is_dir() {
            bytes_below(&entry.path())?
        } else {
            entry.metadata()?.len()
        };
    }
    Ok(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_of_the_sorted_values() {
        let mut values = [5.0, 1.0, 3.0, 2.0, 4.0];
        assert_eq!(at_share(&mut values, 0.5), 3.0);
        assert_eq!(at_share(&mut values, 0.99), 5.0);
        assert_eq!(at_share(&mut [], 0.5), 0.0);
    }

    #[tokio::test]
    async fn every_call_is_made_and_one_more() {
        let mut calls = 0;
        let ms = median_ms(RUNS, |_| {
            calls += 1;
            std::future::ready(Ok(()))
        });
        assert!(ms.await.expect("no call fails") >= 0.0);
        assert_eq!(calls, RUNS + 1);
    }
}
