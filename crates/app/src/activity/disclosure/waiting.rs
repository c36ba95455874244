//! Appends what readers beside this process left for the log: `whodid log search` on the data of a running server.

use std::time::Duration;

use store::disclosures;

use crate::{App, Unavailable};

/// How often this process looks.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
/// Activities appended in one transaction.
const AT_ONCE: u32 = 100;

/// What became of those that waited.
#[derive(Debug, Default)]
pub struct Waited {
    /// How many activities were appended.
    pub appended: usize,
    /// The ids of those that cannot be read, by id.
    pub unreadable: Vec<String>,
}

/// Appends everything that waits. What cannot be read stays where it is, and keeps nothing else from being appended: a
/// later version may have written it.
pub async fn append_waiting(app: &App) -> Result<Waited, Unavailable> {
    let (mut waited, mut after) = (Waited::default(), String::new());
    loop {
        let mut read = app.store().glance().await?;
        let waiting = disclosures::waiting(&mut read, &after, AT_ONCE).await?;
        drop(read);
        let Some((last, _)) = waiting.last() else {
            return Ok(waited);
        };
        after.clone_from(last);
        let mut tx = app.begin().await?;
        let mut facts = Vec::new();
        for (id, json) in &waiting {
            let Ok(read) = serde_json::from_str(json) else {
                waited.unreadable.push(id.clone());
                continue;
            };
            // Within the transaction: of two processes that look at once only one finds it there.
            if disclosures::remove_waiting(&mut tx, id).await? {
                facts.push(read);
            }
        }
        waited.appended += facts.len();
        tx.commit_if_any(facts).await?;
    }
}

/// Does so until the process ends. Serving calls it once.
pub fn keep_appending(app: &App) {
    let of = app.clone();
    app.tasks().keep("waiting activities", move || work(of.clone()));
}

async fn work(app: App) {
    let mut known = Vec::new();
    loop {
        match append_waiting(&app).await {
            Ok(waited) if waited.unreadable != known => {
                known = waited.unreadable;
                tracing::error!(ids = ?known, "activities that readers beside this server left cannot be read");
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(
                error = &error as &dyn std::error::Error,
                "activities of readers beside this server could not be appended yet"
            ),
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}
