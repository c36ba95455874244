//! The applications of this installation, for administrators.

use store::PageFrom;
use store::applications::{self, ApplicationRow};

use super::Application;
use crate::paging::{self, Cursors};
use crate::{App, Caller, ChangeError, Page, PageRequest, names};

/// One page of them, by name.
pub async fn list(app: &App, caller: &Caller, request: &PageRequest) -> Result<Page<Application>, ChangeError> {
    if !caller.is_administrator() {
        return Err(ChangeError::Forbidden);
    }
    let limit = paging::limit(request.limit);
    let pages = Cursors::of(app, "applications");
    let from: PageFrom<String> = pages.from(request.after.as_deref())?;
    let mut read = app.store().read().await?;
    let rows = applications::page(&mut read, &from.map(String::as_str), limit + 1).await?;
    let key = |row: &ApplicationRow| names::key(&row.name);
    Ok(pages.page(&from, rows, limit, key, Application::of))
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
