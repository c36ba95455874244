//! Medians of repeated calls.

use std::future::Future;
use std::time::Instant;

use anyhow::Result;

/// The median of `runs` calls in milliseconds, after one call that is not counted.
pub async fn median_ms<F, Fut>(runs: usize, mut call: F) -> Result<f64>
where
    F: FnMut(usize) -> Fut,
    Fut: Future<Output = Result<()>>,
{
    call(0).await?;
    let mut times = Vec::with_capacity(runs);
    for run in 0..runs {
        let started = Instant::now();
        call(run).await?;
        times.push(started.elapsed().as_secs_f64() * 1000.0);
    }
    times.sort_by(f64::total_cmp);
    Ok(times[times.len() / 2])
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
