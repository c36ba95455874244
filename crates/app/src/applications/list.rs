//! The applications of this installation, for administrators.

use store::applications;

use super::Application;
use crate::accounts::{ChangeError, names};
use crate::{App, Caller};

/// A page of applications.
#[derive(Clone, Debug)]
pub struct ApplicationPage {
    /// Its rows, by name.
    pub rows: Vec<Application>,
    /// What to ask the next page with, if there is one.
    pub next: Option<String>,
}

/// A page of at most `limit` by name, from the one after `after`: the `next` of the page before.
pub async fn list(app: &App, caller: &Caller, after: Option<&str>, limit: u32) -> Result<ApplicationPage, ChangeError> {
    if !caller.is_administrator() {
        return Err(ChangeError::Forbidden);
    }
    let limit = limit.clamp(1, 1_000);
    let mut read = app.store().read().await?;
    let mut rows = applications::page(read.conn(), after.unwrap_or_default(), limit + 1).await?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next = rows.last().filter(|_| more).map(|last| names::key(&last.name));
    Ok(ApplicationPage {
        rows: rows.into_iter().map(Application::of).collect(),
        next,
    })
}

/// One of them; `None` if there is none with this id.
pub async fn get(app: &App, caller: &Caller, id: &str) -> Result<Option<Application>, ChangeError> {
    if !caller.is_administrator() {
        return Err(ChangeError::Forbidden);
    }
    let mut read = app.store().read().await?;
    let row = applications::get(read.conn(), id).await?;
    Ok(row.map(Application::of))
}
