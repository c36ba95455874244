//! The invitations to the caller's own e-mail address that wait.

use store::PageFrom;
use store::accounts::account;
use store::groups::invitation;

use super::Invitation;
use crate::paging::{self, Cursors};
use crate::{App, Caller, ChangeError, Page, PageRequest, names};

/// One page of invitations, newest first.
pub async fn list_my_invitations(
    app: &App,
    caller: &Caller,
    page: &PageRequest,
) -> Result<Page<Invitation>, ChangeError> {
    let pages = Cursors::of(app, "my invitations");
    let from: PageFrom<(i64, String)> = pages.from(page.after.as_deref())?;
    let limit = paging::limit(page.limit);
    let mut read = app.store().read().await?;
    let account = account::get(&mut read, &caller.person.id).await?;
    let email = account.map(|account| names::key(&account.email)).unwrap_or_default();
    let place = from.map(|(at, id)| (*at, id.as_str()));
    let now = app.now();
    let rows = invitation::to_address(&mut read, &email, now, &place, limit + 1).await?;
    Ok(pages.page(
        &from,
        rows,
        limit,
        |row| (row.created_at.0, row.id.clone()),
        |row| Invitation::of(row, now),
    ))
}
