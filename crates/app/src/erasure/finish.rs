//! Ends erasures: once nothing of somebody is left in any file, that is signed and goes into the log.

use std::time::Duration;

use engine::{Erasure, Statement, StatementError};
use store::erasures::{self, ErasureRequestRow};

use super::model::Removed;
use crate::{App, ChangeError, Unavailable, facts};

/// How often it is looked whether one has ended.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

/// Does so until the process ends. Serving calls it once.
pub fn keep_finishing(app: &App) {
    let of = app.clone();
    app.tasks().keep("receipts of erasures", move || work(of.clone()));
}

async fn work(app: App) {
    loop {
        if let Err(error) = finish(&app).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "an erasure could not be ended yet"
            );
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

/// Makes the receipts of all erasures that have ended, each with its activity; how many.
///
/// # Errors
/// If the store cannot be read or written, or nothing signs the log.
pub async fn finish(app: &App) -> Result<usize, ChangeError> {
    let waiting = erasures::unfinished(&mut app.store().glance().await?).await?;
    if waiting.is_empty() {
        return Ok(0);
    }
    let known = app.log().erasures().await?;
    let mut made = 0;
    for row in waiting {
        let erasure = known.iter().find(|erasure| Some(erasure.id) == row.erasure);
        if let Some(erasure) = erasure.filter(|erasure| erasure.finished_at.is_some()) {
            made += usize::from(end(app, &row, erasure).await?);
        }
    }
    Ok(made)
}

async fn end(app: &App, row: &ErasureRequestRow, erasure: &Erasure) -> Result<bool, ChangeError> {
    let said = stated(row, erasure)?.map_err(Unavailable::new)?;
    let receipt = app.log().sign_statement(said).await?;
    let mut ended = facts::of_system(app, "erasure.finished");
    let numbers = [("erasure", erasure.id), ("activities", erasure.rewritten)];
    ended
        .metadata
        .extend(numbers.map(|(key, value)| (key.to_owned(), value.to_string())));
    let mut tx = app.begin().await?;
    if !erasures::keep_receipt(&mut tx, &row.id, &receipt).await? {
        return Ok(false);
    }
    tx.commit(ended).await?;
    Ok(true)
}

/// What the receipt says: nothing that tells who it was.
fn stated(row: &ErasureRequestRow, erasure: &Erasure) -> Result<Result<Statement, StatementError>, Unavailable> {
    let removed = Removed::of(row)?;
    let write = || {
        let mut said = Statement::new("erasure")?
            .with("erasure", erasure.id.to_string())?
            .with("request", &row.id)?
            .with(
                "asked-by",
                if row.by_themself {
                    "the person"
                } else {
                    "an administrator"
                },
            )?
            .with("requested", erasure.requested_at.to_string())?;
        if let Some(finished) = erasure.finished_at {
            said = said.with("finished", finished.to_string())?;
        }
        said = said.with("activities-rewritten", erasure.rewritten.to_string())?;
        for (what, count) in &removed.counts {
            said = said.with("removed", format!("{count} {what}"))?;
        }
        let (files, readers) = removed.taken;
        said.with(
            "not-reached",
            format!("{files} files that {readers} readers had taken before"),
        )?
        .with("not-reached", "backups made before; restoring one applies this erasure")
    };
    Ok(write())
}
