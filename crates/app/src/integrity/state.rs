//! What is known of the log's integrity, for those who read everything.

use activity::Time;
use engine::{KeptCheckpoint, LogKey, NamedNumbering, NumberingTotal, WitnessState};
use store::log::{Verification, verification};

use super::Verifying;
use crate::{App, Caller, ChangeError};

/// Sources that are shown.
const SOURCES: u32 = 25;

/// What there is to say of the log's integrity.
#[derive(Clone, Debug)]
pub struct Integrity {
    /// How many activities the log has.
    pub size: u64,
    /// Up to which instant that is complete.
    pub complete_through: Time,
    /// The newest signed checkpoint.
    pub newest: Option<KeptCheckpoint>,
    /// The public keys that checkpoints were and are signed with, oldest first.
    pub keys: Vec<LogKey>,
    /// Who is asked to cosign checkpoints, and what became of it.
    pub witnesses: Vec<WitnessState>,
    /// The sources that number their events, of which so many are shown: first those that miss something.
    pub sources: Vec<NamedNumbering>,
    /// How many there are.
    pub all_sources: NumberingTotal,
    /// What verifying all of it came to last.
    pub last: Option<Verification>,
    /// The verification that goes on.
    pub running: Option<Verifying>,
}

/// What there is to say of the log's integrity.
///
/// # Errors
/// [`ChangeError::Forbidden`] for whoever may not read everything.
pub async fn state(app: &App, caller: &Caller) -> Result<Integrity, ChangeError> {
    if !caller.reads_everything() {
        return Err(ChangeError::Forbidden);
    }
    let through = app.log().look().await?.complete_through();
    let newest = app.log().checkpoints(u64::MAX, 1).await?.pop();
    let (sources, all_sources) = app.log().worst_numberings(SOURCES).await?;
    let last = verification::last(&mut app.store().glance().await?).await?;
    Ok(Integrity {
        size: through.size,
        complete_through: through.at,
        newest,
        keys: app.log().keys().await?,
        witnesses: app.log().witnesses().await?,
        sources,
        all_sources,
        last,
        running: app.verifier().running(),
    })
}

/// So many of the kept checkpoints of fewer than `below` activities, the largest first.
///
/// # Errors
/// [`ChangeError::Forbidden`] for whoever may not read everything.
pub async fn checkpoints(
    app: &App,
    caller: &Caller,
    below: u64,
    limit: u32,
) -> Result<Vec<KeptCheckpoint>, ChangeError> {
    if !caller.reads_everything() {
        return Err(ChangeError::Forbidden);
    }
    Ok(app.log().checkpoints(below, limit).await?)
}
