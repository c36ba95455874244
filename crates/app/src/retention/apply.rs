//! Removing what was kept long enough, on demand and once a day. From the commit on nobody is shown it.

use activity::{By, Facts, Time};
use engine::{Fence, Removal, RetentionBy, RetentionRun};
use store::log::retention as table;

use super::Rules;
use super::rehearse::due;
use crate::holds::held_persons;
use crate::{App, Caller, ChangeError, Tx, Unavailable, facts};

/// The job of deciding what goes, so that none of it is counted twice.
const JOB: &str = "retention";
/// How far apart two runs are that nobody asks for.
const EVERY: i64 = Time::DAY;
/// Runs among which the last one is looked for that was not an import's undoing.
const LOOKED_THROUGH: u32 = 100;

/// Removes now what was kept long enough, by the rules that are kept; `None` if nothing was.
///
/// # Errors
/// [`ChangeError::Forbidden`] for all but administrators; [`ChangeError::Conflict`] if that is decided elsewhere just now.
pub async fn apply(app: &App, caller: &Caller) -> Result<Option<RetentionRun>, ChangeError> {
    if !caller.is_administrator() {
        return Err(ChangeError::Forbidden);
    }
    let Some(lease) = app.jobs().claim(JOB).await? else {
        return Err(ChangeError::conflict(
            "What was kept long enough is being counted just now; look again in a minute.",
        ));
    };
    let fence = lease.fence().clone();
    let done = lease.work(Box::pin(remove(app, &fence, Some(caller)))).await?;
    Ok(done.flatten())
}

/// Removes what was kept long enough if that is due: a day after the last run. What there is nothing of leaves no run.
///
/// # Errors
/// If the store or the log cannot be read or written.
pub async fn apply_due(app: &App) -> Result<Option<RetentionRun>, Unavailable> {
    // Looked for before the job is claimed, so that a look that finds nothing writes nothing.
    let runs = app.log().retention_runs(LOOKED_THROUGH).await?;
    let last = runs.into_iter().find(|run| run.import.is_none());
    if last.is_some_and(|last| app.now() < last.begun_at.plus(EVERY)) {
        return Ok(None);
    }
    let rules = Rules::of_rows(&table::rules(&mut app.store().glance().await?).await?);
    if due(app, &rules).await?.1.iter().all(|removal| removal.removed == 0) {
        return Ok(None);
    }
    let Some(lease) = app.jobs().claim(JOB).await? else {
        return Ok(None);
    };
    let fence = lease.fence().clone();
    Ok(lease.work(Box::pin(remove(app, &fence, None))).await?.flatten())
}

/// Counts and removes, for the holder of the lease.
async fn remove(app: &App, fence: &Fence, caller: Option<&Caller>) -> Result<Option<RetentionRun>, Unavailable> {
    let rules = Rules::of_rows(&table::rules(&mut app.store().glance().await?).await?);
    let (mut held, mut removals) = due(app, &rules).await?;
    let mut tx = app.begin().await?;
    // Guarantee: whoever is under a hold when this is committed loses nothing, because who is stands still from here on.
    while held_persons(&mut tx).await? != held {
        tx.rollback().await;
        (held, removals) = due(app, &rules).await?;
        tx = app.begin().await?;
    }
    removals.retain(|removal| removal.removed > 0 || removal.held > 0);
    if removals.iter().all(|removal| removal.removed == 0) {
        tx.rollback().await;
        return Ok(None);
    }
    if !fence.holds(&mut tx).await? {
        tx.rollback().await;
        return Ok(None);
    }
    let by = caller.map(|caller| RetentionBy {
        id: &caller.person.id,
        name: &caller.person.name,
    });
    let id = tx.prune(&held, &removals, by).await?;
    tx.commit(told(app, caller, id, &removals)).await?;
    let run = app.log().retention_runs(1).await?.pop();
    if let Some(run) = &run {
        sign(app, run).await;
    }
    Ok(run)
}

/// Signs the note of a run. It stands without; what could not be signed is signed later.
pub(crate) async fn sign(app: &App, run: &RetentionRun) {
    if let Err(error) = app.log().sign_retention(run).await {
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            run = run.id,
            "a run of retention is not signed yet"
        );
    }
}

fn told(app: &App, caller: Option<&Caller>, run: u64, removals: &[Removal]) -> Facts {
    let mut told = match caller {
        Some(caller) => facts::of_installation(app, caller, "retention.applied"),
        None => {
            let mut told = Facts::new("retention.applied", app.now());
            told.by = By::System;
            told
        }
    };
    let sum = |of: fn(&Removal) -> u64| removals.iter().map(of).sum::<u64>().to_string();
    let numbers = [
        ("run", run.to_string()),
        ("removed", sum(|removal| removal.removed)),
        ("held", sum(|removal| removal.held)),
    ];
    told.metadata
        .extend(numbers.map(|(key, value)| (key.to_owned(), value)));
    for removal in removals {
        let Removal { cut, removed, held, .. } = removal;
        let what = format!("{removed} recorded before {}, {held} on hold", cut.before);
        told.metadata.insert(format!("of_{}", cut.heading.word()), what);
    }
    told
}

impl Tx {
    /// Has this removed together with the changes. Must come before they are appended.
    async fn prune(
        &mut self,
        held: &[String],
        removals: &[Removal],
        by: Option<RetentionBy<'_>>,
    ) -> Result<u64, Unavailable> {
        let log = self.app().log().clone();
        Ok(log.prune(self, held, removals, by).await?)
    }
}
