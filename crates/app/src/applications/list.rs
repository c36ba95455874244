//! The applications of this installation, for administrators.

use store::applications::{self, ApplicationRow};

use super::Application;
use crate::paging::{self, Cursors};
use crate::{App, Caller, ChangeError, Page, names};

/// A page of at most `limit` by name, after the cursor `after`.
pub async fn list(
    app: &App,
    caller: &Caller,
    after: Option<&str>,
    limit: u32,
) -> Result<Page<Application>, ChangeError> {
    if !caller.is_administrator() {
        return Err(ChangeError::Forbidden);
    }
    let limit = paging::limit(limit);
    let pages = Cursors::of(app, "applications");
    let after: Option<String> = pages.after(after)?;
    let mut read = app.store().read().await?;
    let rows = applications::page(&mut read, after.as_deref().unwrap_or_default(), limit + 1).await?;
    let key = |row: &ApplicationRow| names::key(&row.name);
    Ok(pages.page(rows, limit, key, Application::of))
}

/// One of them; `None` if there is none with this id.
pub async fn get(app: &App, caller: &Caller, id: &str) -> Result<Option<Application>, ChangeError> {
    if !caller.is_administrator() {
        return Err(ChangeError::Forbidden);
    }
    let mut read = app.store().read().await?;
    let row = applications::get(&mut read, id).await?;
    Ok(row.map(Application::of))
}
