//! Looks out for what other processes commit, once for all open pages and tails of this one. Where nobody else writes,
//! there is nothing to look out for: whoever commits here tells of it.

use std::error::Error;
use std::time::Duration;

use store::{Listener, StoreError};
use tokio::time::{Instant, timeout, timeout_at};

use crate::App;

/// How often it looks, whatever it hears.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// What is committed within this time is looked at once.
const TOGETHER: Duration = Duration::from_millis(20);

/// Looks out until the process ends. Serving calls it once.
pub fn keep_looking_out(app: &App) {
    if app.store().is_alone() {
        return;
    }
    let of = app.clone();
    app.tasks()
        .keep("looking out for other processes", move || work(of.clone()));
}

async fn work(app: App) {
    let (mut known, mut listener) = (None, None);
    loop {
        if let Err(error) = wait(&app, &mut listener).await {
            tracing::debug!(
                error = &error as &dyn Error,
                "nothing is heard of other processes for now"
            );
            listener = None;
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        if !app.live().is_watched() {
            continue;
        }
        // Whoever waits for the log to grow is told by the look itself.
        match app.log().look().await {
            Ok(look) => {
                let size = look.complete_through().size;
                if known.replace(size) != Some(size) {
                    app.live().tell_of_all_rights();
                }
            }
            Err(error) => tracing::warn!(error = &error as &dyn Error, "the log could not be looked at"),
        }
    }
}

/// Waits for word of a commit, or for as long as is waited without any: words may be lost.
async fn wait(app: &App, listener: &mut Option<Listener>) -> Result<(), StoreError> {
    if listener.is_none() {
        *listener = app.store().listen().await?;
    }
    let Some(listening) = listener else {
        tokio::time::sleep(LOOK_AGAIN).await;
        return Ok(());
    };
    if let Ok(heard) = timeout(LOOK_AGAIN, listening.heard()).await {
        heard?;
        // Words come one by one, and as often as is committed: none of them may wait for its own look.
        let until = Instant::now() + TOGETHER;
        while let Ok(heard) = timeout_at(until, listening.heard()).await {
            heard?;
        }
    }
    Ok(())
}
