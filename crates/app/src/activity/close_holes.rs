//! Going on without activities that cannot be read any more: their holes are closed, and the log says by whom.

use engine::Hole;

use crate::{Activities, App, Caller, ChangeError, facts};

/// What cannot be read, after whatever is hot was sealed and what can be mended was.
///
/// # Errors
/// If the log cannot be read or sealed.
pub async fn open_holes(app: &App, caller: &Caller) -> Result<Vec<Hole>, ChangeError> {
    if !caller.is_administrator() {
        return Err(ChangeError::Forbidden);
    }
    // Of what is hot only what was due to be sealed is given up.
    app.log().settle(true).await?;
    app.log().reindex(false).await?;
    Ok(app.log().holes().await?)
}

/// Closes these holes: no answer is called incomplete because of them any more. Nothing is deleted.
///
/// # Errors
/// If the database refuses.
pub async fn close_holes(app: &App, caller: &Caller, holes: &[Hole]) -> Result<(), ChangeError> {
    if !caller.is_administrator() {
        return Err(ChangeError::Forbidden);
    }
    let closed = holes.iter().map(|hole| {
        let mut facts = facts::of_installation(app, caller, "log.gap_closed");
        let last = hole.seqs.end.saturating_sub(1);
        let told = [("first", hole.seqs.start.to_string()), ("last", last.to_string())];
        facts.metadata.extend(told.map(|(key, value)| (key.to_owned(), value)));
        facts
            .metadata
            .insert("why".to_owned(), hole.why.chars().take(500).collect());
        facts
    });
    let Some(activities) = Activities::of(closed.collect()) else {
        return Ok(());
    };
    let mut tx = app.begin().await?;
    for hole in holes {
        tx.close_hole(hole).await?;
    }
    Ok(tx.commit(activities).await?)
}
