//! Appends what readers beside this process left for the log: `whodid log search` on the data of a running server.

use std::time::Duration;

use store::disclosures;

use crate::App;
use crate::error::Unavailable;

/// How often this process looks.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
/// Activities appended in one transaction.
const AT_ONCE: u32 = 100;

/// Appends everything that waits; how many activities that was.
pub async fn append_waiting(app: &App) -> Result<usize, Unavailable> {
    let mut appended = 0;
    loop {
        let mut conn = app.store().glance().await?;
        let waiting = disclosures::waiting(&mut conn, AT_ONCE).await?;
        drop(conn);
        if waiting.is_empty() {
            return Ok(appended);
        }
        let mut tx = app.begin().await?;
        let mut facts = Vec::new();
        for (id, json) in &waiting {
            // Within the transaction: of two processes that look at once only one finds it there.
            if disclosures::remove_waiting(tx.conn(), id).await? {
                facts.push(serde_json::from_str(json).map_err(Unavailable::new)?);
            }
        }
        appended += facts.len();
        tx.commit_if_any(facts).await?;
    }
}

/// Does so until the process ends. Serving calls it once.
pub fn keep_appending(app: &App) {
    let of = app.clone();
    app.tasks().keep("waiting activities", move || work(of.clone()));
}

async fn work(app: App) {
    loop {
        if let Err(error) = append_waiting(&app).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "activities of readers beside this server could not be appended yet"
            );
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}
