//! Looks now and then whether something was kept long enough.

use std::time::Duration;

use super::apply::{apply_due, sign};
use crate::{App, Unavailable};

/// How often it is looked.
const TICK: Duration = Duration::from_secs(600);
/// Runs that are looked through for one that is not signed.
const RUNS: u32 = 20;

/// Removes once a day what was kept long enough, in the background until the process ends. Serving calls it once; calling it
/// again does nothing.
pub fn keep_applying(app: &App) {
    let of = app.clone();
    app.tasks().keep("retention", move || work(of.clone()));
}

async fn work(app: App) {
    loop {
        if let Err(error) = look(&app).await {
            tracing::warn!(error = %error, cause = ?std::error::Error::source(&error), "retention could not be looked after");
        }
        tokio::time::sleep(TICK).await;
    }
}

async fn look(app: &App) -> Result<(), Unavailable> {
    apply_due(app).await?;
    let runs = app.log().retention_runs(RUNS).await?;
    for run in runs.iter().filter(|run| !run.is_signed) {
        sign(app, run).await;
    }
    Ok(())
}
