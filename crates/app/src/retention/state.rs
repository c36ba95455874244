//! What is known of retention, for those who read everything.

use std::collections::BTreeMap;

use activity::Heading;
use activity::Time;
use engine::RetentionRun;
use store::log::retention as table;

use super::Rules;
use crate::{App, Caller, ChangeError};

/// Runs that are listed.
const RUNS: u32 = 50;

/// What there is to say of retention.
#[derive(Clone, Debug, Default)]
pub struct RetentionState {
    /// How long activities are kept.
    pub rules: Rules,
    /// Of each heading of which something was removed, since when it is kept.
    pub kept_since: BTreeMap<Heading, Time>,
    /// What was removed, newest first.
    pub runs: Vec<RetentionRun>,
}

/// What everybody may know of retention.
#[derive(Clone, Debug, Default)]
pub struct KnownRetention {
    /// How long activities are kept.
    pub rules: Rules,
    /// Of each heading of which something was removed, since when it is kept.
    pub kept_since: BTreeMap<Heading, Time>,
    /// What was removed, newest first; `None` to whom may not read everything.
    pub runs: Option<Vec<RetentionRun>>,
}

/// What there is to say of retention.
///
/// # Errors
/// [`ChangeError::Forbidden`] for whoever may not read everything.
pub async fn state(app: &App, caller: &Caller) -> Result<RetentionState, ChangeError> {
    let known = known(app, caller).await?;
    let runs = known.runs.ok_or(ChangeError::Forbidden)?;
    Ok(RetentionState {
        rules: known.rules,
        kept_since: known.kept_since,
        runs,
    })
}

/// What this caller may know of it.
///
/// # Errors
/// If the store cannot be read.
pub async fn known(app: &App, caller: &Caller) -> Result<KnownRetention, ChangeError> {
    let runs = match caller.reads_everything() {
        true => Some(app.log().retention_runs(RUNS).await?),
        false => None,
    };
    Ok(KnownRetention {
        rules: Rules::of_rows(&table::rules(&mut app.store().glance().await?).await?),
        kept_since: app.log().removed_before().await?,
        runs,
    })
}
